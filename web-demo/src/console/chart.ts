/** Small charts in SVG: stacked bars by day, and lines. Their numbers stand in a table beside them. */

import { html, svg, type TemplateResult } from "lit";

export interface Series {
  name: string;
  /** Its colour, a class of console.css. */
  kind: string;
  /** One for each day; null where there is nothing to tell. */
  values: (number | null)[];
}

const WIDTH = 720;
const HEIGHT = 200;
const LEFT = 44;
const BOTTOM = 22;

/** A round number that is no less, and whose half is round too. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return ([1, 2, 4, 6, 8, 10].find((each) => each * power >= value) ?? 10) * power;
}

function frame(days: string[], most: number, label: string, inside: TemplateResult | TemplateResult[]): TemplateResult {
  const y = (value: number): number => 8 + (1 - value / most) * (HEIGHT - BOTTOM - 8);
  const every = Math.ceil(days.length / 8);
  const slot = (WIDTH - LEFT) / days.length;
  return html`
    <svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${label}>
      ${[0, most / 2, most].map((value) => svg`<line class="grid" x1=${LEFT} x2=${WIDTH} y1=${y(value)} y2=${y(value)} /><text class="axis" x=${LEFT - 6} y=${y(value) + 4}>${value}</text>`)}
      ${days.map((day, place) => (place % every === 0 ? svg`<text class="tick" x=${LEFT + (place + 0.5) * slot} y=${HEIGHT - 5}>${day.slice(5)}</text>` : ""))}
      ${inside}
    </svg>
  `;
}

function legend(series: Series[]): TemplateResult {
  return html`<p class="legend soft">${series.map((each) => html`<span class="key ${each.kind}"></span>${each.name} `)}</p>`;
}

export function bars(days: string[], series: Series[], label: string): TemplateResult {
  const sums = days.map((_, place) => series.reduce((sum, each) => sum + (each.values[place] ?? 0), 0));
  const most = Math.max(2, roundUp(Math.max(...sums)));
  const slot = (WIDTH - LEFT) / days.length;
  const wide = Math.min(36, slot * 0.7);
  const unit = (HEIGHT - BOTTOM - 8) / most;
  const drawn = days.map((day, place) => {
    let top = HEIGHT - BOTTOM;
    return svg`${series.map((each) => {
      const value = each.values[place] ?? 0;
      top -= value * unit;
      return value ? svg`<rect class="bar ${each.kind}" x=${LEFT + (place + 0.5) * slot - wide / 2} y=${top} width=${wide} height=${value * unit}><title>${day} ${each.name}: ${value}</title></rect>` : "";
    })}`;
  });
  return html`${frame(days, most, label, drawn as unknown as TemplateResult[])}${legend(series)}`;
}

export function lines(days: string[], series: Series[], label: string): TemplateResult {
  const most = roundUp(Math.max(1, ...series.flatMap((each) => each.values.filter((value) => value !== null))));
  const slot = (WIDTH - LEFT) / days.length;
  const at = (value: number, place: number): [number, number] => [LEFT + (place + 0.5) * slot, 8 + (1 - value / most) * (HEIGHT - BOTTOM - 8)];
  const drawn = series.map((each) => {
    const points = each.values.flatMap((value, place) => (value === null ? [] : [at(value, place)]));
    return svg`<polyline class="line ${each.kind}" points=${points.map((point) => point.join(",")).join(" ")} />${points.map(([x, y]) => svg`<circle class="dot ${each.kind}" cx=${x} cy=${y} r="3" />`)}`;
  });
  return html`${frame(days, most, label, drawn as unknown as TemplateResult[])}${legend(series)}`;
}
