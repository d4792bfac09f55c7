/** Ridges in the morning mist, one behind the other, as from a path in Sichuan's mountains. */

import { glow, soft, vignette, wash, type Paper } from "./brush";

interface Ridge {
  /** Mean height of its line, part of the picture's height. */
  y: number;
  /** How far it rises and falls. */
  swing: number;
  /** Mountains over the width of a landscape picture. */
  waves: number;
  phase: number;
  color: string;
  blur: number;
}

/** Farthest first: paler, bluer and smoother with distance. */
const RIDGES: Ridge[] = [
  { y: 0.4, swing: 0.11, waves: 1.7, phase: 0.4, color: "#b9cdd2", blur: 0.014 },
  { y: 0.49, swing: 0.09, waves: 2.3, phase: 2.1, color: "#98b5b6", blur: 0.011 },
  { y: 0.6, swing: 0.08, waves: 2.9, phase: 4.4, color: "#75998f", blur: 0.01 },
  { y: 0.73, swing: 0.07, waves: 2.1, phase: 1.2, color: "#527a68", blur: 0.012 },
  { y: 0.88, swing: 0.06, waves: 3.3, phase: 5.0, color: "#365a48", blur: 0.016 },
];

export function mountain(paper: Paper): void {
  wash(paper, [[0, "#cfe0ea"], [0.3, "#e6ecea"], [0.5, "#f3ecdc"], [1, "#a9bfb4"]]);
  glow(paper, 0.72, 0.24, 0.45, "255,240,205", 0.85);
  for (const ridge of RIDGES) {
    soft(paper, ridge.blur, () => range(paper, ridge));
    mist(paper, ridge.y + 0.1);
  }
  vignette(paper, "24,44,40", 0.34);
}

function range({ context, width, height, unit }: Paper, { y, swing, waves, phase, color }: Ridge): void {
  context.fillStyle = color;
  context.beginPath();
  context.moveTo(-unit * 0.1, height * 1.1);
  for (let x = -0.1; x <= 1.1; x += 0.01) context.lineTo(x * width, height * (y - swing * skyline(x * width / unit, waves, phase)));
  context.lineTo(width + unit * 0.1, height * 1.1);
  context.fill();
}

/** -1..1 along a ridge: peaks are sharper than valleys, and none is like another. `x` in shorter sides. */
function skyline(x: number, waves: number, phase: number): number {
  const long = Math.abs(Math.sin(x * waves + phase));
  const short = Math.sin(x * waves * 2.7 + phase * 1.9);
  const teeth = Math.sin(x * waves * 7.1 + phase * 3.7);
  return 1 - 1.6 * long + 0.3 * short + 0.1 * teeth;
}

/** What lies in the valley before the next ridge. */
function mist(paper: Paper, y: number): void {
  const { context, width, height } = paper;
  const gradient = context.createLinearGradient(0, height * (y - 0.1), 0, height * (y + 0.06));
  gradient.addColorStop(0, "rgba(240,244,240,0)");
  gradient.addColorStop(1, "rgba(240,244,240,0.34)");
  context.fillStyle = gradient;
  context.fillRect(0, height * (y - 0.1), width, height);
}
