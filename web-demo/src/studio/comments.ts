/** The comments on the desk: those that wait, ranked, and what became of the others. */

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { CommentView, Control, ShowView } from "./link";
import type { Say, StudioKey } from "./words";

const STATES: Record<string, StudioKey> = {
  approved: "approved",
  answering: "answeringNow",
  answered: "answered",
  dropped: "dropped",
  blocked: "blocked",
  expired: "expired",
  limited: "limited",
};
const RULES = ["personal", "off_platform", "instruction", "insult", "politics", "fraud", "room"] as const;

export function commentsPanel(show: ShowView, say: Say, act: (control: Control) => void): TemplateResult {
  const alone = (event: Event): void => act({ do: "answering", alone: (event.target as HTMLInputElement).checked });
  const goods = new Map(show.products.map(({ sku, name }) => [sku, name]));
  return html`<section class="panel comments" aria-labelledby="comments-head">
    <h2 id="comments-head">${say("comments")}</h2>
    <label class="switch" title=${say("aloneHint")}><input type="checkbox" .checked=${show.alone} @change=${alone} />${say("alone")}</label>
    <h3>${say("waiting")}<small>${show.comments.length}</small></h3>
    ${show.comments.length
      ? html`<ol class="queue">${repeat(show.comments.slice(0, 30), ({ id }) => id, (comment) => waiting(comment, goods, say, act))}</ol>`
      : html`<p class="hint">${say("nothingWaits")}</p>`}
    <h3>${say("recent")}</h3>
    <ol class="queue done">${repeat(show.recent.slice(0, 20), ({ id }) => id, (comment) => done(comment, say))}</ol>
  </section>`;
}

function waiting(comment: CommentView, goods: Map<string, string>, say: Say, act: (control: Control) => void): TemplateResult {
  const { id, pinned, urgent, state, text } = comment;
  return html`<li class=${[urgent && "urgent", state === "approved" && "approved", pinned && "pinned"].filter(Boolean).join(" ")}>
    <p class="text">${text}</p>
    <p class="about">${badges(comment, goods, say)}<span>${comment.user}</span><span>${say("ago", { n: Math.round(comment.age_s) })}</span></p>
    <div class="row">
      <button type="button" class="primary" aria-label="${say("approve")}: ${text}" @click=${() => act({ do: "approve", comment: id })}>${say("approve")}</button>
      <button type="button" aria-label="${say("drop")}: ${text}" @click=${() => act({ do: "drop", comment: id })}>${say("drop")}</button>
      <button type="button" class="plain" aria-pressed=${String(pinned)} @click=${() => act({ do: "pin", comment: id, on: !pinned })}>${say(pinned ? "unpin" : "pin")}</button>
    </div></li>`;
}

function done(comment: CommentView, say: Say): TemplateResult {
  const state = STATES[comment.state];
  return html`<li><p class="text">${comment.text}</p>
    <p class="about"><b data-state=${comment.state}>${state ? say(state) : comment.state}</b>${comment.rule ? html`<span>${ruleOf(comment, say)}</span>` : nothing}<span>${comment.user}</span></p></li>`;
}

function ruleOf({ rule }: CommentView, say: Say): string {
  const known = RULES.find((name) => name === rule);
  return say(known ? `rule_${known}` : "rule_danger");
}

function badges({ urgent, state, times, product }: CommentView, goods: Map<string, string>, say: Say): (TemplateResult | typeof nothing)[] {
  return [
    urgent ? html`<b class="danger">${say("urgent")}</b>` : nothing,
    state === "approved" ? html`<b>${say("approved")}</b>` : nothing,
    times > 1 ? html`<b>${say("times", { n: times })}</b>` : nothing,
    product ? html`<i>${goods.get(product) ?? product}</i>` : nothing,
  ];
}
