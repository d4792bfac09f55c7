/** Shows a card beside her: a walk drawn on its map, a picture, a list; with a QR code to take it along, and printing. */

import { encode } from "uqr";
import { drawMap } from "../maps/draw";
import { routeLegend } from "../maps/legend";
import { packed, routeOf, type AreaMap } from "../maps/maps";
import type { Card } from "../net/events";
import { h, nameControl } from "../ui/dom";
import type { Language } from "../ui/i18n";
import { icon } from "../ui/icons";
import { word } from "./words";

export interface CardContext {
  /** Where phones reach the service. */
  url: string;
  persona: string;
  maps: Record<string, AreaMap>;
  language: Language;
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
    private readonly changed: (open: boolean) => void,
  ) {}

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
    const { language } = this.context();
    const close = h("button", { type: "button", class: "square-button close", onclick: () => this.close() }, icon("close"));
    nameControl(close, word(language, "close"));
    const head = h("header", {}, h("h2", {}, this.title(card)), close);
    this.element.replaceChildren(head, h("div", { class: "card-body" }, ...this.body(card)), this.foot(card));
    this.element.lang = language;
    this.element.hidden = false;
  }

  private title(card: Card): string {
    const { language, maps } = this.context();
    const area = maps[String(card.map ?? "")];
    if (card.kind === "areas") return word(language, "chooseMap");
    if (area) return card.kind === "route" ? word(language, "route", { name: area[language] }) : area[language];
    return card.title;
  }

  private body(card: Card): (Node | false)[] {
    const { language, maps } = this.context();
    const area = maps[String(card.map ?? "")];
    const route = routeOf(card);
    if (route && area) return [drawMap(area, language, route), routeLegend(area, route, language)];
    if (card.kind === "area" && area) return [drawMap(area, language)];
    if (card.kind === "areas") return [h("div", { class: "choices" }, ...this.choices())];
    if (card.kind === "list") return [h("ul", { class: "items" }, ...texts(card.items).map((item) => h("li", {}, item)))];
    const picture = String(card.url ?? card.image ?? "");
    const lines = [card.price, card.address].filter((line) => typeof line === "string") as string[];
    const seen = (card.kind === "image" || card.image) && picture;
    return [seen ? this.picture(picture, String(card.alt ?? card.title)) : false, ...lines.map((line) => h("p", { class: "line" }, line))];
  }

  private choices(): HTMLElement[] {
    const { language, maps } = this.context();
    return Object.entries(maps).map(([map, area]) =>
      h("button", { type: "button", class: "choice", onclick: () => this.show({ kind: "area", title: "", map }) }, area[language]),
    );
  }

  private picture(src: string, alt: string): HTMLElement {
    const image = h("img", { src, alt });
    image.onerror = () => image.replaceWith(h("p", { class: "line" }, alt || word(this.context().language, "picture")));
    return image;
  }

  private foot(card: Card): HTMLElement {
    const { language, print } = this.context();
    const address = this.address(card);
    const paper = print && !["area", "areas"].includes(card.kind);
    const code = address && h("figure", { class: "code" }, qr(address), h("figcaption", {}, word(language, address === card.url ? "scanLink" : "scan")));
    const button = paper && h("button", { type: "button", class: "secondary", onclick: () => this.print(card) }, word(language, "print"));
    return h("footer", {}, code || null, button);
  }

  /** What a phone opens; "" where there is nothing to take along. */
  private address(card: Card): string {
    const { url, persona, language } = this.context();
    const route = routeOf(card);
    if (route) return `${new URL("map", url).href}#${packed(persona, route, language)}`;
    return card.kind === "product" && typeof card.url === "string" ? card.url : "";
  }

  private print(card: Card): void {
    const detail = { card, language: this.context().language };
    if (window.dispatchEvent(new CustomEvent("shuren-print", { detail, cancelable: true }))) window.print();
  }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function qr(text: string): Element {
  const { size, data } = encode(text, { ecc: "M", border: 2 });
  const dots = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  const holder = h("span", { class: "qr", role: "img", "aria-label": text });
  holder.innerHTML = `<svg viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${dots.join("")}" fill="#000"/></svg>`;
  return holder;
}
