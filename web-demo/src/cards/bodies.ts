/** What is drawn of each kind of card. Texts become text nodes: nothing that a card says is markup. */

import { drawMap } from "../maps/draw";
import { routeLegend } from "../maps/legend";
import { routeOf, type AreaMap } from "../maps/maps";
import type { Card, FileKind } from "../net/events";
import { h } from "../ui/dom";
import type { Language } from "../ui/i18n";
import { fileForm } from "./file";
import { fields, filledIn, link, place, table, text, texts } from "./fields";
import { qr } from "./qr";
import { word } from "./words";

export interface Drawn {
  language: Language;
  maps: Record<string, AreaMap>;
  /** Shows another card in its place. */
  show(card: Card): void;
  /** Tells her something, as if it had been typed. */
  send(message: string): void;
  /** Sends her a file, as a data: URL; whether it went out. */
  sendFile(kind: FileKind, url: string, name: string): Promise<boolean>;
}

type Body = (card: Card, drawn: Drawn) => (Node | false)[];

const BODIES: Record<string, Body> = {
  image: (card, { language }) => [picture(link(card.url), text(card.alt) || card.title, language)],
  product: (card, { language }) => [
    Boolean(link(card.image)) && picture(link(card.image), card.title, language),
    line(card.price, "price"),
    leading(link(card.url), word(language, "more")),
  ],
  map: (card) => [line(card.address), leading(place(card), text(card.address) ? coordinates(card) : card.title)],
  list: (card) => [h("ul", { class: "items" }, ...texts(card.items).map((item) => h("li", {}, item)))],
  checklist: (card) => [h("ul", { class: "items" }, ...texts(card.items).map((item) => h("li", {}, ticked(item))))],
  table: (card) => [tabled(card)],
  form: (card, drawn) => [form(card, drawn)],
  file: (card, drawn) => [fileForm(card, drawn)],
  qr: (card) => [Boolean(text(card.text)) && qr(text(card.text), card.title), line(card.note)],
  area: (card, { language, maps }) => drawnArea(maps[text(card.map)], (area) => [drawMap(area, language)]),
  areas: (_, { language, maps, show }) => [
    h("div", { class: "choices" }, ...Object.entries(maps).map(([map, area]) => choice(area[language], () => show({ kind: "area", title: "", map })))),
  ],
  route: (card, { language, maps }) => {
    const route = routeOf(card);
    return drawnArea(route ? maps[route.map] : undefined, (area) => (route ? [drawMap(area, language, route), routeLegend(area, route, language)] : []));
  },
};

/** Nothing but its title is shown of a kind that is not known. */
export function bodyOf(card: Card, drawn: Drawn): (Node | false)[] {
  return Object.hasOwn(BODIES, card.kind) ? BODIES[card.kind]!(card, drawn) : [];
}

function line(value: unknown, kind = ""): Node | false {
  return text(value) !== "" && h("p", { class: `line ${kind}`.trim() }, text(value));
}

function leading(href: string, name: string): Node | false {
  return href !== "" && h("a", { class: "leading", href, target: "_blank", rel: "noopener noreferrer" }, name);
}

function coordinates({ latitude, longitude }: Card): string {
  return `${text(latitude)}, ${text(longitude)}`;
}

function choice(name: string, onclick: () => void): HTMLElement {
  return h("button", { type: "button", class: "choice", onclick }, name);
}

function picture(src: string, alt: string, language: Language): HTMLElement {
  const image = h("img", { src, alt });
  image.onerror = () => image.replaceWith(h("p", { class: "line" }, alt || word(language, "picture")));
  return image;
}

function ticked(item: string): HTMLElement {
  return h("label", {}, h("input", { type: "checkbox" }), h("span", {}, item));
}

function tabled(card: Card): HTMLElement {
  const { columns, rows } = table(card);
  const head = h("thead", {}, h("tr", {}, ...columns.map((column) => h("th", { scope: "col" }, column))));
  const body = h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, cell)))));
  return h("div", { class: "tabled", tabindex: 0, role: "region", "aria-label": card.title }, h("table", {}, head, body)); // it scrolls by keys
}

function form(card: Card, { language, send }: Drawn): HTMLElement {
  const asked = fields(card);
  const controls = asked.map(({ label, options }) =>
    options.length
      ? h("select", { "aria-label": label }, h("option", { value: "" }, "—"), ...options.map((option) => h("option", {}, option)))
      : h("input", { type: "text", maxlength: 200, autocomplete: "off", "aria-label": label }),
  );
  const button = h("button", { type: "submit", class: "primary" }, word(language, "send"));
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (button.ariaDisabled) return; // once
    const message = filledIn(asked, controls.map(({ value }) => value), language);
    if (!message) return;
    for (const control of controls) control.disabled = true;
    button.ariaDisabled = "true"; // it keeps the focus, so that Escape still closes the card
    button.textContent = word(language, "sent");
    send(message);
  };
  const rows = controls.map((control, k) => h("label", {}, h("span", {}, asked[k]!.label), control));
  return h("form", { class: "asked", onsubmit: submit }, ...rows, button);
}

function drawnArea(area: AreaMap | undefined, draw: (area: AreaMap) => Node[]): Node[] {
  return area ? draw(area) : [];
}
