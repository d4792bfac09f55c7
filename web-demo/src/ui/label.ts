/** The AI label in the avatar area: there from the first moment, and put back if anything takes it away. */

import { setText } from "./dom";
import type { Language } from "./i18n";

export class AiLabel {
  private readonly primary: HTMLElement;
  private readonly english: HTMLElement;

  constructor(
    private readonly element: HTMLElement,
    private readonly area: HTMLElement,
  ) {
    this.primary = element.querySelector("[data-primary]") as HTMLElement;
    this.english = element.querySelector("[data-english]") as HTMLElement;
    new MutationObserver(() => this.restore()).observe(area, { childList: true });
    new MutationObserver(() => this.restore()).observe(element, { attributes: true, attributeFilter: ["style", "class", "hidden"] });
  }

  setTexts(text: string, english: string): void {
    if (text) setText(this.primary, text);
    if (english) setText(this.english, english);
  }

  setLanguage(language: Language): void {
    this.english.hidden = language !== "en";
  }

  /** Resolves once the label has been painted where it can be seen. */
  async shown(): Promise<void> {
    do {
      await nextPaint();
      this.restore();
    } while (!this.visible());
  }

  private visible(): boolean {
    const box = this.element.getBoundingClientRect();
    const inside = box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    if (!inside || !this.primary.textContent) return false;
    const style = getComputedStyle(this.element);
    return style.visibility === "visible" && style.display !== "none" && Number(style.opacity) > 0.9;
  }

  private restore(): void {
    if (this.element.parentElement !== this.area) this.area.append(this.element);
    if (this.element.hasAttribute("style")) this.element.removeAttribute("style");
    if (this.element.hidden) this.element.hidden = false;
    if (this.element.className !== "ai-label") this.element.className = "ai-label";
  }
}

/** After the next frame has really been drawn: the second callback runs when the first one's frame is on screen. */
function nextPaint(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
}
