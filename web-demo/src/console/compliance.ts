/** Which requirements hold, what is missing, and the tests that show it. */

import { html, nothing, type TemplateResult } from "lit";
import { get } from "./api";
import { attempt, type House, type View } from "./view";

interface Requirement {
  id: string;
  what: string;
  holds: "yes" | "partly" | "no";
  gap: string;
  tests: string[];
}

export class Compliance implements View {
  private found: Requirement[] | null = null;

  constructor(private readonly house: House) {}

  open(): void {
    void attempt(this.house, async () => {
      this.found = (await get<{ requirements: Requirement[] }>("v1/console/compliance")).requirements;
    })();
  }

  close(): void {}

  render(): TemplateResult {
    const { say } = this.house;
    if (!this.found) return html`<p class="empty">${say("loading")}</p>`;
    const count = (holds: string): number => (this.found as Requirement[]).filter((each) => each.holds === holds).length;
    return html`
      <div class="page">
        <p>${say("summary", count("yes"), count("partly"), count("no"))}</p>
        <div class="scroll" tabindex="0"><table>
          <thead><tr><th>${say("requirement")}</th><th>${say("state")}</th><th>${say("gap")}</th></tr></thead>
          <tbody>${this.found.map((each) => this.row(each))}</tbody>
        </table></div>
      </div>
    `;
  }

  private row(each: Requirement): TemplateResult {
    const { say } = this.house;
    return html`
      <tr>
        <td><strong>${each.id}</strong><br /><span lang="en">${each.what}</span>
          ${each.tests.length ? html`<details><summary>${say("tests")} (${each.tests.length})</summary><ul class="code">${each.tests.map((test) => html`<li>${test}</li>`)}</ul></details>` : nothing}</td>
        <td><span class="badge holds-${each.holds}">${say(`holds_${each.holds}`)}</span></td>
        <td lang="en">${each.gap}</td>
      </tr>
    `;
  }
}
