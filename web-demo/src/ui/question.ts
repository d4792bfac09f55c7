/**
 * Asks the visitor to decide something, over the controls; until then nothing else of the page can be reached but the
 * terms, which one should be able to read before agreeing.
 */

import { h, setText } from "./dom";
import type { Translate } from "./i18n";
import type { Part } from "./part";

export class Question implements Part {
  readonly element: HTMLElement;
  private readonly title = h("h2", { id: "question-title" });
  private readonly text = h("p", { id: "question-text" });
  private readonly terms = h("button", { type: "button", class: "link", onclick: () => this.showTerms() });
  private readonly yes = h("button", { type: "button", class: "primary", onclick: () => this.answer(true) });
  private readonly no = h("button", { type: "button", class: "secondary", onclick: () => this.answer(false) });
  private decide: ((answer: boolean | null) => void) | null = null;
  private before: Element | null = null;
  private shut: HTMLElement[] = [];

  /** `others`: what cannot be reached meanwhile; `showTerms`: opens them over the question. */
  constructor(
    private readonly others: () => HTMLElement[],
    private readonly showTerms: () => void,
  ) {
    const named = { role: "alertdialog", "aria-modal": "true", "aria-labelledby": "question-title", "aria-describedby": "question-text" };
    const buttons = h("div", { class: "buttons" }, this.no, this.yes);
    this.element = h("section", { class: "question-box", hidden: true, tabindex: -1, ...named }, this.title, this.text, this.terms, buttons);
    this.element.addEventListener("keydown", (event) => this.keepInside(event));
  }

  get open(): boolean {
    return this.decide !== null;
  }

  translate(t: Translate): void {
    setText(this.title, t("questionTitle"));
    setText(this.terms, t("readTerms"));
    setText(this.yes, t("agree"));
    setText(this.no, t("decline"));
  }

  /** True or false as decided; null when taken away. One at a time. */
  ask(text: string): Promise<boolean | null> {
    const root = this.element.getRootNode() as Document | ShadowRoot;
    this.before = root.activeElement;
    this.shut = this.others().filter((other) => !other.inert);
    for (const other of this.shut) other.inert = true;
    setText(this.text, text);
    this.element.hidden = false;
    this.element.focus(); // not a button: a key already on its way must not decide
    return new Promise((resolve) => (this.decide = resolve));
  }

  /** Ends the question; null: undecided, as when the visitor has gone. */
  answer(decision: boolean | null): void {
    if (!this.decide) return;
    const { decide } = this;
    this.decide = null;
    this.element.hidden = true;
    for (const other of this.shut) other.inert = false;
    if (this.before instanceof HTMLElement) this.before.focus();
    decide(decision);
  }

  private keepInside(event: KeyboardEvent): void {
    if (event.key !== "Tab") return;
    const root = this.element.getRootNode() as Document | ShadowRoot;
    event.preventDefault();
    const stops = [this.terms, this.no, this.yes];
    const at = stops.findIndex((stop) => stop === root.activeElement);
    const next = event.shiftKey ? Math.max(at, 0) - 1 : at + 1; // from the box itself: to the first, or the last
    stops.at(next % stops.length)?.focus();
  }
}
