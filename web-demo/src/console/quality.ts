/** Questions without an answer, and how they become knowledge: draft, check, diff, evals, and put to use by an admin. */

import { html, nothing, type TemplateResult } from "lit";
import { get, Refused, send, type Mistake } from "./api";
import { attempt, type House, type View } from "./view";

interface Group {
  persona: string;
  count: number;
  phrasings: string[];
  routes: Record<string, number>;
  nearest: string;
  last: string;
}

interface Versions {
  active: string;
  can_roll_back: boolean;
  serving: string;
  versions: { version: string; uploaded: string; by: string }[];
}

interface Job {
  id: string;
  subject: string;
  state: string;
  result?: { met: boolean; cases: number; measures: Record<string, { value: number; of: number; least?: number; most?: number; met: boolean }>; seconds: number };
  error?: { message: string };
}

const DAYS = 30;
const ASK_AGAIN_MS = 2000;
const chinese = (text: string): boolean => /[\u4e00-\u9fff]/.test(text);
const day = (years = 0): string => {
  const now = new Date();
  return `${now.getFullYear() + years}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
};

export class Quality implements View {
  private personas: string[] = [];
  private persona = "";
  private groups: Group[] | null = null;
  private versions: Versions | null = null;
  private writing: Group | null = null;
  private mistakes: Mistake[] = [];
  private draft = ""; // the version looked at
  private base = ""; // the draft saved last, which the next item is added to; "": the version in use
  private diff: string[] | null = null;
  private note = "";
  private job: Job | null = null;
  private away = false;

  constructor(private readonly house: House) {}

  open(): void {
    this.away = false;
    void attempt(this.house, async () => {
      this.personas = (await get<{ personas: { id: string }[] }>("v1/personas")).personas.map((each) => each.id);
      this.persona ||= this.personas[0] ?? "";
      await this.load();
    })();
  }

  close(): void {
    this.away = true;
    this.note = "";
  }

  private async load(): Promise<void> {
    const asked = `days=${DAYS}&persona=${encodeURIComponent(this.persona)}`;
    this.groups = (await get<{ groups: Group[] }>(`v1/console/unanswered?${asked}`)).groups;
    this.versions = this.house.me.tenant === "default" ? await get<Versions>(`v1/console/packs/${this.persona}`) : null;
  }

  render(): TemplateResult {
    const { say } = this.house;
    if (this.writing) return html`<div class="page">${this.form(this.writing)}</div>`;
    return html`
      <div class="page">
        <div class="filters">
          <label>${say("persona")} <select @change=${(event: Event) => this.pick((event.target as HTMLSelectElement).value)}>${this.personas.map((name) => html`<option ?selected=${name === this.persona}>${name}</option>`)}</select></label>
        </div>
        ${this.note ? html`<p class="good" role="status">${this.note}</p>` : nothing}
        ${this.diff ? this.changes(this.diff) : nothing}
        <section>
          <h2>${say("unanswered")}</h2>
          <p class="soft">${say("unansweredHint", DAYS)}</p>
          ${this.groups?.length === 0 ? html`<p class="empty">${say("none")}</p>` : nothing}
          <ol class="groups">${(this.groups ?? []).map((group) => this.group(group))}</ol>
        </section>
        ${this.versions ? this.kept(this.versions) : nothing}
        ${this.job ? this.evals(this.job) : nothing}
      </div>
    `;
  }

  private group(group: Group): TemplateResult {
    const { say, me } = this.house;
    const routes = Object.entries(group.routes).map(([route, count]) => `${say(route)} ${count}`);
    return html`
      <li>
        <div>
          <strong>${group.phrasings[0]}</strong> <span class="count">${say("times", group.count)}</span>
          ${group.phrasings.length > 1 ? html`<p class="soft">${group.phrasings.slice(1).join(" · ")}</p>` : nothing}
          <p class="soft">${routes.join(" · ")}${group.nearest ? html` · ${say("nearest", group.nearest)}` : nothing}</p>
        </div>
        ${me.tenant === "default" ? html`<button @click=${() => this.write(group)}>${say("toKnowledge")}</button>` : nothing}
      </li>
    `;
  }

  private write(group: Group): void {
    this.writing = group;
    this.mistakes = [];
    this.note = "";
    this.house.update();
    requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById("topic_zh")?.focus()));
  }

  private form(group: Group): TemplateResult {
    const { say } = this.house;
    const first = group.phrasings[0] ?? "";
    const field = (name: string, word: string, value = "", type = "text"): TemplateResult =>
      html`<label for=${name}>${say(word)}</label><input id=${name} name=${name} type=${type} required value=${value} autocomplete="off" />`;
    const area = (name: string, word: string, rows: number, value = ""): TemplateResult =>
      html`<label for=${name}>${say(word)}</label><textarea id=${name} name=${name} rows=${rows} required .value=${value}></textarea>`;
    return html`
      <form class="item" @submit=${this.save}>
        <h2>${say("newItem")} <span class="soft">${group.persona}</span></h2>
        ${this.mistakes.length ? html`<div class="problem" role="alert"><div><strong>${say("mistakes")}</strong><ul>${this.mistakes.map((each) => html`<li>${each.what}. ${each.mend}</li>`)}</ul></div></div>` : nothing}
        ${field("topic_zh", "topicZh", chinese(first) ? first : "")}
        ${field("topic_en", "topicEn", chinese(first) ? "" : first)}
        ${area("phrasings", "phrasings", 6, group.phrasings.join("\n"))}
        ${area("zh", "answerZh", 4)}
        ${area("en", "answerEn", 4)}
        ${field("source", "source")}
        <div class="row">
          <span>${field("as_of", "asOf", day(), "date")}</span>
          <span>${field("valid_to", "validTo", day(1), "date")}</span>
          <span>${field("id", "itemId", `asked-${Date.now().toString(36)}`)}</span>
        </div>
        <div class="actions"><button class="main">${say("saveDraft")}</button> <button type="button" @click=${() => this.stop()}>${say("cancel")}</button></div>
      </form>
    `;
  }

  private stop(): void {
    this.writing = null;
    this.house.update();
  }

  private readonly save = (event: SubmitEvent): void => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.target as HTMLFormElement)) as Record<string, string>;
    const phrasings = (given["phrasings"] ?? "").split("\n").map((line) => line.trim()).filter(Boolean);
    const base = this.base || undefined;
    void attempt(this.house, async () => {
      try {
        const made = await send<{ version: string; diff: string[] }>("POST", "v1/console/drafts", { ...given, phrasings, persona: this.persona, base });
        this.draft = this.base = made.version;
        this.diff = made.diff;
        this.writing = null;
        this.note = this.house.say("draftSaved");
        await this.load();
      } catch (problem) {
        if (!(problem instanceof Refused) || !problem.mistakes.length) throw problem;
        this.mistakes = problem.mistakes;
      }
    })();
  };

  private changes(diff: string[]): TemplateResult {
    const { say } = this.house;
    const kind = (line: string): string => (/^(\+\+\+|---|@@)/.test(line) ? "place" : line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "");
    return html`
      <section aria-labelledby="diff">
        <h2 id="diff">${say("diff")} <span class="soft code">${this.draft}</span></h2>
        ${diff.length ? html`<div class="diff code" tabindex="0">${diff.map((line) => html`<div class=${kind(line)}>${line || " "}</div>`)}</div>` : html`<p class="soft">${say("noDiff")}</p>`}
      </section>
    `;
  }

  private kept(versions: Versions): TemplateResult {
    const { say, me } = this.house;
    const name = (version: string): string => version || say("shipped");
    const all = ["", ...versions.versions.map((each) => each.version)];
    const admin = me.of_the_house;
    return html`
      <section>
        <h2>${say("drafts")}</h2>
        <div class="scroll" tabindex="0"><table>
          <thead><tr><th>${say("version")}</th><th>${say("created")}</th><th>${say("actor")}</th><th>${say("do")}</th></tr></thead>
          <tbody>${all.map((version) => {
            const known = versions.versions.find((each) => each.version === version);
            return html`<tr>
              <td class="code">${name(version)} ${version === versions.active ? html`<span class="badge holds-yes">${say("inUse")}</span>` : nothing}</td>
              <td class="nowrap">${known ? new Date(known.uploaded).toLocaleString(this.house.language) : "–"}</td>
              <td>${known?.by ?? "–"}</td>
              <td class="nowrap">
                ${version ? html`<button @click=${this.show(version)}>${say("diff")}</button>` : nothing}
                <button @click=${this.try(version)}>${say("runEval")}</button>
                ${admin && version !== versions.active ? html`<button @click=${this.use(version)}>${say("activate")}</button>` : nothing}
              </td>
            </tr>`;
          })}</tbody>
        </table></div>
        ${admin && versions.can_roll_back ? html`<p><button @click=${this.rollBack}>${say("rollBack")}</button></p>` : nothing}
      </section>
    `;
  }

  private show(version: string): () => Promise<void> {
    return attempt(this.house, async () => {
      this.diff = (await get<{ diff: string[] }>(`v1/console/drafts/${this.persona}/${version}/diff`)).diff;
      this.draft = version;
    });
  }

  private use(version: string): () => Promise<void> {
    return attempt(this.house, async () => {
      await send("POST", `v1/personas/${this.persona}/activate`, { version });
      this.note = this.house.say("activated");
      this.diff = null;
      this.draft = this.base = "";
      await this.load();
    });
  }

  private readonly rollBack = (): void => {
    void attempt(this.house, async () => {
      await send("POST", `v1/personas/${this.persona}/rollback`);
      this.note = this.house.say("activated");
      this.draft = this.base = "";
      await this.load();
    })();
  };

  private try(version: string): () => Promise<void> {
    return attempt(this.house, async () => {
      this.job = await send<Job>("POST", "v1/console/evals", { persona: this.persona, version });
      void this.wait(this.job.id);
    });
  }

  private async wait(id: string): Promise<void> {
    while (!this.away && this.job?.id === id && ["queued", "running"].includes(this.job.state)) {
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      await attempt(this.house, async () => {
        this.job = await get<Job>(`v1/console/jobs/${id}`);
      })();
    }
  }

  private evals(job: Job): TemplateResult {
    const { say } = this.house;
    const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
    const rows = Object.entries(job.result?.measures ?? {}).filter(([, each]) => each.of);
    return html`
      <section>
        <h2>${say("evals")}</h2>
        <p role="status">${say("evalRunning", job.subject, say(job.state))}${job.error ? html` – ${job.error.message}` : nothing}</p>
        ${rows.length ? html`<table>
          <thead><tr><th>${say("measure")}</th><th class="number">${say("value")}</th><th class="number">${say("target")}</th></tr></thead>
          <tbody>${rows.map(([name, each]) => html`<tr><td>${name.replaceAll("_", " ")}</td><td class="number"><span class="badge ${each.met ? "holds-yes" : "holds-no"}">${name === "unsupported_numbers" ? each.value : percent(each.value)}</span></td><td class="number">${each.least !== undefined ? `≥ ${percent(each.least)}` : `≤ ${percent(each.most ?? 0)}`}</td></tr>`)}</tbody>
        </table>` : nothing}
      </section>
    `;
  }

  private pick(persona: string): void {
    this.persona = persona;
    this.draft = this.base = "";
    this.diff = this.job = null;
    void attempt(this.house, () => this.load())();
  }
}
