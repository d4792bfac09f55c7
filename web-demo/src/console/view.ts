/** What every part of the console is, and what it may ask of the whole. */

import type { TemplateResult } from "lit";
import type { Me } from "./api";
import type { Say } from "./words";

export interface House {
  readonly me: Me;
  readonly say: Say;
  readonly language: "zh" | "en";
  /** Draw again soon. */
  update(): void;
  /** Tell the operator what went wrong, or well. */
  tell(problem: unknown): void;
}

export interface View {
  /** Shown from now on. */
  open(): void;
  close(): void;
  /** Whether the operator may go elsewhere: a part that holds what is not saved asks them. */
  leaving?(): boolean;
  render(): TemplateResult;
}

/** Do something, and tell what went wrong. */
export function attempt(house: House, work: () => Promise<unknown>): () => Promise<void> {
  return async () => {
    try {
      await work();
    } catch (problem) {
      house.tell(problem);
    }
    house.update();
  };
}
