/** All that is seen, put together in a house of any size. Holds no logic beyond language and layout. */

import { About } from "./about";
import { Captions } from "./captions-view";
import { Dock, type DockActions } from "./dock";
import { h, keysOf, nameControl, setText } from "./dom";
import { History } from "./history";
import { translator, type Language, type Translate } from "./i18n";
import { icon } from "./icons";
import { AiLabel } from "./label";
import { LatencyStrip } from "./latency-view";
import { Notices, StageMessage, Welcome } from "./overlay";
import type { Part } from "./part";
import { Portrait } from "./portrait";
import { Question } from "./question";
import { Status } from "./status";
import { suggestionsFor } from "./suggestions";
import { Topbar, type TopbarActions } from "./topbar";
import { nameOf, type Persona } from "../personas";

/** px; what is as narrow has the conversation in a sheet over her, as in style.css. */
const NARROW = 900;

export interface PageActions extends DockActions, Omit<TopbarActions, "showAbout" | "switchLanguage" | "toggleHistory"> {
  start(withVoice: boolean): void;
}

export class Page {
  readonly view = h("canvas", { class: "view", role: "img" });
  readonly label: AiLabel;
  readonly portrait = new Portrait();
  private readonly stage = h("div", { class: "stage" }, this.view, this.portrait.element);
  private readonly app = h("div", { class: "app" }, this.stage);
  readonly captions = new Captions();
  readonly history = new History();
  readonly latency = new LatencyStrip();
  readonly status = new Status();
  readonly message = new StageMessage();
  readonly notices = new Notices();
  readonly question: Question;
  readonly dock: Dock;
  readonly welcome: Welcome;
  readonly about: About;
  private readonly topbar: Topbar;
  private readonly panel: HTMLElement;
  private readonly panelTitle = h("h2");
  private readonly panelClose: HTMLButtonElement;
  private readonly lower: HTMLElement;
  private readonly parts: Part[];
  private narrow = false;
  private persona: Persona | null = null;
  private t: Translate;

  /** `house` is the element it fills, `base` where the service is. */
  constructor(
    house: HTMLElement,
    private language: Language,
    private readonly actions: PageActions,
    base: string,
    hold = false,
  ) {
    this.t = translator(language);
    this.label = new AiLabel(this.stage);
    this.dock = new Dock(actions, hold);
    this.welcome = new Welcome((withVoice) => actions.start(withVoice));
    this.about = new About(base);
    this.topbar = new Topbar({
      showAbout: () => void this.about.show(),
      choosePersona: (id) => actions.choosePersona(id),
      switchLanguage: () => this.setLanguage(this.language === "zh" ? "en" : "zh"),
      toggleHistory: () => this.openPanel(!this.panelOpen),
    });
    const controls = () => [this.topbar.element, this.notices.element, this.welcome.element, this.dock.element, this.panel];
    this.question = new Question(controls, () => void this.about.show());
    const lower = [this.status, this.captions, this.welcome, this.question, this.dock].map(({ element }) => element);
    this.lower = h("div", { class: "lower" }, ...lower);
    this.stage.append(this.topbar.element, this.notices.element, this.message.element, this.lower);
    this.panelClose = h("button", { type: "button", class: "quiet square close", onclick: () => this.openPanel(false) }, icon("close"));
    const head = h("header", { class: "panel-head" }, this.panelTitle, this.panelClose);
    this.panel = h("aside", { id: "panel", class: "panel" }, head, this.history.element, this.latency.element);
    this.app.append(this.panel, this.about.element);
    house.replaceChildren(this.app); // in the place of the label that stood there before any script
    this.parts = [this.topbar, this.about, this.dock, this.welcome, this.question, this.captions, this.history, this.latency, this.status, this.message, this.notices];
    new ResizeObserver(([entry]) => this.fit((entry as ResizeObserverEntry).contentRect.width)).observe(house);
    keysOf(house).addEventListener("keydown", (event) => this.key(event as KeyboardEvent));
    this.fit(house.clientWidth);
    this.openPanel(false);
    this.setLanguage(language);
  }

  get currentLanguage(): Language {
    return this.language;
  }

  setLanguage(language: Language): void {
    this.language = language;
    this.t = translator(language);
    this.app.lang = language;
    this.view.setAttribute("aria-label", this.t("stageLabel"));
    setText(this.panelTitle, this.t("history"));
    nameControl(this.panelClose, this.t("hideHistory"));
    this.label.setLanguage(language);
    for (const part of this.parts) part.translate(this.t, language);
    if (this.persona) this.history.setName(nameOf(this.persona, language));
    this.dock.setSuggestions(suggestionsFor(this.persona?.id ?? "", language));
  }

  setPersonas(personas: Persona[], chosen: Persona | null): void {
    this.persona = chosen;
    this.topbar.setPersonas(personas, chosen?.id ?? "");
    this.welcome.setPersona(chosen);
    this.about.setCode(chosen?.identity_code ?? "");
    if (chosen) this.history.setName(nameOf(chosen, this.language));
    this.dock.setSuggestions(suggestionsFor(chosen?.id ?? "", this.language));
  }

  /** Puts something more on the stage. */
  addPart(part: Part): void {
    this.parts.push(part);
    this.stage.append(part.element);
    part.translate(this.t, this.language);
  }

  /** Tells `onChange` how much of the stage the controls cover, now and whenever that changes. */
  watchInsets(onChange: (insets: { top: number; bottom: number }) => void): void {
    const tell = (): void => {
      const stage = this.stage.getBoundingClientRect();
      const lowest = [this.question, this.welcome].find(({ element }) => !element.hidden) ?? this.dock;
      const dock = lowest.element.getBoundingClientRect();
      const top = this.topbar.element.getBoundingClientRect();
      onChange({ top: top.bottom - stage.top, bottom: stage.bottom - dock.top });
    };
    const observer = new ResizeObserver(tell);
    for (const element of [this.stage, this.dock.element, this.welcome.element, this.question.element, this.topbar.element]) observer.observe(element);
  }

  /** Somebody speaks through her: nothing is typed or read. */
  setPuppet(puppet: boolean): void {
    this.app.classList.toggle("puppet", puppet);
  }

  private fit(width: number): void {
    const narrow = width <= NARROW;
    if (narrow === this.narrow) return;
    this.narrow = narrow;
    this.openPanel(false);
  }

  private get panelOpen(): boolean {
    return this.panel.classList.contains("open");
  }

  private openPanel(open: boolean): void {
    this.panel.classList.toggle("open", open);
    this.panel.inert = this.narrow && !open; // a closed sheet must not be reached by keyboard
    this.topbar.setHistoryOpen(open);
    if (open && this.narrow) this.panelClose.focus();
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    if (this.question.open) this.question.answer(false);
    else if (this.panelOpen && this.narrow) this.openPanel(false);
    else this.actions.interrupt();
  }
}
