/** The room behind her: a calm, softly lit branch, drawn once per size on a canvas below the 3D one. */

interface Light {
  x: number; // parts of the width
  y: number; // parts of the height
  r: number; // parts of the shorter side
  color: string;
}

/** Lamps far out of focus. */
const LIGHTS: Light[] = [
  { x: 0.08, y: 0.2, r: 0.09, color: "255,226,178" },
  { x: 0.17, y: 0.12, r: 0.06, color: "255,238,208" },
  { x: 0.27, y: 0.24, r: 0.045, color: "255,232,196" },
  { x: 0.74, y: 0.13, r: 0.05, color: "255,240,214" },
  { x: 0.83, y: 0.22, r: 0.085, color: "255,228,184" },
  { x: 0.93, y: 0.1, r: 0.065, color: "236,246,240" },
  { x: 0.9, y: 0.42, r: 0.04, color: "222,242,234" },
  { x: 0.05, y: 0.46, r: 0.05, color: "226,243,236" },
];

export function drawBackdrop(canvas: HTMLCanvasElement, width: number, height: number): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context || !width || !height) return;
  wall(context, width, height);
  panels(context, width, height);
  counter(context, width, height);
  for (const light of LIGHTS) bokeh(context, light, width, height);
  vignette(context, width, height);
}

function wall(context: CanvasRenderingContext2D, width: number, height: number): void {
  const gradient = context.createLinearGradient(0, 0, 0, height);
  gradient.addColorStop(0, "#dfe7e3");
  gradient.addColorStop(0.45, "#c9d7d1");
  gradient.addColorStop(0.78, "#9fb5ad");
  gradient.addColorStop(1, "#6f8a82");
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
  const glow = context.createRadialGradient(width / 2, height * 0.38, 0, width / 2, height * 0.38, Math.max(width, height) * 0.5);
  glow.addColorStop(0, "rgba(255,250,240,0.75)");
  glow.addColorStop(1, "rgba(255,250,240,0)");
  context.fillStyle = glow;
  context.fillRect(0, 0, width, height);
}

/** Tall wall panels, blurred: the lines of a room without its details. */
function panels(context: CanvasRenderingContext2D, width: number, height: number): void {
  const unit = Math.min(width, height);
  context.save();
  context.filter = `blur(${Math.round(unit * 0.018)}px)`;
  for (const [x, w, alpha] of [[-0.02, 0.13, 0.16], [0.2, 0.05, 0.1], [0.76, 0.05, 0.1], [0.88, 0.16, 0.18]] as const) {
    context.fillStyle = `rgba(52,84,76,${alpha})`;
    context.fillRect(width * x, -unit * 0.05, width * w, height * 0.74);
  }
  context.fillStyle = "rgba(255,246,226,0.5)";
  for (const x of [0.125, 0.865]) context.fillRect(width * x, 0, unit * 0.012, height * 0.7);
  context.restore();
}

function counter(context: CanvasRenderingContext2D, width: number, height: number): void {
  const unit = Math.min(width, height);
  context.save();
  context.filter = `blur(${Math.round(unit * 0.022)}px)`;
  context.fillStyle = "rgba(58,78,72,0.38)";
  context.fillRect(-unit * 0.1, height * 0.72, width + unit * 0.2, height * 0.4);
  context.fillStyle = "rgba(255,244,224,0.35)";
  context.fillRect(-unit * 0.1, height * 0.715, width + unit * 0.2, height * 0.012);
  context.restore();
}

function bokeh(context: CanvasRenderingContext2D, { x, y, r, color }: Light, width: number, height: number): void {
  const radius = r * Math.min(width, height);
  const gradient = context.createRadialGradient(x * width, y * height, radius * 0.2, x * width, y * height, radius);
  gradient.addColorStop(0, `rgba(${color},0.42)`);
  gradient.addColorStop(0.82, `rgba(${color},0.34)`);
  gradient.addColorStop(1, `rgba(${color},0)`);
  context.fillStyle = gradient;
  context.beginPath();
  context.arc(x * width, y * height, radius, 0, 2 * Math.PI);
  context.fill();
}

function vignette(context: CanvasRenderingContext2D, width: number, height: number): void {
  const reach = Math.hypot(width, height) / 2;
  const gradient = context.createRadialGradient(width / 2, height * 0.42, reach * 0.45, width / 2, height * 0.42, reach * 1.15);
  gradient.addColorStop(0, "rgba(20,40,36,0)");
  gradient.addColorStop(1, "rgba(20,40,36,0.42)");
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
}
