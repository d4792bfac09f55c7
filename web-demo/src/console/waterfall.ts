/** One turn as a waterfall: what each organ did, in ms from the end of the person's speech. */

import { html, svg, type TemplateResult } from "lit";
import type { Say } from "./words";

export interface Turn {
  turn: number;
  status: string;
  milestones_ms: Record<string, number>;
  spans: { stage: string; start_ms: number; end_ms: number }[];
}

const WIDTH = 640;
const LEFT = 120;
const ROW = 20;
/** The organ that a stage belongs to: its colour. */
const ORGANS: Record<string, string> = {
  end_of_turn: "ears",
  recognition: "ears",
  retrieval: "mind",
  language_model: "mind",
  guard: "mind",
  tool: "mind",
  animation: "face",
  wire: "wire",
  speaking: "wire",
};

/** The stages in rows: several spans of one stage share theirs. */
export function rows(turn: Turn): { stage: string; organ: string; spans: { start_ms: number; end_ms: number }[]; sum_ms: number }[] {
  const found = new Map<string, { start_ms: number; end_ms: number }[]>();
  for (const span of turn.spans) found.set(span.stage, [...(found.get(span.stage) ?? []), span]);
  return [...found].map(([stage, spans]) => ({
    stage,
    organ: ORGANS[stage] ?? (stage.startsWith("voice") || stage.includes("speech") || stage.includes("synth") ? "voice" : "mind"),
    spans,
    sum_ms: spans.reduce((sum, span) => sum + span.end_ms - span.start_ms, 0),
  }));
}

/** A round number of ms, so that four to eight lines fit. */
export function step(longest: number): number {
  const rough = Math.max(longest, 1) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
}

export function waterfall(turn: Turn, say: Say): TemplateResult {
  const found = rows(turn).filter((row) => row.stage !== "speaking");
  if (!found.length) return html`<p class="soft">${say("noStages")}</p>`;
  const begin = Math.min(0, ...found.flatMap((row) => row.spans.map((span) => span.start_ms)));
  const longest = Math.max(100, ...found.flatMap((row) => row.spans.map((span) => span.end_ms)), turn.milestones_ms["first_audio"] ?? 0);
  const x = (ms: number): number => LEFT + ((ms - begin) / (longest - begin)) * (WIDTH - LEFT - 60);
  const height = found.length * ROW + 26;
  const lines: number[] = [];
  for (let ms = 0; ms <= longest; ms += step(longest - begin)) lines.push(ms);
  const first = turn.milestones_ms["first_audio"];
  return html`
    <svg class="waterfall" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label=${say("turnTimesOf", turn.turn)}>
      ${lines.map((ms) => svg`<line class="grid" x1=${x(ms)} x2=${x(ms)} y1="0" y2=${height - 18} /><text class="tick" x=${x(ms)} y=${height - 4}>${ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`}</text>`)}
      ${found.map((row, index) => svg`
        <text class="stage" x="0" y=${index * ROW + 14}>${say(`stage_${row.stage}`)}</text>
        ${row.spans.map((span) => svg`<rect class="bar ${row.organ}" x=${x(span.start_ms)} y=${index * ROW + 4} width=${Math.max(1.5, x(span.end_ms) - x(span.start_ms))} height="12" rx="2" />`)}
        <text class="sum" x=${x(Math.max(...row.spans.map((span) => span.end_ms))) + 5} y=${index * ROW + 14}>${Math.round(row.sum_ms)}</text>`)}
      ${first === undefined ? "" : svg`<line class="first" x1=${x(first)} x2=${x(first)} y1="0" y2=${height - 18} />`}
    </svg>
    <p class="soft legend">
      ${(["ears", "mind", "voice", "face", "wire"] as const).map((organ) => html`<span class="key ${organ}"></span>${say(organ)} `)}
      ${first === undefined ? "" : say("firstAudio", Math.round(first))}
    </p>
  `;
}
