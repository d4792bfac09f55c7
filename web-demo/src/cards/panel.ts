/** Shows a card beside her, with a QR code to take it along, and printing where that is offered. */

import { packed, routeOf } from "../maps/maps";
import type { Card } from "../net/events";
import { h, nameControl } from "../ui/dom";
import type { Language } from "../ui/i18n";
import { icon } from "../ui/icons";
import { bodyOf, type Drawn } from "./bodies";
import { link, place } from "./fields";
import { qr } from "./qr";
import { word, type CardKey } from "./words";

export interface CardContext extends Omit<Drawn, "show"> {
  /** Where phones reach the service. */
  url: string;
  persona: string;
  /** Whether printing is offered. */
  print: boolean;
}

declare global {
  interface WindowEventMap {
    /** A visitor wants a card on paper; `preventDefault` where a ticket printer does it. */
    "shuren-print": CustomEvent<{ card: Card; language: Language }>;
  }
}

export class CardPanel {
  readonly element = h("aside", { class: "card-panel", hidden: true });
  private shown: Card | null = null;

  /** `changed`: it was opened or closed. */
  constructor(
    private readonly context: () => CardContext,
    private readonly changed: (open: boolean) => void = () => undefined,
  ) {
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation(); // she goes on speaking
      this.close();
    });
  }

  get open(): boolean {
    return this.shown !== null;
  }

  show(card: Card): void {
    this.shown = card;
    this.render();
    this.changed(true);
  }

  /** The maps, one to be chosen where there are several. */
  showMaps(): void {
    const names = Object.keys(this.context().maps);
    const [only] = names;
    if (names.length === 1 && only) this.show({ kind: "area", title: "", map: only });
    else if (names.length) this.show({ kind: "areas", title: "" });
  }

  close(): void {
    this.shown = null;
    this.element.hidden = true;
    this.element.replaceChildren();
    this.changed(false);
  }

  /** Anew, in the language of now. */
  render(): void {
    const card = this.shown;
    if (!card) return;
    const context = this.context();
    const { language } = context;
    const body = bodyOf(card, { ...context, show: (other) => this.show(other) });
    const close = h("button", { type: "button", class: "square-button close", onclick: () => this.close() }, icon("close"));
    nameControl(close, word(language, "close"));
    const head = h("header", {}, h("h2", {}, this.title(card)), close);
    this.element.replaceChildren(head, h("div", { class: "card-body" }, ...body), this.foot(card));
    this.element.lang = language;
    this.element.setAttribute("aria-label", this.title(card));
    this.element.hidden = false;
  }

  private title(card: Card): string {
    const { language, maps } = this.context();
    const area = maps[String(card.map ?? "")];
    if (card.kind === "file" && language === "en") return String(card.title_en ?? card.title);
    if (card.kind === "areas") return word(language, "chooseMap");
    if (area) return card.kind === "route" ? word(language, "route", { name: area[language] }) : area[language];
    return card.title;
  }

  private foot(card: Card): HTMLElement {
    const { language, print } = this.context();
    const [address, says] = this.along(card);
    const paper = print && !["area", "areas"].includes(card.kind);
    const code = address && h("figure", { class: "code" }, qr(address), h("figcaption", {}, word(language, says)));
    const button = paper && h("button", { type: "button", class: "secondary", onclick: () => this.print(card) }, word(language, "print"));
    return h("footer", {}, code || null, button);
  }

  /** What a phone opens, and how that is called; "" where there is nothing to take along. */
  private along(card: Card): [string, CardKey] {
    const { url, persona, language } = this.context();
    const route = routeOf(card);
    if (route) return [`${new URL("map", url).href}#${packed(persona, route, language)}`, "scan"];
    if (card.kind === "map") return [place(card), "scanPlace"];
    return [card.kind === "product" ? link(card.url) : "", "scanLink"];
  }

  private print(card: Card): void {
    const detail = { card, language: this.context().language };
    if (window.dispatchEvent(new CustomEvent("shuren-print", { detail, cancelable: true }))) window.print();
  }
}
