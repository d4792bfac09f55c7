/** What she is doing, in a small sign and a word. */

import { h, setText } from "./dom";
import type { Key, Translate } from "./i18n";
import type { Part } from "./part";

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

export class Status implements Part {
  readonly element: HTMLElement;
  private readonly word = h("span", { class: "word", role: "status" });
  private t: Translate = (key) => key;
  private state: UiState = "offline";

  constructor() {
    const sign = h("span", { class: "sign", "aria-hidden": "true" }, h("i"), h("i"), h("i"), h("i"));
    this.element = h("div", { class: "status" }, sign, this.word);
  }

  translate(t: Translate): void {
    this.t = t;
    this.set(this.state);
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
