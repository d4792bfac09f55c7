/** What the backdrops are painted with. Positions are parts of the width and the height, sizes parts of the shorter side. */

export interface Paper {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  /** The shorter side, pixels. */
  unit: number;
}

/** A lamp, or a glint, far out of focus. */
export interface Light {
  x: number;
  y: number;
  r: number;
  /** Red, green, blue. */
  color: string;
}

/** Fills the whole picture from top to bottom. */
export function wash({ context, width, height }: Paper, stops: [number, string][]): void {
  const gradient = context.createLinearGradient(0, 0, 0, height);
  for (const [at, color] of stops) gradient.addColorStop(at, color);
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
}

/** Light that spreads from (x, y) over the whole picture. */
export function glow({ context, width, height }: Paper, x: number, y: number, reach: number, color: string, alpha: number): void {
  const at = [x * width, y * height] as const;
  const gradient = context.createRadialGradient(...at, 0, ...at, Math.max(width, height) * reach);
  gradient.addColorStop(0, `rgba(${color},${alpha})`);
  gradient.addColorStop(1, `rgba(${color},0)`);
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
}

/** Paints out of focus: `blur` is a part of the shorter side. */
export function soft({ context, unit }: Paper, blur: number, paint: () => void): void {
  context.save();
  context.filter = `blur(${Math.round(unit * blur)}px)`;
  paint();
  context.restore();
}

export function bokeh({ context, width, height, unit }: Paper, { x, y, r, color }: Light): void {
  const radius = r * unit;
  const gradient = context.createRadialGradient(x * width, y * height, radius * 0.2, x * width, y * height, radius);
  gradient.addColorStop(0, `rgba(${color},0.42)`);
  gradient.addColorStop(0.82, `rgba(${color},0.34)`);
  gradient.addColorStop(1, `rgba(${color},0)`);
  context.fillStyle = gradient;
  context.beginPath();
  context.arc(x * width, y * height, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Darker corners keep the eye on the face. */
export function vignette({ context, width, height }: Paper, color = "20,40,36", alpha = 0.42): void {
  const reach = Math.hypot(width, height) / 2;
  const gradient = context.createRadialGradient(width / 2, height * 0.42, reach * 0.45, width / 2, height * 0.42, reach * 1.15);
  gradient.addColorStop(0, `rgba(${color},0)`);
  gradient.addColorStop(1, `rgba(${color},${alpha})`);
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
}
