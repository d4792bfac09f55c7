/** One show on the operator's desk: its rundown, what is said now, the comments, and the controls. */

import { html, nothing, type TemplateResult } from "lit";
import type { Language } from "../ui/i18n";
import { commentsPanel } from "./comments";
import { Attendance } from "./attendance";
import { PerformPanel } from "../performer/panel";
import { download, filmPanel } from "./film";
import { ask, base, DeskLink, stageAddress, type Control, type ShowView } from "./link";
import { gestures, moods, type Say } from "./words";

const SURE_MS = 3000;

/** What the desk needs of the page around it. */
export interface House {
  readonly say: Say;
  readonly language: Language;
  update(): void;
  leave(): void;
  switchLanguage(): void;
}

export class Desk {
  private readonly link: DeskLink;
  private readonly attendance: Attendance;
  private readonly perform: PerformPanel;
  private connected = false;
  private problem = "";
  private sure = 0;
  private copied = "";

  constructor(
    private readonly house: House,
    private show: ShowView,
  ) {
    this.link = new DeskLink(
      show.id,
      (seen) => {
        this.show = seen;
        house.update();
      },
      (problem) => this.tell(problem),
      (is) => {
        this.connected = is;
        house.update();
      },
    );
    this.attendance = new Attendance(() => this.link.send({ do: "heartbeat" }), () => house.update());
    this.perform = new PerformPanel(
      show.id,
      base,
      (control) => this.do(control),
      (problem) => this.tell(problem),
      () => house.update(),
    );
    addEventListener("keydown", this.shortcut);
  }

  close(): void {
    this.link.close();
    this.attendance.close();
    this.perform.close();
    removeEventListener("keydown", this.shortcut);
  }

  view(): TemplateResult {
    const { say } = this.house;
    const { show } = this;
    const over = show.state === "ended";
    return html`<header class="top">
        <h1>${say("title")}</h1>
        <span class="pill" data-state=${show.state} role="status">${say(show.state)}</span>
        <div class="main-controls">
          ${["ready", "paused", "away"].includes(show.state)
            ? html`<button type="button" class="primary" @click=${() => this.do({ do: "start" })}>${say(show.state === "ready" ? "start" : "resume")}</button>`
            : html`<button type="button" class="primary" ?disabled=${over} @click=${() => this.do({ do: "pause" })}>${say("pause")}</button>`}
          <button type="button" ?disabled=${over || show.state === "ready"} @click=${() => this.do({ do: "end" })}>${say("end")}</button>
          <button type="button" class="danger" ?disabled=${over} @click=${() => this.kill()}>${say(this.sure ? "killSure" : "kill")}</button>
        </div>
        <span class="gap"></span>
        <span class="presence">${over ? nothing : say("presence", { n: Math.round(show.heartbeat_left_s) })}</span>
        <button type="button" class="plain" @click=${() => void this.record()}>${say("record")}</button>
        <button type="button" class="plain" @click=${() => this.house.leave()}>${say("leave")}</button>
        <button type="button" class="plain" @click=${() => this.house.switchLanguage()}>${say("language")}</button>
      </header>
      ${this.notices()}
      <main class="desk">${this.rundown()}<div class="middle">${this.now()}${this.sayPanel()}${this.perform.view(show, say)}${this.stage()}${filmPanel(show, say, (problem) => this.tell(String(problem)))}${this.metrics()}</div>
        ${commentsPanel(show, say, (control) => this.do(control))}</main>`;
  }

  private notices(): TemplateResult {
    const { say } = this.house;
    const left = this.attendance.left;
    return html`<div class="notices" aria-live="polite">
      ${this.connected ? nothing : html`<p class="notice">${say("lost")}</p>`}
      ${this.show.stalled ? html`<p class="notice" role="alert">${say("stalled")}</p>` : nothing}
      ${left === null || this.show.state !== "live" ? nothing : html`<p class="notice">${say("still", { n: left })}</p>`}
      ${this.problem ? html`<p class="notice wrong" role="alert">${this.problem}</p>` : nothing}
    </div>`;
  }

  private rundown(): TemplateResult {
    const { say } = this.house;
    const { show } = this;
    return html`<section class="panel rundown" aria-labelledby="rundown-head">
      <h2 id="rundown-head">${say("rundown")}<small>${say("round", { n: show.round })}</small></h2>
      <ol>${show.parts.map((part) => {
        const here = part.number === show.part;
        return html`<li class=${here ? "here" : ""}><button type="button" aria-current=${here ? "step" : "false"}
            aria-label=${here ? `${part.title}, ${say("here")}` : say("go", { title: part.title })}
            @click=${() => this.do({ do: "go", part: part.number })}>
            <span>${part.title}</span><small>${say("minutes", { n: Math.round(part.seconds / 6) / 10 })}</small></button></li>`;
      })}</ol>
      <div class="row"><button type="button" @click=${() => this.do({ do: "skip", what: "line" })}>${say("skipLine")}</button>
        <button type="button" @click=${() => this.do({ do: "skip", what: "part" })}>${say("skipPart")}</button></div>
    </section>`;
  }

  private now(): TemplateResult {
    const { say } = this.house;
    const { show } = this;
    const rest = show.line && show.line.sentence !== show.saying ? show.line.sentence : "";
    const pick = (event: Event): void => void this.do({ do: "product", sku: (event.target as HTMLSelectElement).value || null });
    return html`<section class="panel now" aria-labelledby="now-head">
      <h2 id="now-head">${say("now")}</h2>
      <p class="saying" lang=${show.language}>${show.saying || say("silent")}</p>
      ${show.answering ? html`<p class="answering">${say("answering", { text: show.answering.text })}</p>` : nothing}
      ${rest ? html`<p class="hint">${say("goesOn", { text: rest })}</p>` : nothing}
      <div class="card-row">
        <div class="product-card" data-empty=${String(!show.card.title)}>
          ${show.card.title ? html`<strong>${show.card.title}</strong>${show.card.price ? html`<span class="price">${show.card.price}</span>` : nothing}` : say("noCard")}
        </div>
        <label>${say("pinProduct")}<select .value=${show.pinned} @change=${pick}>
          <option value="">${say("free")}</option>
          ${show.products.map(({ sku, name }) => html`<option value=${sku} ?selected=${sku === show.pinned}>${name}</option>`)}</select></label>
      </div>
    </section>`;
  }

  private sayPanel(): TemplateResult {
    const { say, language } = this.house;
    const { show } = this;
    const submit = (event: SubmitEvent): void => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      const text = String(new FormData(form).get("text")).trim();
      const when = (event.submitter as HTMLButtonElement | null)?.value ?? "next";
      if (text && this.do({ do: "say", text, when })) form.reset();
    };
    const mood = (name: string | null): void => void this.do({ do: "mood", mood: name });
    return html`<section class="panel" aria-labelledby="say-head"><h2 id="say-head">${say("say")}</h2>
      <form class="say" @submit=${submit}>
        <textarea name="text" id="say-text" rows="2" maxlength="600" required aria-label=${say("say")} placeholder=${say("sayHint")}></textarea>
        <div class="row"><button value="next" class="primary">${say("sayNext")}</button><button value="now">${say("sayNow")}</button></div>
      </form>
      <div class="row chips" role="group" aria-label=${say("mood")}><span>${say("mood")}</span>
        <button type="button" aria-pressed=${String(!show.mood)} @click=${() => mood(null)}>${say("moodFree")}</button>
        ${moods(language).map(([name, word]) => html`<button type="button" aria-pressed=${String(show.mood === name)} @click=${() => mood(name)}>${word}</button>`)}</div>
      <div class="row chips" role="group" aria-label=${say("gesture")}><span>${say("gesture")}</span>
        ${gestures(language).map(([name, word]) => html`<button type="button" @click=${() => this.do({ do: "gesture", gesture: name })}>${word}</button>`)}</div>
    </section>`;
  }

  private stage(): TemplateResult {
    const { say } = this.house;
    const layouts = ["full", "half", "corner"] as const;
    return html`<section class="panel" aria-labelledby="stage-head"><h2 id="stage-head">${say("stage")}</h2>
      <p class="hint">${say("stageHint")}</p>
      <ul class="layouts">${layouts.map(
        (layout) => html`<li><span>${say(layout)}</span>
          <button type="button" class="plain" @click=${() => void this.openStage(layout)}>${say("openStage")}</button>
          <button type="button" class="plain" @click=${() => void this.copyStage(layout)}>${say(this.copied === layout ? "copied" : "copy")}</button></li>`,
      )}</ul></section>`;
  }

  private metrics(): TemplateResult {
    const { say } = this.house;
    const { metrics } = this.show;
    const waits = metrics.wait_median_s === null ? "–" : `${metrics.wait_median_s} / ${metrics.wait_p95_s}`;
    const told: [string, string | number | null | undefined][] = [
      [say("viewers"), metrics.viewers],
      [say("commentsTaken"), metrics.comments_taken],
      [say("commentsBlocked"), metrics.comments_blocked],
      [say("answers"), metrics.answers],
      [say("wait"), waits],
      [say("replaced"), metrics.replaced],
      [say("keptBack"), metrics.kept_back],
    ];
    return html`<dl class="panel metrics">${told.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      <p class="hint keys">${say("shortcuts")}</p>`;
  }

  private do(control: Control): boolean {
    this.problem = "";
    const sent = this.link.send(control);
    this.house.update();
    return sent;
  }

  private kill(): void {
    clearTimeout(this.sure);
    if (this.sure) {
      this.sure = 0;
      this.do({ do: "kill" });
      return;
    }
    this.sure = window.setTimeout(() => {
      this.sure = 0;
      this.house.update();
    }, SURE_MS);
    this.house.update();
  }

  private tell(problem: string): void {
    this.problem = problem;
    this.house.update();
  }

  private async openStage(layout: string): Promise<void> {
    await stageAddress(this.show, layout).then((address) => window.open(address, "_blank", "noopener"), (problem) => this.tell(String(problem)));
  }

  private async copyStage(layout: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(await stageAddress(this.show, layout));
      this.copied = layout;
      this.house.update();
    } catch (problem) {
      this.tell(String(problem));
    }
  }

  private async record(): Promise<void> {
    try {
      const record = await ask<{ entries: unknown[] }>(`v1/studio/shows/${this.show.id}/record`);
      const lines = record.entries.map((entry) => JSON.stringify(entry)).join("\n");
      download(new Blob([lines], { type: "application/x-ndjson" }), `${this.show.id}.jsonl`);
    } catch (problem) {
      this.tell(String(problem));
    }
  }

  private readonly shortcut = (event: KeyboardEvent): void => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const [first] = this.show.comments;
    const acts: Record<string, () => void> = {
      KeyS: () => this.do({ do: this.show.state === "live" ? "pause" : "start" }),
      KeyN: () => this.do({ do: "skip", what: "line" }),
      KeyA: () => first && this.do({ do: "approve", comment: first.id }),
      KeyI: () => document.getElementById("say-text")?.focus(),
    };
    const act = acts[event.code];
    if (!act) return;
    event.preventDefault();
    act();
  };
}
