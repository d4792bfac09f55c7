/** The desk's switch for the streamer's own face: asks for consent, sends the readings, takes over and hands back. */

import { html, nothing, type TemplateResult } from "lit";
import { subprotocols } from "../net/token";
import type { Control, ShowView } from "../studio/link";
import type { Say } from "../studio/words";
import { FaceCamera, type Reading } from "./camera";

/** Bytes that may wait to be sent; beyond it readings are late and better left out. */
const MOST_WAITING = 16_384;

export class PerformPanel {
  private camera: FaceCamera | null = null;
  private socket: WebSocket | null = null;
  private named = false;
  private asking = false;

  constructor(
    private readonly show: string,
    private readonly base: string,
    private readonly act: (control: Control) => void,
    private readonly tell: (problem: string) => void,
    private readonly update: () => void,
  ) {}

  view({ performing, state }: ShowView, say: Say): TemplateResult {
    const known = performing === "ready" || performing === "performing" || performing === "lost";
    const on = performing === "performing" || performing === "lost";
    const ours = this.camera !== null;
    return html`<section class="panel perform" aria-labelledby="perform-head"><h2 id="perform-head">${say("perform")}</h2>
      <p class="hint" role="status">${say(`face_${performing}`)}</p>
      ${this.asking
        ? html`<p>${say("cameraConsent")}</p><div class="row">
            <button type="button" class="primary" @click=${() => void this.open()}>${say("cameraAgree")}</button>
            <button type="button" @click=${() => this.ask(false)}>${say("cameraDecline")}</button></div>`
        : html`<div class="row">
            ${ours || performing !== "none"
              ? html`<button type="button" class="primary" aria-pressed=${String(on)} ?disabled=${!known}
                  @click=${() => this.act({ do: "perform", on: !on })}>${say(on ? "handBack" : "takeOver")}</button>
                <button type="button" @click=${() => this.act({ do: "calibrate", what: "neutral" })}>${say("learnNeutral")}</button>
                <button type="button" ?disabled=${!known} @click=${() => this.act({ do: "calibrate", what: "range" })}>${say("learnRange")}</button>`
              : html`<button type="button" ?disabled=${state === "ended"} @click=${() => this.ask(true)}>${say("cameraOn")}</button>`}
            ${ours ? html`<button type="button" @click=${() => this.close()}>${say("cameraOff")}</button>` : nothing}</div>`}
    </section>`;
  }

  close(): void {
    this.camera?.stop();
    this.socket?.close();
    this.camera = this.socket = null;
    this.update();
  }

  private ask(asking: boolean): void {
    this.asking = asking;
    this.update();
  }

  private async open(): Promise<void> {
    this.ask(false);
    const camera = (this.camera = new FaceCamera(this.base, (reading) => this.send(reading), (problem) => this.fail(problem)));
    this.named = false;
    try {
      await camera.start();
      if (this.camera === camera) this.connect();
      else camera.stop(); // switched off meanwhile
    } catch (problem) {
      this.fail(problem);
    }
    this.update();
  }

  private connect(): void {
    const url = new URL(`v1/studio/shows/${encodeURIComponent(this.show)}/perform`, this.base);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = (this.socket = new WebSocket(url, subprotocols()));
    socket.onmessage = ({ data }) => {
      const { error } = JSON.parse(String(data)) as { error?: { message: string; hint?: string } };
      if (error) this.tell([error.message, error.hint].filter(Boolean).join(" "));
    };
    socket.onclose = () => this.socket === socket && this.close();
  }

  private send({ names, ...picture }: Reading): void {
    const { socket } = this;
    if (socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > MOST_WAITING) return;
    if (!this.named) socket.send(JSON.stringify({ names, consent: true }));
    this.named = true;
    socket.send(JSON.stringify(picture));
  }

  private fail(problem: unknown): void {
    this.close();
    this.tell(problem instanceof Error ? problem.message : String(problem));
  }
}
