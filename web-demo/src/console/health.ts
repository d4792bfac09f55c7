/** How the service is: ready or not and why, what waits, models and versions. */

import { html, nothing, type TemplateResult } from "lit";
import { get, state } from "./api";
import { attempt, type House, type View } from "./view";

interface Told {
  versions: Record<string, string>;
  models: { language_model: string; recogniser: string; voices: string[] };
  personas: Record<string, Record<string, string>>;
  digests: Record<string, string>;
  queues: {
    sessions: { now: number; most: number };
    waiting_for_humans: number;
    messages_before_sockets: number;
    to_be_written: { state: string; waiting: number; lost: number } | null;
  };
  deaths: Record<string, number>;
}

interface Ready {
  status: string;
  parts: Record<string, string>;
  degraded: Record<string, string>;
  engines: Record<string, string>;
}

const AGAIN_MS = 5000;

export class Health implements View {
  private told: Told | null = null;
  private ready: Ready | null = null;
  private again = 0;

  constructor(private readonly house: House) {}

  open(): void {
    const look = attempt(this.house, async () => {
      [this.told, this.ready] = await Promise.all([get<Told>("v1/console/health"), state("readyz") as unknown as Promise<Ready>]);
    });
    void look();
    this.again = window.setInterval(() => void look(), AGAIN_MS);
  }

  close(): void {
    window.clearInterval(this.again);
  }

  render(): TemplateResult {
    const { say, language } = this.house;
    const { told, ready } = this;
    if (!told || !ready) return html`<p class="empty">${say("loading")}</p>`;
    const { sessions, waiting_for_humans, messages_before_sockets, to_be_written } = told.queues;
    const good = ready.status === "ready";
    return html`
      <div class="page">
        <p role="status"><span class="badge ${good ? "holds-yes" : "holds-no"}">${say(good ? "ready" : "notReady")}</span></p>
        <dl class="tiles">
          <div><dt>${say("q_sessions")}</dt><dd>${sessions.now} <small>/ ${sessions.most}</small></dd></div>
          <div><dt>${say("q_humans")}</dt><dd>${waiting_for_humans}</dd></div>
          <div><dt>${say("q_messages")}</dt><dd>${messages_before_sockets}</dd></div>
          ${to_be_written ? html`<div><dt>${say("q_written")}</dt><dd>${to_be_written.waiting}</dd></div><div><dt>${say("q_lost")}</dt><dd>${to_be_written.lost}</dd></div>` : nothing}
        </dl>
        <div class="columns">
          <section><h2>${say("needed")}</h2>${this.states(ready.parts)}</section>
          <section><h2>${say("engines")}</h2>${this.states(ready.engines)}</section>
          ${Object.keys(ready.degraded).length ? html`<section><h2>${say("degraded")}</h2>${this.states(ready.degraded)}</section>` : nothing}
          <section>
            <h2>${say("models")}</h2>
            <table><tbody>
              <tr><th scope="row">${say("language_model")}</th><td>${told.models.language_model}</td></tr>
              <tr><th scope="row">${say("recogniser")}</th><td>${told.models.recogniser}</td></tr>
              <tr><th scope="row">${say("voices")}</th><td>${told.models.voices.join(", ")}</td></tr>
              ${Object.entries(told.versions).map(([name, version]) => html`<tr><th scope="row">${name}</th><td>${version}</td></tr>`)}
              ${Object.entries(told.personas).map(([id, name]) => html`<tr><th scope="row">${name[language] ?? id}</th><td class="code">${id} ${told.digests[id] ?? ""}</td></tr>`)}
            </tbody></table>
          </section>
        </div>
      </div>
    `;
  }

  private states(parts: Record<string, string>): TemplateResult {
    return html`<table><tbody>${Object.entries(parts).map(([name, value]) => html`<tr><th scope="row">${name}</th><td><span class="badge ${value === "ready" ? "holds-yes" : value === "loading" ? "holds-partly" : "holds-no"}">${value}</span></td></tr>`)}</tbody></table>`;
  }
}
