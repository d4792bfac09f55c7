/** One question to the version looked at and to the one in use, side by side. Nothing is spoken or written down. */

import { html, nothing, type TemplateResult } from "lit";
import { send } from "./api";
import { Deed } from "./packs-deed";
import { at, type Answer } from "./packs-shapes";
import type { House } from "./view";

export class TryOut {
  private question = "";
  private asked = "";
  private answers: { draft: Answer; used: Answer | null } | null = null;
  private asking: Deed;

  constructor(
    private readonly house: House,
    private readonly about: () => { persona: string; version: string; active: string; may: boolean; dirty: boolean },
  ) {
    this.asking = new Deed(house);
  }

  forget(): void {
    this.answers = null;
    this.asking = new Deed(this.house); // what is asked now is about another version
  }

  render(): TemplateResult {
    const { say } = this.house;
    const { may, dirty } = this.about();
    if (!may) return html`<p class="empty">${say("tryNot")}</p>`;
    return html`
      <section aria-label=${say("tab_try")}>
        <p class="soft">${say("tryHint")}</p>
        ${dirty ? html`<p class="note">${say("tryUnsaved")}</p>` : nothing}
        <form class="row" @submit=${this.ask}>
          <label class="grow">${say("question")} <input name="question" required maxlength="500" autocomplete="off" .value=${this.question} /></label>
          <button class="main" ?disabled=${this.asking.busy}>${say(this.asking.busy ? "asking" : "ask")}</button>
        </form>
        <p class="soft" role="status">${this.asking.busy ? say("askingHint") : ""}</p>
        ${this.asking.trouble()}
        ${this.answers ? this.both(this.answers) : nothing}
      </section>
    `;
  }

  private readonly ask = (event: SubmitEvent): void => {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const question = (this.question = String(given.get("question")));
    const { persona, version, active } = this.about();
    const put = (which: string): Promise<Answer> => send<Answer>("POST", at(persona, "ask"), { version: which, question });
    const { asking } = this;
    void asking.do(async () => {
      this.answers = null;
      const draft = await put(version);
      const used = version === active ? null : await put(active);
      if (asking === this.asking) [this.asked, this.answers] = [question, { draft, used }];
    });
  };

  private both({ draft, used }: { draft: Answer; used: Answer | null }): TemplateResult {
    const { say } = this.house;
    const same = used && draft.answer === used.answer;
    return html`
      <div role="status">
        <p class="asked"><strong>${this.asked}</strong> ${used ? html`<span class="badge">${say(same ? "sameAnswer" : "otherAnswer")}</span>` : nothing}</p>
        <div class="columns">
          ${this.one(draft, say(used ? "thisVersion" : "inUse"))}
          ${used ? this.one(used, say("inUse")) : nothing}
        </div>
      </div>
    `;
  }

  private one(answer: Answer, name: string): TemplateResult {
    const { say } = this.house;
    const facts: [string, TemplateResult | string][] = [
      ["route", [say(`route_${answer.route}`), answer.rule && `(${answer.rule})`, answer.flow && `· ${answer.flow}`].filter(Boolean).join(" ")],
      ["citations", list(answer.citations.map((each) => html`${each.title} <span class="soft">${each.source}${each.as_of ? ` · ${each.as_of}` : ""}</span> <span class="code">${each.passage_id}</span>`), say("noneCited"))],
      ["guard", list(answer.kept_back.map((each) => html`${say("keptBack", each.rule)}: <del>${each.sentence}</del> <span class="soft">${each.words}</span>`), say("nothingKeptBack"))],
      ...(answer.masked.length ? [["masked", answer.masked.join(", ")] as [string, string]] : []),
      ["nearestItems", answer.nearest.slice(0, 4).map(([item, likeness]) => `${item} ${likeness.toFixed(2)}`).join(" · ") || "–"],
      ["firstSentence", say("milliseconds", Math.round(answer.first_ms))],
    ];
    return html`
      <article class="card">
        <h3>${name} <span class="soft code">${answer.version.slice(0, 8)}</span></h3>
        <p class="said">${answer.answer || "–"}</p>
        ${answer.handoff ? html`<p><span class="badge human">${say("humanOffered")}</span></p>` : nothing}
        <dl class="facts">${facts.map(([word, told]) => html`<dt>${say(word)}</dt><dd>${told}</dd>`)}</dl>
      </article>
    `;
  }
}

const list = (entries: TemplateResult[], none: string): TemplateResult | string =>
  entries.length ? html`<ul>${entries.map((each) => html`<li>${each}</li>`)}</ul>` : none;
