/** The audit log: browsed, and verified as a whole. */

import { html, nothing, type TemplateResult } from "lit";
import { get, Refused } from "./api";
import { attempt, type House, type View } from "./view";

interface Entry {
  number: number;
  at: string;
  tenant: string;
  actor: string;
  action: string;
  subject: string;
  details: Record<string, unknown>;
}

interface Head {
  entries: number;
  anchor: string;
}

const READ = ["admin", "compliance", "auditor"];

export class Audit implements View {
  private entries: Entry[] | null = null;
  private action = "";
  private actions = new Set<string>();
  private head: Head | null = null;
  private broken = "";

  constructor(private readonly house: House) {}

  open(): void {
    if (!READ.includes(this.house.me.scope)) return;
    void attempt(this.house, async () => {
      this.entries = (await get<{ entries: Entry[] }>(`v1/audit?last=200&action=${encodeURIComponent(this.action)}`)).entries.reverse();
      for (const each of this.entries) this.actions.add(each.action);
    })();
  }

  close(): void {}

  render(): TemplateResult {
    const { say, me } = this.house;
    if (!READ.includes(me.scope)) return html`<p class="empty">${say("onlyAdmin")}</p>`;
    const verify = (event: SubmitEvent): void => {
      event.preventDefault();
      const anchor = (event.target as HTMLFormElement).elements.namedItem("anchor") as HTMLInputElement;
      void attempt(this.house, async () => {
        this.head = null;
        this.broken = "";
        try {
          this.head = await get<Head>(`v1/audit/head?anchor=${encodeURIComponent(anchor.value.trim())}`);
        } catch (problem) {
          if (!(problem instanceof Refused) || problem.code !== "audit_broken") throw problem;
          this.broken = problem.message;
        }
      })();
    };
    return html`
      <div class="page">
        ${me.tenant === "default" ? html`<form class="row" @submit=${verify}>
          <label>${say("anchor")} <input name="anchor" class="wide" autocomplete="off" spellcheck="false" /></label>
          <button class="main">${say("verify")}</button>
        </form>` : nothing}
        ${this.head ? html`<p class="good" role="status">${say("whole", this.head.entries, this.head.anchor)}</p>` : nothing}
        ${this.broken ? html`<p class="problem" role="alert">${say("broken")} ${this.broken}</p>` : nothing}
        <div class="filters">
          <label>${say("action")} <select @change=${(event: Event) => this.only((event.target as HTMLSelectElement).value)}><option value="">${say("allActions")}</option>${[...this.actions].sort().map((name) => html`<option ?selected=${name === this.action}>${name}</option>`)}</select></label>
        </div>
        <div class="scroll" tabindex="0"><table>
          <thead><tr>${["", "at", "action", "actor", "tenant", "subject", "details"].map((name) => (name ? html`<th>${say(name)}</th>` : html`<th>#</th>`))}</tr></thead>
          <tbody>${(this.entries ?? []).map((each) => html`<tr><td class="number">${each.number}</td><td class="nowrap">${new Date(each.at).toLocaleString(this.house.language)}</td><td>${each.action}</td><td>${each.actor}</td><td>${each.tenant}</td><td class="code">${each.subject}</td><td class="code">${Object.entries(each.details).map(([name, value]) => `${name}: ${String(value)}`).join(", ")}</td></tr>`)}</tbody>
        </table></div>
      </div>
    `;
  }

  private only(action: string): void {
    this.action = action;
    this.open();
  }
}
