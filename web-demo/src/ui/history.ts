/** The conversation so far: a side panel on wide screens, a sheet from below on narrow ones. */

import type { Message, Source } from "../conversation";
import { h, setText } from "./dom";
import type { Key, Translate } from "./i18n";
import { icon } from "./icons";
import type { Part } from "./part";

const SOURCES: Record<Source, Key> = {
  approved: "sourceApproved",
  model: "sourceModel",
  template: "sourceTemplate",
  unknown: "sourceUnknown",
};

export class History implements Part {
  readonly element: HTMLElement;
  private readonly list = h("ol", { class: "messages" });
  private readonly empty = h("p", { class: "empty" });
  private readonly shown = new Map<string, { message: Message; element: HTMLElement }>();
  private t: Translate = (key) => key;
  private name = "";

  constructor() {
    this.element = h("div", { class: "history", tabindex: "0" }, this.empty, this.list);
  }

  translate(t: Translate): void {
    this.t = t;
    setText(this.empty, t("historyEmpty"));
    this.element.setAttribute("aria-label", t("history"));
    for (const { message } of this.shown.values()) this.render(message);
  }

  /** How she is called in the list. */
  setName(name: string): void {
    this.name = name;
    for (const { message } of this.shown.values()) this.render(message);
  }

  /** Adds or updates a message. */
  render(message: Message): void {
    const known = this.shown.get(message.id);
    if (message.who === "person" && !message.text && !message.open) {
      known?.element.remove();
      this.shown.delete(message.id);
      return;
    }
    const atEnd = this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight < 80;
    const element = this.build(message);
    if (known) known.element.replaceWith(element);
    else this.list.append(element);
    this.shown.set(message.id, { message, element });
    this.empty.hidden = true;
    if (atEnd || !known) this.element.scrollTop = this.element.scrollHeight;
  }

  clear(): void {
    this.shown.clear();
    this.list.replaceChildren();
    this.empty.hidden = false;
  }

  private build(message: Message): HTMLElement {
    const person = message.who === "person";
    return h(
      "li",
      { class: `message ${message.who}${message.open ? " open" : ""}` },
      h("span", { class: "who" }, person ? this.t("you") : this.name),
      h("p", { class: "text" }, message.text),
      message.interrupted && h("span", { class: "note" }, this.t("interrupted")),
      message.handoff && h("span", { class: "note handoff" }, icon("person"), this.t("handoff")),
      !person && this.foundation(message),
    );
  }

  /** What the answer rests on. */
  private foundation({ source, citations }: Message): HTMLElement | null {
    if (!citations.length) {
      return source && source !== "template" ? h("span", { class: `source ${source}` }, this.t(SOURCES[source])) : null;
    }
    const entries = citations.map(({ title, source: from, as_of }) => {
      const when = as_of && `${this.t("asOf")} ${as_of}`;
      return h("li", {}, [title, from, when].filter(Boolean).join(" · "));
    });
    const label = source ? this.t(SOURCES[source]) : this.t("sources");
    return h("details", { class: "foundation" }, h("summary", {}, icon("book"), label), h("ul", {}, ...entries));
  }
}
