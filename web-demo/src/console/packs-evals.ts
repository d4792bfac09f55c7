/** The evals of the version looked at, as a job with its progress, and its measures beside those of the one in use. */

import { html, nothing, type TemplateResult } from "lit";
import { get, send } from "./api";
import { Deed } from "./packs-deed";
import { at, better, type Files, type Measure, type Run } from "./packs-shapes";
import type { House } from "./view";

const AGAIN_MS = 2000;

export class Evals {
  private runs: Run[] = [];
  private digests = new Map<string, string>(); // of versions, by "persona version"
  private timer = 0;
  private shown = false;
  private readonly beginning: Deed;
  private reading: Deed;

  constructor(
    private readonly house: House,
    private readonly about: () => { persona: string; version: string; active: string; may: boolean; dirty: boolean },
  ) {
    [this.beginning, this.reading] = [new Deed(house), new Deed(house)];
  }

  /** Shown, or about another version. */
  async open(): Promise<void> {
    this.shown = true;
    const { persona, version, active } = this.about();
    this.reading = new Deed(this.house);
    await this.reading.do(async () => {
      for (const each of new Set([version, active])) await this.digest(persona, each);
      await this.look();
    });
  }

  close(): void {
    this.shown = false;
    window.clearTimeout(this.timer);
  }

  /** Of the version looked at: the run that counts. */
  of(version: string): Run | undefined {
    const digest = this.digests.get(`${this.about().persona} ${version}`);
    return digest ? this.runs.find((run) => run.result?.version === digest) : undefined;
  }

  private async digest(persona: string, version: string): Promise<void> {
    const name = `${persona} ${version}`;
    // what came with the service may change on the disk; every other version is named by its digest
    const known = version || (await get<Files>(at(persona, "files", { version }))).digest;
    this.digests.set(name, known);
  }

  private async look(): Promise<void> {
    const { persona } = this.about();
    try {
      this.runs = (await get<{ jobs: Run[] }>(at(persona, "evals"))).jobs;
    } finally {
      window.clearTimeout(this.timer);
      if (this.shown && this.runs.some(going)) this.timer = window.setTimeout(() => void this.reading.do(() => this.look()), AGAIN_MS);
    }
  }

  private begin(version: string): () => void {
    return () =>
      void this.beginning.do(async () => {
        await send("POST", at(this.about().persona, "evals"), { version });
        await this.look();
      });
  }

  render(): TemplateResult {
    const { say } = this.house;
    const { version, active, may, dirty } = this.about();
    const [draft, used] = [this.of(version), version === active ? undefined : this.of(active)];
    const busy = (run?: Run): boolean => this.beginning.busy || (run !== undefined && going(run));
    return html`
      <section aria-label=${say("tab_evals")}>
        <p class="soft">${say("evalsHint")}</p>
        ${dirty ? html`<p class="note">${say("tryUnsaved")}</p>` : nothing}
        ${may
          ? html`<div class="actions">
              <button class="main" ?disabled=${busy(draft)} @click=${this.begin(version)}>${say("runEvals")}</button>
              ${version !== active ? html`<button ?disabled=${busy(used)} @click=${this.begin(active)}>${say("runEvalsUsed")}</button>` : nothing}
            </div>`
          : nothing}
        ${this.beginning.trouble()} ${this.reading.trouble()}
        ${this.progress(draft, say("thisVersion"))} ${this.progress(used, say("inUse"))}
        ${draft?.result?.measures ? this.compared(draft, used) : draft && going(draft) ? nothing : html`<p class="empty">${say("noEvals")}</p>`}
      </section>
    `;
  }

  private progress(run: Run | undefined, name: string): TemplateResult | typeof nothing {
    const { say } = this.house;
    if (!run || run.state === "done") return nothing;
    const { done, of } = run.progress;
    return html`<div class="row run">
      <strong>${name}</strong> <span role="status">${say(run.state)}</span>
      ${going(run) ? html`<progress max=${of || 1} .value=${done} aria-label=${say("evals")}></progress> <span class="soft">${of ? `${done} / ${of}` : ""}</span>` : nothing}
      ${run.error ? html`<span>${run.error.message} <span class="code">${run.error.code}</span></span>` : nothing}
    </div>`;
  }

  private compared(draft: Run, used: Run | undefined): TemplateResult {
    const { say } = this.house;
    const measures = Object.entries(draft.result?.measures ?? {}).filter(([, each]) => each.of);
    const others = used?.result?.measures;
    const when = (run: Run): string => new Date(run.created).toLocaleString(this.house.language, { dateStyle: "short", timeStyle: "short" });
    return html`
      <div class="scroll" tabindex="0"><table>
        <thead><tr><th>${say("measure")}</th><th class="number">${say("thisVersion")}</th>${others ? html`<th class="number">${say("inUse")}</th><th>${say("difference")}</th>` : nothing}<th class="number">${say("target")}</th></tr></thead>
        <tbody>${measures.map(([name, each]) => this.row(name, each, others?.[name]))}</tbody>
      </table></div>
      <p class="soft">${say("evalsOf", draft.result?.cases ?? 0, when(draft))}${others && used ? ` · ${say("inUse")}: ${when(used)}` : ""}</p>
      ${this.failures(draft)}
    `;
  }

  private row(name: string, each: Measure, other: Measure | undefined): TemplateResult {
    const { say } = this.house;
    const shown = (value: number): string => (name === "unsupported_numbers" ? String(value) : `${(100 * value).toFixed(1)} %`);
    const target = each.least !== undefined ? `≥ ${shown(each.least)}` : `≤ ${shown(each.most ?? 0)}`;
    const turn = other ? better(each, other) : 0;
    const compared = other
      ? html`<td class="number">${shown(other.value)}</td><td>${turn ? html`<span class="badge ${turn > 0 ? "holds-yes" : "holds-no"}">${turn > 0 ? "▲" : "▼"} ${say(turn > 0 ? "better" : "worse")}</span>` : say("asGood")}</td>`
      : nothing;
    return html`<tr>
      <td>${name.replaceAll("_", " ")}</td>
      <td class="number">${shown(each.value)} <span class="badge ${each.met ? "holds-yes" : "holds-no"}">${say(each.met ? "met" : "missed")}</span></td>
      ${compared}<td class="number">${target}</td>
    </tr>`;
  }

  private failures(run: Run): TemplateResult | typeof nothing {
    const failures = run.result?.failures ?? [];
    if (!failures.length) return nothing;
    return html`<details><summary>${this.house.say("failures", failures.length)}</summary><ul class="groups">${failures.map((each) => html`<li><div>
      <strong class="code">${each.id}</strong> <span lang="en">${each.wrong}</span>
      ${each.talk.map(([asked, said, route]) => html`<p class="soft">${asked} → ${said} <span class="code">${route}</span></p>`)}
    </div></li>`)}</ul></details>`;
  }
}

const going = (run: Run): boolean => run.state === "queued" || run.state === "running";
