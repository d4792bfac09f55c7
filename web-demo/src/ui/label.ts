/** The AI label in the avatar area: there from the first moment, and put back if anything takes it away. */

import { h, setText } from "./dom";
import type { Language } from "./i18n";

export class AiLabel {
  private readonly primary = h("span", {}, "数字人 · 内容由AI生成");
  private readonly english = h("span", { class: "english", lang: "en", hidden: true }, "Digital human · AI-generated");
  private readonly element = h("p", { class: "ai-label", lang: "zh" }, this.primary, this.english);

  constructor(private readonly area: HTMLElement) {
    this.restore();
    new MutationObserver(() => this.restore()).observe(area, { childList: true });
    const changes = { attributes: true, attributeFilter: ["style", "class", "hidden"] };
    new MutationObserver(() => this.restore()).observe(this.element, changes);
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
