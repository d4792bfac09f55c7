/** The AI label in the avatar area: there from the first moment, and put back if anything takes it away. */

import { h, setText } from "./dom";
import type { Language } from "./i18n";

/** How often it is looked at, ms: a style sheet hides it without touching it. */
const LOOK_MS = 1000;

export class AiLabel {
  /** Called when somebody took it away, hid it or changed how it looks; called again as long as it is not to be seen. */
  onHidden: () => void = () => undefined;
  private readonly primary = h("span", {}, "数字人 · 内容由AI生成");
  private readonly english = h("span", { class: "english", lang: "en", hidden: true }, "Digital human · AI-generated");
  private readonly looks: ReturnType<typeof setInterval>;
  private readonly element = h("p", { class: "ai-label", lang: "zh" }, this.primary, this.english);

  constructor(private readonly area: HTMLElement) {
    this.restore();
    new MutationObserver(() => this.mend()).observe(area, { childList: true });
    const changes = { attributes: true, attributeFilter: ["style", "class", "hidden"], childList: true };
    new MutationObserver(() => this.mend()).observe(this.element, changes);
    this.looks = setInterval(() => this.mend(), LOOK_MS);
  }

  /** She is gone, and nothing is to be labelled any more. */
  close(): void {
    clearInterval(this.looks);
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
    return overlap(this.element.getBoundingClientRect(), new DOMRect(0, 0, innerWidth, innerHeight)) && this.drawn();
  }

  /** It is there wherever she is. When she is put away or scrolled out of sight, it may go with her. */
  private drawn(): boolean {
    if (!this.primary.textContent) return false;
    const area = this.area.getBoundingClientRect();
    if (area.width * area.height > 0 && !overlap(this.element.getBoundingClientRect(), area)) return false;
    const style = getComputedStyle(this.element);
    return style.visibility === "visible" && style.display !== "none" && Number(style.opacity) > 0.9;
  }

  private mend(): void {
    if (this.restore() || !this.drawn()) this.onHidden();
  }

  /** Puts everything back; true where something was amiss. */
  private restore(): boolean {
    const { area, element, primary, english } = this;
    const whole = primary.parentElement === element && english.parentElement === element;
    const wrong = element.parentElement !== area || element.hasAttribute("style") || element.hidden || element.className !== "ai-label";
    if (whole && !wrong) return false;
    if (!whole) element.replaceChildren(primary, english);
    element.removeAttribute("style");
    element.hidden = false;
    element.className = "ai-label";
    if (element.parentElement !== area) area.append(element);
    return true;
  }
}

function overlap(a: DOMRect, b: DOMRect): boolean {
  return Math.min(a.right, b.right) > Math.max(a.left, b.left) && Math.min(a.bottom, b.bottom) > Math.max(a.top, b.top);
}

/** After the next frame has really been drawn: the second callback runs when the first one's frame is on screen. */
function nextPaint(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
}
