/** What lies over her on a kiosk: the invitation, the controls, the question whether somebody is there, closed, offline. */

import { h, nameControl, setText } from "../ui/dom";
import type { Language } from "../ui/i18n";
import { word, type KioskKey } from "./words";

export interface ScreenActions {
  begin(language: Language): void;
  switchLanguage(): void;
  toggleElder(): void;
  showAbout(): void;
  showMap(): void;
  finish(): void;
  stay(): void;
}

/** The invitation is shown in one language for so long, then in the other. */
const ALTERNATE_MS = 5000;
const LANGUAGES = ["zh", "en"] as const;

export class Screens {
  readonly elements: HTMLElement[];
  private readonly invite = h("p", { class: "invite", "aria-live": "off" });
  private readonly touch = h("p", { class: "touch" });
  private readonly large: HTMLButtonElement;
  private readonly about: HTMLButtonElement;
  private readonly map: HTMLButtonElement;
  private readonly finish: HTMLButtonElement;
  private readonly other: HTMLButtonElement;
  private readonly seconds = h("p", { class: "left" });
  private readonly stillTitle = h("h2");
  private readonly here: HTMLButtonElement;
  private readonly closedText = h("div", { class: "both" });
  private names: Partial<Record<Language, string>> = {};
  private turn = 0;

  constructor(private readonly actions: ScreenActions) {
    const button = (name: string, act: () => void): HTMLButtonElement => h("button", { type: "button", class: `control ${name}`, onclick: act });
    this.large = button("large", () => actions.toggleElder());
    this.about = button("about", () => actions.showAbout());
    this.map = button("map", () => actions.showMap());
    this.other = button("language", () => actions.switchLanguage());
    this.finish = button("finish", () => actions.finish());
    this.here = h("button", { type: "button", class: "primary", onclick: () => actions.stay() });
    this.elements = [this.attract(), this.controls(), this.asking(), this.board("closed", this.closedText), this.offline()];
    this.alternate();
    setInterval(() => this.alternate(), ALTERNATE_MS);
  }

  setNames(names: Partial<Record<Language, string>>): void {
    this.names = names;
    this.turn--;
    this.alternate();
  }

  setWatching(on: boolean): void {
    const notice = this.elements[0]?.querySelector<HTMLElement>(".watching");
    if (notice) notice.hidden = !on;
  }

  translate(language: Language, elder: boolean, maps: boolean): void {
    setText(this.large, word(language, elder ? "normal" : "large"));
    this.large.setAttribute("aria-pressed", String(elder));
    setText(this.about, word(language, "about"));
    setText(this.map, word(language, "map"));
    this.map.hidden = !maps;
    setText(this.other, word(language, "language"));
    this.other.lang = language === "zh" ? "en" : "zh";
    nameControl(this.other, word(language, "language"));
    setText(this.finish, word(language, "finish"));
    setText(this.stillTitle, word(language, "still"));
    setText(this.here, word(language, "here"));
  }

  countDown(language: Language, seconds: number): void {
    setText(this.seconds, word(language, "stillText", { seconds }));
  }

  /** `next`: when it opens, as in hours.ts. */
  closed(next: { days: number; hour: string } | null): void {
    const lines = LANGUAGES.map((language) => {
      const when = next && (next.days > 1 ? word(language, "days", { days: next.days }) : word(language, next.days ? "tomorrow" : "today"));
      const until = next && when ? word(language, "closedUntil", { when, hour: next.hour }) : "";
      return h("section", { lang: language }, h("h2", {}, word(language, "closedTitle")), until && h("p", { class: "until" }, until), h("p", {}, word(language, "closedPlain")));
    });
    this.closedText.replaceChildren(...lines);
  }

  private alternate(): void {
    const language = LANGUAGES[Math.abs(this.turn++) % 2] as Language;
    const name = this.names[language] ?? this.names.zh ?? "";
    for (const [element, key] of [[this.invite, "invite"], [this.touch, "touch"]] as [HTMLElement, KioskKey][]) {
      element.lang = language;
      setText(element, key === "invite" && !name ? "" : word(language, key, { name }));
    }
  }

  private attract(): HTMLElement {
    const begin = (language: Language, look: string): HTMLElement =>
      h("button", { type: "button", class: look, lang: language, onclick: () => this.actions.begin(language) }, word(language, "begin"));
    const watching = h("p", { class: "watching", hidden: true }, ...LANGUAGES.map((language) => h("span", { lang: language }, word(language, "watching"))));
    const buttons = h("div", { class: "buttons" }, begin("zh", "primary"), begin("en", "secondary"));
    return h("section", { class: "attract" }, h("div", { class: "invitation" }, h("span", { class: "hand", "aria-hidden": "true" }), this.invite, this.touch, buttons), watching);
  }

  private controls(): HTMLElement {
    return h("nav", { class: "controls" }, this.other, this.large, this.map, this.about, this.finish);
  }

  private asking(): HTMLElement {
    return h("section", { class: "asking", role: "alertdialog" }, h("div", { class: "question" }, this.stillTitle, this.seconds, this.here));
  }

  private offline(): HTMLElement {
    const lines = LANGUAGES.map((language) =>
      h("section", { lang: language }, h("h2", {}, word(language, "offlineTitle")), h("p", {}, word(language, "offlineText"))),
    );
    return this.board("offline", h("div", { class: "both" }, ...lines));
  }

  private board(name: string, text: HTMLElement): HTMLElement {
    return h("section", { class: `board ${name}`, role: "status" }, text);
  }
}
