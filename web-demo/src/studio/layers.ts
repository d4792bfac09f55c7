/** What stands on the stage beside her: cards come on the sample that they are meant for, and go where she is cut off. */

import type { Card } from "../net/events";
import { h, setText } from "../ui/dom";

const KINDS = ["product", "comment", "away"] as const;
type Kind = (typeof KINDS)[number];

export interface DueCard {
  card: Card;
  turn: number;
  pts: number;
}

/** Cards that wait for their sample. Nothing of the page: it can be tried alone. */
export class CardQueue {
  private waiting: DueCard[] = [];

  add(card: Card, turn = 0, pts = 0): void {
    this.waiting.push({ card, turn, pts });
  }

  /** Those to be shown now that sample `pts` is heard. */
  due(pts: number): Card[] {
    const due = this.waiting.filter((each) => each.pts <= pts);
    if (due.length) this.waiting = this.waiting.filter((each) => each.pts > pts);
    return due.map(({ card }) => card);
  }

  /** Turn `turn` was cut off at `pts`: its later cards never come. */
  cut(turn: number, pts: number): void {
    this.waiting = this.waiting.filter((each) => each.turn !== turn || each.pts <= pts);
  }
}

export class Layers {
  readonly queue = new CardQueue();
  private readonly product = h("p", { class: "layer product" });
  private readonly comment = h("p", { class: "layer comment" });
  private readonly away = h("p", { class: "layer away" });

  constructor(scene: HTMLElement) {
    for (const kind of KINDS) {
      this[kind].hidden = true;
      scene.append(this[kind]);
    }
  }

  /** Sample `pts` is heard. */
  tick(pts: number): void {
    for (const card of this.queue.due(pts)) this.show(card);
  }

  private show(card: Card): void {
    if (!(KINDS as readonly string[]).includes(card.kind)) return;
    const layer = this[card.kind as Kind];
    layer.hidden = !card.title;
    if (!card.title) return;
    if (card.kind !== "product") return setText(layer, card.title);
    const price = typeof card.price === "string" ? h("b", {}, card.price) : null;
    layer.replaceChildren(h("span", {}, card.title), ...(price ? [price] : []));
  }
}
