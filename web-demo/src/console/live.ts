/** The talks under way: who waits for a human, what is said, where the time goes; taking over and giving back. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { follow, send } from "./api";
import { attempt, type House, type View } from "./view";
import { waterfall, type Turn } from "./waterfall";

interface Help {
  id: string;
  reason: string;
  why: Record<string, string>;
  summary: string;
  flow: string;
  waits_s: number;
}

export interface Talk {
  id: string;
  tenant: string;
  persona: string;
  name: Record<string, string>;
  avatar: string;
  state: string;
  has_client: boolean;
  followers: number;
  answers: { completed: number; cancelled: number; failed: number };
  age_s: number;
  human: boolean;
  can_take_over: boolean;
  help: Help | null;
}

interface Line {
  item_id: string;
  role: string;
  text: string;
  status: string;
  source?: string;
  /** What she is about to say, or says. */
  coming?: string;
}

interface CloseUp {
  session: string;
  lines: Line[];
  turns: Turn[];
}

export class Live implements View {
  talks: Talk[] = [];
  private seenAt = 0;
  private chosen = "";
  private closeUp: CloseUp | null = null;
  private turn = 0; // shown; 0: the last one
  private connected = true;
  private ending = "";
  private stop: AbortController | null = null;
  private ticking = 0;

  constructor(private readonly house: House) {}

  /** How many wait for a human. */
  get waiting(): number {
    return this.talks.filter((talk) => talk.help).length;
  }

  /** The list is followed as long as the console is open, so that nobody waits unseen. */
  begin(): void {
    this.refollow();
    this.ticking = window.setInterval(() => this.house.update(), 5000); // ages
  }

  end(): void {
    this.stop?.abort();
    window.clearInterval(this.ticking);
  }

  open(): void {}
  close(): void {}

  private refollow(): void {
    this.stop?.abort();
    this.stop = new AbortController();
    const path = `v1/console/live${this.chosen ? `?session=${encodeURIComponent(this.chosen)}` : ""}`;
    const here = (connected: boolean, problem?: unknown): void => {
      this.connected = connected;
      if (problem) this.house.tell(problem);
      this.house.update();
    };
    void follow(path, this.stop.signal, (event, data) => this.heard(event, data), here);
  }

  private heard(event: string, data: unknown): void {
    if (event === "talks") {
      this.talks = data as Talk[];
      this.seenAt = performance.now();
    }
    if (event === "talk") this.closeUp = data as CloseUp;
    if (event === "gone") this.choose("");
    this.house.update();
  }

  private choose(id: string): void {
    if (id === this.chosen) return;
    this.chosen = id;
    this.closeUp = null;
    this.turn = 0;
    this.ending = "";
    this.refollow();
    this.house.update();
  }

  render(): TemplateResult {
    const { say } = this.house;
    const waiting = this.talks.filter((talk) => talk.help);
    const others = this.talks.filter((talk) => !talk.help);
    const talk = this.talks.find((each) => each.id === this.chosen);
    return html`
      <div class="split">
        <section class="list" aria-labelledby="talks">
          <h2 id="talks">${say("talks")} <span class="count">${this.talks.length}</span></h2>
          ${this.connected ? nothing : html`<p class="note" role="status">${say("reconnecting")}</p>`}
          ${waiting.length ? html`<h3 class="urgent">${say("waiting")} <span class="count">${waiting.length}</span></h3>` : nothing}
          ${repeat([...waiting, ...others], (each) => each.id, (each) => this.row(each))}
          ${this.talks.length ? nothing : html`<p class="empty">${say("noTalks")}</p>`}
        </section>
        ${talk ? this.close_up(talk) : html`<section class="detail empty"><p>${say("chooseTalk")}</p></section>`}
      </div>
    `;
  }

  private row(talk: Talk): TemplateResult {
    const { say, language } = this.house;
    return html`
      <button class="talk ${talk.help ? "needs-help" : ""}" aria-pressed=${talk.id === this.chosen} @click=${() => this.choose(talk.id)}>
        <span class="who">${talk.name[language] ?? talk.persona}</span>
        <span class="badge ${talk.human ? "human" : talk.state}">${talk.human ? say("withHuman") : say(`state_${talk.state}`)}</span>
        <span class="soft">${talk.id.slice(-6)} · ${this.age(talk)}${talk.tenant === "default" ? "" : ` · ${talk.tenant}`}</span>
        ${talk.help ? html`<span class="why">${talk.help.why[language]}</span>` : nothing}
      </button>
    `;
  }

  private age(talk: Talk): string {
    const seconds = talk.age_s + (performance.now() - this.seenAt) / 1000;
    return seconds < 60 ? this.house.say("seconds", Math.floor(seconds)) : this.house.say("minutes", Math.floor(seconds / 60));
  }

  private close_up(talk: Talk): TemplateResult {
    const { say, language } = this.house;
    const there = this.closeUp?.session === talk.id ? this.closeUp : null;
    return html`
      <section class="detail" aria-labelledby="talk">
        <header>
          <h2 id="talk">${talk.name[language] ?? talk.persona} <span class="soft">${talk.id}</span></h2>
          <div class="actions">${this.actions(talk)}</div>
        </header>
        ${talk.help ? html`<p class="help" role="alert"><strong>${talk.help.why[language]}</strong> ${talk.help.summary}</p>` : nothing}
        <div class="lines" role="log" aria-label=${say("transcript")} tabindex="0">
          ${there?.lines.length ? repeat(there.lines, (line) => line.item_id, (line) => this.line(line)) : html`<p class="empty">${say("noLines")}</p>`}
        </div>
        ${talk.human ? this.composer(talk) : nothing}
        ${there?.turns.length ? this.times(there.turns) : nothing}
      </section>
    `;
  }

  private actions(talk: Talk): TemplateResult {
    const { say } = this.house;
    const post = (what: string) => attempt(this.house, () => send("POST", `v1/console/live/${talk.id}/${what}`));
    const take = html`<button class="main" @click=${post("take_over")}>${say("takeOver")}</button>`;
    const back = html`<button class="main" @click=${post("hand_back")}>${say("handBack")}</button>`;
    return html`
      ${talk.can_take_over ? (talk.human ? back : take) : nothing}
      ${talk.help ? html`<button @click=${post("dismiss")}>${say("dismiss")}</button>` : nothing}
      <button @click=${() => this.preview(talk)}>${say("preview")}</button>
      ${talk.state === "speaking" ? html`<button @click=${attempt(this.house, () => send("POST", `v1/sessions/${talk.id}/interrupt`))}>${say("interrupt")}</button>` : nothing}
      <button class="danger" @click=${this.end_talk(talk)}>${this.ending === talk.id ? say("reallyEnd") : say("endTalk")}</button>
    `;
  }

  /** The avatar as the visitor sees her, in a window of its own, which gets a token for this and not the key. */
  private preview(talk: Talk): void {
    const view = window.open("", "_blank", "popup,width=480,height=640");
    if (!view) return this.house.tell(this.house.say("noWindow"));
    void attempt(this.house, async () => {
      const asked = new URLSearchParams({ session: talk.id, avatar: talk.avatar, background: "room", lang: this.house.language });
      const wanted = { expires_after: { anchor: "created_at", seconds: 60 }, shuren: { scope: "stage", persona: talk.persona } };
      const token = this.house.me.trusted ? "" : `#token=${(await send<{ value: string }>("POST", "v1/realtime/client_secrets", wanted)).value}`;
      view.opener = null;
      view.location.href = new URL(`stage?${asked}${token}`, location.href).href;
    })();
  }

  private end_talk(talk: Talk): () => Promise<void> {
    return attempt(this.house, async () => {
      if (this.ending === talk.id) await send("DELETE", `v1/sessions/${talk.id}`);
      else this.ending = talk.id;
    });
  }

  private line(line: Line): TemplateResult {
    const { say } = this.house;
    const who = line.role === "user" ? say("visitor") : line.source === "human" ? say("colleague") : say("avatar");
    return html`
      <p class="line ${line.role} ${line.source ?? ""}">
        <span class="speaker">${who}</span>
        <span class="text ${line.text ? "" : "coming"}">${line.text || line.coming || "…"}</span>
        ${line.status === "incomplete" ? html`<span class="soft">${say("cutOff")}</span>` : nothing}
      </p>
    `;
  }

  private composer(talk: Talk): TemplateResult {
    const { say } = this.house;
    const speak = async (event: SubmitEvent): Promise<void> => {
      event.preventDefault();
      const field = (event.target as HTMLFormElement).elements.namedItem("words") as HTMLInputElement;
      const text = field.value.trim();
      if (!text) return;
      field.value = "";
      await attempt(this.house, () => send("POST", `v1/console/live/${talk.id}/say`, { text }))();
    };
    return html`
      <form class="composer" @submit=${speak}>
        <label for="words">${say("speakThrough")}</label>
        <input id="words" name="words" maxlength="1000" autocomplete="off" />
        <button class="main">${say("speak")}</button>
      </form>
    `;
  }

  private times(turns: Turn[]): TemplateResult {
    const { say } = this.house;
    const shown = turns.find((turn) => turn.turn === this.turn) ?? (turns[turns.length - 1] as Turn);
    const choose = (event: Event): void => {
      this.turn = Number((event.target as HTMLSelectElement).value);
      this.house.update();
    };
    return html`
      <figure class="times">
        <figcaption>
          <label>${say("turnTimes")}
            <select @change=${choose}>
              ${turns.map((turn) => html`<option value=${turn.turn} ?selected=${turn === shown}>${say("turn", turn.turn)}</option>`)}
            </select>
          </label>
        </figcaption>
        ${waterfall(shown, say)}
      </figure>
    `;
  }
}
