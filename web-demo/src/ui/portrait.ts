/** Her picture, its mouth opened by fading to a second one: without WebGL, and while the avatar is loading. */

import { h } from "./dom";
import { icon } from "./icons";

/** jawOpen that is the second picture's. */
const WIDE = 0.35;

export class Portrait {
  private readonly shut = h("img", { alt: "" });
  private readonly open = h("img", { alt: "", class: "open" });
  readonly element = h("div", { class: "portrait", hidden: true }, icon("person"), this.shut, this.open);

  /** `address` of the pictures, without what their names end in; where there are none, an outline stands there. */
  async show(address: string): Promise<void> {
    this.shut.hidden = this.open.hidden = true;
    this.element.hidden = false;
    await Promise.all([fill(this.shut, `${address}.webp`), fill(this.open, `${address}.open.webp`)]).catch(() => undefined);
  }

  hide(): void {
    this.element.hidden = true;
  }

  /** `jaw`: how far her mouth is open, 0..1. */
  speak(jaw: number): void {
    if (!this.element.hidden) this.element.style.setProperty("--mouth", Math.min(1, jaw / WIDE).toFixed(2));
  }
}

/** Fetched rather than named: another maker's page lets a widget show what it holds, not what lies elsewhere. */
async function fill(picture: HTMLImageElement, address: string): Promise<void> {
  const answer = await fetch(address);
  if (!answer.ok) return;
  const held = URL.createObjectURL(await answer.blob());
  picture.onload = picture.onerror = () => URL.revokeObjectURL(held);
  picture.src = held;
  picture.hidden = false;
}
