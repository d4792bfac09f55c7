/** Changes of files as lines, marked by a sign and a word as well as by colour. */

import { html, nothing, type TemplateResult } from "lit";
import { numbered, type Numbered } from "./packs-lines";
import type { Change } from "./packs-shapes";
import type { Say } from "./words";

export function changes(found: Change[], say: Say): TemplateResult {
  if (!found.length) return html`<p class="soft">${say("noDiff")}</p>`;
  return html`${found.map((each) => file(each, say))}`;
}

export function counted(change: Change): { added: number; removed: number } {
  const body = change.lines.slice(2);
  return { added: body.filter((line) => line.startsWith("+")).length, removed: body.filter((line) => line.startsWith("-")).length };
}

function file(change: Change, say: Say): TemplateResult {
  const { added, removed } = counted(change);
  return html`
    <details class="change" open>
      <summary><span class="code">${change.file}</span> <span class="badge">${say(`file_${change.what}`)}</span> <span class="soft">${say("addedRemoved", added, removed)}</span></summary>
      <div class="hunks code" tabindex="0" role="group" aria-label=${change.file}>${numbered(change.lines.slice(2)).map((each) => line(each, say))}</div>
      ${change.left_out ? html`<p class="soft">${say("leftOut", change.left_out)}</p>` : nothing}
    </details>
  `;
}

const SIGNS = { added: "+", removed: "−", same: " ", place: "⋯" };

function line(each: Numbered, say: Say): TemplateResult {
  const text = each.kind === "added" ? html`<ins>${each.text}</ins>` : each.kind === "removed" ? html`<del>${each.text}</del>` : each.text;
  const told = each.kind === "added" || each.kind === "removed" ? html`<span class="unseen">${say(`line_${each.kind}`)} </span>` : nothing;
  return html`<div class="hunk ${each.kind}"><span class="number">${each.number}</span><span class="sign" aria-hidden="true">${SIGNS[each.kind]}</span><span>${told}${text}</span></div>`;
}
