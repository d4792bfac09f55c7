/** A room to go live from: warm wall, shelves with goods, strips of light. */

import { bokeh, glow, soft, vignette, wash, type Light, type Paper } from "./brush";

const LAMPS: Light[] = [
  { x: 0.1, y: 0.14, r: 0.07, color: "255,214,190" },
  { x: 0.24, y: 0.1, r: 0.04, color: "255,226,206" },
  { x: 0.78, y: 0.1, r: 0.05, color: "255,222,200" },
  { x: 0.92, y: 0.17, r: 0.075, color: "255,206,186" },
];

/** Goods on a shelf: place, shelf, width, height and colour. */
const GOODS = [
  [0.03, 0.36, 0.05, 0.1, "#e8b9a6"], [0.1, 0.36, 0.03, 0.14, "#f2dfc8"], [0.15, 0.36, 0.06, 0.08, "#c98a7c"],
  [0.04, 0.58, 0.04, 0.13, "#f4e7d4"], [0.1, 0.58, 0.055, 0.09, "#d8a48c"], [0.18, 0.58, 0.03, 0.12, "#b9736b"],
  [0.8, 0.36, 0.03, 0.12, "#f2dfc8"], [0.85, 0.36, 0.055, 0.09, "#d8a48c"], [0.93, 0.36, 0.04, 0.14, "#c98a7c"],
  [0.79, 0.58, 0.06, 0.1, "#e8b9a6"], [0.88, 0.58, 0.03, 0.14, "#f4e7d4"], [0.93, 0.58, 0.05, 0.09, "#b9736b"],
] as const; // prettier-ignore

export function studio(paper: Paper): void {
  wash(paper, [[0, "#f0d8cc"], [0.5, "#e3bfb1"], [0.8, "#b98d84"], [1, "#7d5f63"]]);
  glow(paper, 0.5, 0.36, 0.48, "255,240,228", 0.8);
  shelves(paper);
  strips(paper);
  for (const lamp of LAMPS) bokeh(paper, lamp);
  vignette(paper, "62,32,38", 0.42);
}

function shelves(paper: Paper): void {
  const { context, width, height, unit } = paper;
  soft(paper, 0.013, () => {
    for (const [x, y, w, h, color] of GOODS) {
      context.fillStyle = color;
      context.fillRect(width * x, height * (y - h), width * w, height * h);
    }
    context.fillStyle = "rgba(122,74,66,0.55)";
    for (const x of [-0.02, 0.77]) for (const y of [0.36, 0.58]) context.fillRect(width * x, height * y, width * 0.26, unit * 0.016);
  });
}

/** Light behind the shelves' edges. */
function strips(paper: Paper): void {
  const { context, width, height, unit } = paper;
  soft(paper, 0.01, () => {
    context.fillStyle = "rgba(255,238,214,0.9)";
    for (const x of [0.25, 0.745]) context.fillRect(width * x, -unit * 0.05, unit * 0.012, height * 0.8);
    context.fillStyle = "rgba(255,170,150,0.5)";
    context.fillRect(-unit * 0.1, height * 0.79, width + unit * 0.2, unit * 0.012);
  });
}
