/** Questions, how they ended, how fast, and what was kept back: by day and persona. */

import { html, type TemplateResult } from "lit";
import { get } from "./api";
import { bars, lines, type Series } from "./chart";
import { attempt, type House, type View } from "./view";

interface Row {
  day: string;
  persona: string;
  questions: number;
  answered: number;
  again: number;
  declined: number;
  handed: number;
  p50_ms: number | null;
  p95_ms: number | null;
}

interface Told {
  days: string[];
  rows: Row[];
  interventions: { rule: string; count: number }[];
}

const OUTCOMES = ["answered", "again", "declined", "handed"] as const;

export class Figures implements View {
  private told: Told | null = null;
  private days = 14;
  private persona = "";

  constructor(private readonly house: House) {}

  open(): void {
    void attempt(this.house, async () => {
      this.told = await get<Told>(`v1/console/figures?days=${this.days}&offset_min=${-new Date().getTimezoneOffset()}`);
    })();
  }

  close(): void {}

  render(): TemplateResult {
    const { say } = this.house;
    const told = this.told;
    if (!told) return html`<p class="empty">${say("loading")}</p>`;
    const rows = told.rows.filter((row) => !this.persona || row.persona === this.persona);
    const of = (day: string, name: (typeof OUTCOMES)[number] | "questions"): number =>
      rows.filter((row) => row.day === day).reduce((sum, row) => sum + row[name], 0);
    const outcomes: Series[] = OUTCOMES.map((name) => ({ name: say(name), kind: name, values: told.days.map((day) => of(day, name)) }));
    const sum = (name: (typeof OUTCOMES)[number] | "questions"): number => rows.reduce((all, row) => all + row[name], 0);
    return html`
      <div class="page">
        <div class="filters">
          <label>${say("period")} <select @change=${(event: Event) => this.choose(Number((event.target as HTMLSelectElement).value))}>${[7, 14, 30, 90].map((days) => html`<option value=${days} ?selected=${days === this.days}>${say("days", days)}</option>`)}</select></label>
          <label>${say("persona")} <select @change=${(event: Event) => this.pick((event.target as HTMLSelectElement).value)}><option value="">${say("allPersonas")}</option>${[...new Set(told.rows.map((row) => row.persona))].map((name) => html`<option ?selected=${name === this.persona}>${name}</option>`)}</select></label>
        </div>
        <dl class="tiles">
          ${(["questions", ...OUTCOMES] as const).map((name) => html`<div><dt>${say(name)}</dt><dd>${sum(name)}${name === "questions" || !sum("questions") ? "" : html` <small>${Math.round((100 * sum(name)) / sum("questions"))} %</small>`}</dd></div>`)}
        </dl>
        <section><h2>${say("perDay")}</h2>${bars(told.days, outcomes, say("perDay"))}</section>
        <section><h2>${say("latency")}</h2>${this.latency(told.days, rows)}</section>
        <section>
          <h2>${say("interventions")}</h2>
          ${told.interventions.length ? html`<table><thead><tr><th>${say("rule")}</th><th class="number">${say("count")}</th></tr></thead><tbody>${told.interventions.map((each) => html`<tr><td>${each.rule}</td><td class="number">${each.count}</td></tr>`)}</tbody></table>` : html`<p class="soft">${say("none")}</p>`}
        </section>
        <details><summary>${say("asTable")}</summary>${this.table(rows)}</details>
      </div>
    `;
  }

  private latency(days: string[], rows: Row[]): TemplateResult {
    const { say } = this.house;
    const worst = (day: string, name: "p50_ms" | "p95_ms"): number | null => {
      const found = rows.filter((row) => row.day === day && row[name] !== null).map((row) => row[name] as number);
      return found.length ? Math.max(...found) : null;
    };
    const series: Series[] = [
      { name: say("p50"), kind: "p50", values: days.map((day) => worst(day, "p50_ms")) },
      { name: say("p95"), kind: "p95", values: days.map((day) => worst(day, "p95_ms")) },
    ];
    return lines(days, series, say("latency"));
  }

  private table(rows: Row[]): TemplateResult {
    const { say } = this.house;
    return html`
      <div class="scroll" tabindex="0"><table>
        <thead><tr><th>${say("day")}</th><th>${say("persona")}</th>${["questions", ...OUTCOMES, "p50", "p95"].map((name) => html`<th class="number">${say(name)}</th>`)}</tr></thead>
        <tbody>${rows.map((row) => html`<tr><td>${row.day}</td><td>${row.persona}</td>${[row.questions, row.answered, row.again, row.declined, row.handed, row.p50_ms ?? "–", row.p95_ms ?? "–"].map((value) => html`<td class="number">${value}</td>`)}</tr>`)}</tbody>
      </table></div>
    `;
  }

  private choose(days: number): void {
    this.days = days;
    this.open();
  }

  private pick(persona: string): void {
    this.persona = persona;
    this.house.update();
  }
}
