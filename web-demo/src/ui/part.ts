import type { Language, Translate } from "./i18n";

/** A part of the page: an element that can change its language. */
export interface Part {
  readonly element: HTMLElement;
  translate(t: Translate, language: Language): void;
}
