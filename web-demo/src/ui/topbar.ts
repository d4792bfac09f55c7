/** Name of the house, who is on stage, language, whose service it is, and the way to the conversation on narrow screens. */

import { h, nameControl, setText } from "./dom";
import type { Language, Translate } from "./i18n";
import { icon } from "./icons";
import type { Part } from "./part";
import type { Persona } from "../personas";
import { nameOf } from "../personas";

export interface TopbarActions {
  switchLanguage(): void;
  choosePersona(id: string): void;
  showAbout(): void;
  toggleHistory(): void;
}

export class Topbar implements Part {
  readonly element: HTMLElement;
  private readonly brand = h("strong");
  private readonly select: HTMLSelectElement;
  private readonly language: HTMLButtonElement;
  private readonly about: HTMLButtonElement;
  private readonly history: HTMLButtonElement;
  private personas: Persona[] = [];
  private t: Translate = (key) => key;
  private code: Language = "zh";

  constructor(actions: TopbarActions) {
    this.select = h("select", { class: "persona", hidden: true, onchange: () => actions.choosePersona(this.select.value) });
    this.language = h("button", { type: "button", class: "quiet language", onclick: () => actions.switchLanguage() });
    this.about = h("button", { type: "button", class: "quiet square", onclick: () => actions.showAbout() }, icon("about"));
    this.history = h("button", { type: "button", class: "quiet square history-toggle", "aria-controls": "panel", onclick: () => actions.toggleHistory() }, icon("history"));
    this.setHistoryOpen(false);
    const brand = h("div", { class: "brand" }, h("span", { class: "mark", "aria-hidden": "true" }, "蜀"), this.brand);
    this.element = h("header", { class: "topbar" }, brand, this.select, h("span", { class: "gap" }), this.language, this.about, this.history);
  }

  translate(t: Translate, language: Language): void {
    this.t = t;
    this.code = language;
    setText(this.brand, t("brand"));
    setText(this.language, t("switchLanguage"));
    this.language.lang = language === "zh" ? "en" : "zh";
    this.language.title = t("switchLanguageLabel"); // its name is what stands on it
    nameControl(this.about, t("about"));
    this.select.setAttribute("aria-label", t("persona"));
    this.setHistoryOpen(this.history.getAttribute("aria-expanded") === "true");
    this.fill(this.select.value);
  }

  setPersonas(personas: Persona[], chosen: string): void {
    this.personas = personas;
    this.select.hidden = personas.length === 0;
    this.select.disabled = personas.length < 2;
    this.fill(chosen);
  }

  setHistoryOpen(open: boolean): void {
    this.history.setAttribute("aria-expanded", String(open));
    nameControl(this.history, this.t(open ? "hideHistory" : "showHistory"));
  }

  private fill(chosen: string): void {
    this.select.replaceChildren(...this.personas.map((persona) => h("option", { value: persona.id }, nameOf(persona, this.code))));
    this.select.value = chosen;
  }
}
