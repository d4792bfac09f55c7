/** The controls below her: microphone, text, interrupt, example questions. */

import { h, nameControl, setText } from "./dom";
import type { Language, Translate } from "./i18n";
import { icon } from "./icons";
import type { Part } from "./part";

export type MicState = "off" | "starting" | "on";

export interface DockActions {
  send(text: string): void;
  toggleMic(): void;
  /** Push to talk: held, and let go. */
  press(): void;
  release(): void;
  interrupt(): void;
}

/** Longest text that can be sent; far beyond a question, below what the server refuses. */
const MAX_TEXT = 1000;

export class Dock implements Part {
  readonly element: HTMLElement;
  private readonly chips = h("div", { class: "chips", role: "group" });
  private readonly input: HTMLInputElement;
  private readonly sendButton: HTMLButtonElement;
  private readonly interruptButton: HTMLButtonElement;
  private readonly micButton: HTMLButtonElement;
  private readonly hint = h("p", { class: "hint" });
  private t: Translate = (key) => key;
  private mic: MicState = "off";

  constructor(
    private readonly actions: DockActions,
    private readonly hold = false,
  ) {
    this.input = h("input", { type: "text", maxlength: MAX_TEXT, autocomplete: "off", enterkeyhint: "send", oninput: () => this.refresh() });
    this.sendButton = h("button", { type: "submit", class: "round send" }, icon("send"));
    this.interruptButton = h("button", { type: "button", class: "round interrupt", onclick: () => actions.interrupt() }, icon("stop"));
    this.micButton = h("button", { type: "button", class: "round mic" }, icon("mic"));
    if (hold) this.holdToTalk();
    else this.micButton.onclick = () => actions.toggleMic();
    const form = h("form", { class: "entry", onsubmit: (event: SubmitEvent) => this.submit(event) }, this.input, this.sendButton);
    this.element = h("div", { class: "dock" }, this.chips, h("div", { class: "bar" }, form, this.interruptButton, this.micButton), this.hint);
    this.setInterruptible(false);
    this.refresh();
  }

  translate(t: Translate, _language: Language): void {
    this.t = t;
    this.input.placeholder = t("inputPlaceholder");
    this.input.setAttribute("aria-label", t("inputLabel"));
    this.chips.setAttribute("aria-label", t("suggestions"));
    nameControl(this.sendButton, t("send"));
    nameControl(this.interruptButton, t("interrupt"));
    setText(this.hint, t(this.hold ? "holdHint" : "micHint"));
    this.setMic(this.mic);
  }

  /** Forgets what was being typed. */
  clear(): void {
    this.input.value = "";
    this.refresh();
  }

  setSuggestions(questions: readonly string[]): void {
    const buttons = questions.map((text) => h("button", { type: "button", class: "chip", onclick: () => this.actions.send(text) }, text));
    this.chips.replaceChildren(...buttons);
  }

  setMic(state: MicState): void {
    this.mic = state;
    this.micButton.dataset.state = state;
    this.micButton.setAttribute("aria-pressed", String(state === "on"));
    this.micButton.disabled = state === "starting";
    const on = this.hold ? "holdToTalk" : "micOn";
    const off = this.hold ? "holdToTalk" : "micOff";
    nameControl(this.micButton, this.t(state === "on" ? on : state === "off" ? off : "micStarting"));
  }

  /** The button is held: what is said now is heard. */
  setHeld(held: boolean): void {
    this.micButton.dataset.held = String(held);
  }

  setInterruptible(yes: boolean): void {
    this.interruptButton.disabled = !yes;
  }

  /** Loudness of the person, 0..1. */
  setLevel(level: number): void {
    this.micButton.style.setProperty("--level", Math.min(1, level * 6).toFixed(2));
  }

  private holdToTalk(): void {
    const { micButton, actions } = this;
    micButton.onpointerdown = (event) => {
      micButton.setPointerCapture(event.pointerId);
      actions.press();
    };
    micButton.onpointerup = micButton.onpointercancel = () => actions.release();
    micButton.oncontextmenu = (event) => event.preventDefault(); // a long press on a touch screen
    const elsewhere = ({ code, target }: KeyboardEvent): boolean => {
      const control = target instanceof HTMLElement ? target.closest("input, textarea, select, a, button") : null;
      return code !== "Space" || (control !== null && control !== micButton);
    };
    addEventListener("keydown", (event) => {
      if (elsewhere(event)) return;
      event.preventDefault();
      if (!event.repeat) actions.press();
    });
    addEventListener("keyup", (event) => {
      if (!elsewhere(event)) actions.release();
    });
    addEventListener("blur", () => actions.release());
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.refresh();
    this.actions.send(text);
  }

  private refresh(): void {
    this.sendButton.disabled = !this.input.value.trim();
  }
}
