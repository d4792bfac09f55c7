/** What lies over the stage at times: the welcome, the avatar's progress, notices. */

import { h, nameControl, setText } from "./dom";
import type { Key, Language, Translate } from "./i18n";
import { icon } from "./icons";
import type { Part } from "./part";
import { nameOf, roleOf, type Persona } from "../personas";

/** Before the first sound the browser wants a gesture; this is where it is made. */
export class Welcome implements Part {
  readonly element: HTMLElement;
  private readonly title = h("h1");
  private readonly text = h("p");
  private readonly voice: HTMLButtonElement;
  private readonly silent: HTMLButtonElement;
  private t: Translate = (key) => key;
  private language: Language = "zh";
  private persona: Persona | null = null;

  constructor(onStart: (withVoice: boolean) => void) {
    const label = h("span");
    this.voice = h("button", { type: "button", class: "primary", onclick: () => onStart(true) }, icon("mic"), label);
    this.silent = h("button", { type: "button", class: "secondary", onclick: () => onStart(false) });
    this.element = h("section", { class: "welcome", hidden: true }, this.title, this.text, h("div", { class: "buttons" }, this.voice, this.silent));
  }

  translate(t: Translate, language: Language): void {
    this.t = t;
    this.language = language;
    setText(this.voice.lastElementChild as Element, t("startVoice"));
    setText(this.silent, t("startText2"));
    this.setPersona(this.persona);
  }

  setPersona(persona: Persona | null): void {
    this.persona = persona;
    const [name, role] = persona
      ? [nameOf(persona, this.language), roleOf(persona, this.language)]
      : [this.t("brand"), this.t("tagline")];
    setText(this.title, this.t("startTitle", { name }));
    setText(this.text, this.t("startText", { role }));
  }

  show(yes: boolean): void {
    this.element.hidden = !yes;
  }
}

/** What the stage has to say about itself while there is no avatar on it. */
export class StageMessage implements Part {
  readonly element = h("p", { class: "stage-message", role: "status", hidden: true });
  private t: Translate = (key) => key;
  private shown: { key: Key; percent: number } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  translate(t: Translate): void {
    this.t = t;
    if (this.shown) this.write(this.shown.key, this.shown.percent);
  }

  /** It goes by itself after `seconds`, if given. */
  show(key: Key, percent = 0, seconds = 0): void {
    clearTimeout(this.timer);
    this.shown = { key, percent };
    this.element.hidden = false;
    this.write(key, percent);
    if (seconds) this.timer = setTimeout(() => this.hide(), seconds * 1000);
  }

  private write(key: Key, percent: number): void {
    setText(this.element, this.t(key, { percent: percent ? `${percent}%` : "" }));
  }

  hide(): void {
    clearTimeout(this.timer);
    this.shown = null;
    this.element.hidden = true;
  }
}

type Values = Record<string, string | number>;

/** One notice at a time, at the top of the stage; announced to screen readers. */
export class Notices implements Part {
  readonly element: HTMLElement;
  private readonly text = h("span");
  private readonly button: HTMLButtonElement;
  private t: Translate = (key) => key;
  private shown: { key: Key; values: Values } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.button = h("button", { type: "button", class: "quiet square", onclick: () => this.hide() }, icon("close"));
    this.element = h("div", { class: "notice", role: "alert", hidden: true }, this.text, this.button);
  }

  translate(t: Translate): void {
    this.t = t;
    nameControl(this.button, t("dismiss"));
    if (this.shown) setText(this.text, t(this.shown.key, this.shown.values));
  }

  /** Shows a notice; it goes by itself after `seconds`, if given. */
  show(key: Key, values: Values = {}, seconds = 0): void {
    clearTimeout(this.timer);
    this.shown = { key, values };
    this.element.hidden = false;
    setText(this.text, this.t(key, values));
    if (seconds) this.timer = setTimeout(() => this.hide(), seconds * 1000);
  }

  /** Takes the notice away, if it is one of `keys` (or whatever it is). */
  hide(...keys: Key[]): void {
    if (keys.length && !(this.shown && keys.includes(this.shown.key))) return;
    clearTimeout(this.timer);
    this.shown = null;
    this.element.hidden = true;
  }
}
