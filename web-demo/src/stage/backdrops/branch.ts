/** A calm, softly lit branch of a bank. */

import { bokeh, glow, soft, vignette, wash, type Light, type Paper } from "./brush";

const LAMPS: Light[] = [
  { x: 0.08, y: 0.2, r: 0.09, color: "255,226,178" },
  { x: 0.17, y: 0.12, r: 0.06, color: "255,238,208" },
  { x: 0.27, y: 0.24, r: 0.045, color: "255,232,196" },
  { x: 0.74, y: 0.13, r: 0.05, color: "255,240,214" },
  { x: 0.83, y: 0.22, r: 0.085, color: "255,228,184" },
  { x: 0.93, y: 0.1, r: 0.065, color: "236,246,240" },
  { x: 0.9, y: 0.42, r: 0.04, color: "222,242,234" },
  { x: 0.05, y: 0.46, r: 0.05, color: "226,243,236" },
];

export function branch(paper: Paper): void {
  wash(paper, [[0, "#dfe7e3"], [0.45, "#c9d7d1"], [0.78, "#9fb5ad"], [1, "#6f8a82"]]);
  glow(paper, 0.5, 0.38, 0.5, "255,250,240", 0.75);
  panels(paper);
  counter(paper);
  for (const lamp of LAMPS) bokeh(paper, lamp);
  vignette(paper);
}

/** Tall wall panels: the lines of a room without its details. */
function panels(paper: Paper): void {
  const { context, width, height, unit } = paper;
  soft(paper, 0.018, () => {
    for (const [x, w, alpha] of [[-0.02, 0.13, 0.16], [0.2, 0.05, 0.1], [0.76, 0.05, 0.1], [0.88, 0.16, 0.18]] as const) {
      context.fillStyle = `rgba(52,84,76,${alpha})`;
      context.fillRect(width * x, -unit * 0.05, width * w, height * 0.74);
    }
    context.fillStyle = "rgba(255,246,226,0.5)";
    for (const x of [0.125, 0.865]) context.fillRect(width * x, 0, unit * 0.012, height * 0.7);
  });
}

function counter(paper: Paper): void {
  const { context, width, height, unit } = paper;
  soft(paper, 0.022, () => {
    context.fillStyle = "rgba(58,78,72,0.38)";
    context.fillRect(-unit * 0.1, height * 0.72, width + unit * 0.2, height * 0.4);
    context.fillStyle = "rgba(255,244,224,0.35)";
    context.fillRect(-unit * 0.1, height * 0.715, width + unit * 0.2, height * 0.012);
  });
}
