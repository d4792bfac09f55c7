/** Her words in step with her voice, and what the person is saying right now. */

import type { CaptionView } from "../captions";
import { h, setText } from "./dom";
import type { Translate } from "./i18n";
import type { Part } from "./part";

export class Captions implements Part {
  readonly element: HTMLElement;
  private readonly heard = h("span", { class: "heard" });
  private readonly current = h("span", { class: "current" });
  private readonly upcoming = h("span", { class: "upcoming" });
  private readonly line = h("p", { class: "caption", "aria-hidden": "true", hidden: true }, this.heard, this.current, this.upcoming);
  private readonly who = h("span", { class: "who" });
  private readonly words = h("span");
  private readonly partial = h("p", { class: "partial", hidden: true }, this.who, this.words);
  private readonly spoken = h("p", { class: "sr-only", "aria-live": "polite" });
  private shown = 0;

  constructor() {
    this.element = h("div", { class: "captions" }, this.partial, this.line, this.spoken);
  }

  translate(t: Translate): void {
    setText(this.who, t("you"));
  }

  /** Shows a sentence at the word being heard, or nothing. */
  show(view: CaptionView | null): void {
    this.line.hidden = view === null;
    if (!view) return;
    setText(this.heard, view.heard);
    setText(this.current, view.current);
    setText(this.upcoming, view.upcoming);
    if (view.id !== this.shown) {
      this.shown = view.id;
      this.line.lang = this.spoken.lang = view.language;
      setText(this.spoken, view.text); // whole sentences: word by word would be unbearable to listen to
    }
    this.line.scrollTop = Math.max(0, this.current.offsetTop - this.line.clientHeight / 2);
  }

  /** Nothing of what was said stays in the page. */
  clear(): void {
    for (const part of [this.heard, this.current, this.upcoming, this.words, this.spoken]) setText(part, "");
    this.line.hidden = this.partial.hidden = true;
  }

  /** Shows what the person is saying; empty text hides it. */
  showPartial(text: string): void {
    this.partial.hidden = !text;
    setText(this.words, text);
  }
}
