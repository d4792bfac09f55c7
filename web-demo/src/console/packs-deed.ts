/** Something the operator asks for: busy while it runs; and what went wrong with it, told where it was asked for. */

import { html, nothing, type TemplateResult } from "lit";
import { Refused } from "./api";
import type { House } from "./view";

/** Refusals that have words of their own here; others are told as the service tells them. */
const WORDED = [
  "pack_refused", "pack_invalid", "version_unknown", "version_changed", "forbidden", "request_too_large", "rate_limited",
  "storage_full", "storage_unavailable", "storage_busy", "backend_unavailable", "at_capacity",
];

export class Deed {
  busy = false;
  private problem: { code: string; message: string } | null = null;

  constructor(private readonly house: House) {}

  /** Whether it went well. One at a time: asked again meanwhile, nothing happens. */
  async do(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    this.house.update();
    try {
      await work();
      return true;
    } catch (problem) {
      if (problem instanceof Refused && problem.status === 401) this.house.tell(problem);
      else this.blame(problem instanceof Refused ? problem.code : "", problem instanceof Error ? problem.message : String(problem));
      return false;
    } finally {
      this.busy = false;
      this.house.update();
    }
  }

  blame(code: string, message: string): void {
    this.problem = { code, message };
  }

  forget(): void {
    this.problem = null;
  }

  trouble(): TemplateResult | typeof nothing {
    if (!this.problem) return nothing;
    const { code, message } = this.problem;
    const words = WORDED.includes(code) ? html`${this.house.say(`code_${code}`)} <span class="soft" lang="en">${message}</span>` : message;
    return html`<p class="problem" role="alert"><span>${words} ${code ? html`<span class="code">${code}</span>` : nothing}</span></p>`;
  }
}
