/** A bright consulting room: daylight through a blind, a cupboard, a plant; clean, and nothing in it to be afraid of. */

import { glow, soft, vignette, wash, type Paper } from "./brush";

export function clinic(paper: Paper): void {
  wash(paper, [[0, "#eef4f5"], [0.6, "#dfeaec"], [0.74, "#cbdcdd"], [1, "#9fb9bb"]]);
  window_(paper);
  cupboard(paper);
  rail(paper);
  plant(paper);
  glow(paper, 0.2, 0.3, 0.5, "255,252,240", 0.55);
  vignette(paper, "24,54,60", 0.26);
}

function window_(paper: Paper): void {
  const { context, width, height, unit } = paper;
  soft(paper, 0.016, () => {
    context.fillStyle = "rgba(255,255,255,0.95)";
    context.fillRect(width * 0.02, height * 0.06, width * 0.27, height * 0.5);
    context.fillStyle = "rgba(150,190,200,0.3)"; // the slats
    for (let y = 0.09; y < 0.55; y += 0.035) context.fillRect(width * 0.02, height * y, width * 0.27, height * 0.009);
    context.fillStyle = "rgba(120,160,170,0.35)";
    context.fillRect(width * 0.29, height * 0.04, unit * 0.014, height * 0.54);
  });
}

function cupboard(paper: Paper): void {
  const { context, width, height, unit } = paper;
  soft(paper, 0.016, () => {
    context.fillStyle = "rgba(255,255,255,0.7)";
    context.fillRect(width * 0.74, height * 0.1, width * 0.3, height * 0.56);
    context.fillStyle = "rgba(96,142,150,0.28)";
    for (const y of [0.1, 0.28, 0.46]) context.fillRect(width * 0.74, height * y, width * 0.3, unit * 0.008);
    context.fillRect(width * 0.885, height * 0.1, unit * 0.006, height * 0.56);
    for (const [x, y, w, color] of BOXES) {
      context.fillStyle = color;
      context.fillRect(width * x, height * (y - 0.09), width * w, height * 0.085);
    }
  });
}

/** What stands on the shelves: place, width and colour. */
const BOXES = [
  [0.77, 0.28, 0.022, "rgba(88,164,160,0.5)"],
  [0.8, 0.28, 0.03, "rgba(230,238,238,0.9)"],
  [0.84, 0.28, 0.018, "rgba(244,196,120,0.5)"],
  [0.91, 0.28, 0.035, "rgba(120,170,200,0.45)"],
  [0.78, 0.46, 0.04, "rgba(120,170,200,0.4)"],
  [0.83, 0.46, 0.02, "rgba(88,164,160,0.45)"],
  [0.92, 0.46, 0.02, "rgba(236,160,140,0.4)"],
  [0.95, 0.46, 0.03, "rgba(230,238,238,0.9)"],
] as const;

/** The rail along the wall of a hospital. */
function rail(paper: Paper): void {
  const { context, width, height, unit } = paper;
  soft(paper, 0.014, () => {
    context.fillStyle = "rgba(70,128,132,0.3)";
    context.fillRect(-unit * 0.1, height * 0.68, width + unit * 0.2, height * 0.035);
    context.fillStyle = "rgba(60,96,104,0.22)";
    context.fillRect(-unit * 0.1, height * 0.8, width + unit * 0.2, height * 0.4);
  });
}

function plant(paper: Paper): void {
  const { context, width, height, unit } = paper;
  const [x, y] = [width * 0.35, height * 0.66];
  soft(paper, 0.012, () => {
    context.fillStyle = "rgba(92,146,110,0.6)";
    for (const [turn, length] of [[-0.9, 0.15], [-0.5, 0.2], [-0.12, 0.23], [0.25, 0.21], [0.62, 0.17], [1, 0.13]] as const) {
      context.save();
      context.translate(x, y - unit * 0.05);
      context.rotate(turn);
      context.beginPath();
      context.ellipse(0, -unit * length * 0.55, unit * 0.022, unit * length * 0.55, 0, 0, 2 * Math.PI);
      context.fill();
      context.restore();
    }
    context.fillStyle = "rgba(248,250,250,0.9)";
    context.fillRect(x - unit * 0.04, y - unit * 0.06, unit * 0.08, unit * 0.09);
  });
}
