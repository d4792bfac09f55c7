/** What she is doing, in a small sign and a word. */

import { h, setText } from "./dom";
import type { Key, Translate } from "./i18n";
import type { Part } from "./part";
import type { Mode } from "../network";

export type UiState = "connecting" | "offline" | "idle" | "listening" | "thinking" | "speaking" | "paused";

const WORDS: Record<UiState, Key> = {
  connecting: "stateConnecting",
  offline: "stateOffline",
  idle: "stateIdle",
  listening: "stateListening",
  thinking: "stateThinking",
  speaking: "stateSpeaking",
  paused: "statePaused",
};

/** Why there is no moving picture. */
const LINES: Record<Exclude<Mode, "frames">, Key> = { weak: "lineWeak", saving: "lineSaving" };

export class Status implements Part {
  readonly element: HTMLElement;
  private readonly word = h("span", { class: "word", role: "status" });
  private readonly line = h("span", { class: "line", role: "status" });
  private t: Translate = (key) => key;
  private state: UiState = "offline";
  private mode: Mode = "frames";

  constructor() {
    const sign = h("span", { class: "sign", "aria-hidden": "true" }, h("i"), h("i"), h("i"), h("i"));
    this.element = h("div", { class: "status" }, sign, this.word, this.line);
  }

  translate(t: Translate): void {
    this.t = t;
    this.set(this.state);
    this.setLine(this.mode);
  }

  /** Says why she does not move as usual; nothing while she does. */
  setLine(mode: Mode): void {
    this.mode = mode;
    setText(this.line, mode === "frames" ? "" : this.t(LINES[mode]));
  }

  set(state: UiState): void {
    this.state = state;
    this.element.dataset.state = state;
    setText(this.word, this.t(WORDS[state]));
  }

  /** Loudness of whoever has the floor, 0..1; the sign follows it. */
  setLevel(level: number): void {
    this.element.style.setProperty("--level", Math.min(1, level * 5).toFixed(2));
  }
}
