/** What is behind her, painted once per size on a canvas below the 3D one. All of it is out of focus, as behind a portrait. */

import { branch } from "./branch";
import type { Paper } from "./brush";
import { clinic } from "./clinic";
import { mountain } from "./mountain";
import { studio } from "./studio";

const BACKDROPS = { branch, mountain, clinic, studio };
export type BackdropName = keyof typeof BACKDROPS;

export function isBackdrop(name: unknown): name is BackdropName {
  return typeof name === "string" && Object.hasOwn(BACKDROPS, name);
}

export function paintBackdrop(name: BackdropName, canvas: HTMLCanvasElement, width: number, height: number): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context || !width || !height) return;
  const paper: Paper = { context, width, height, unit: Math.min(width, height) };
  BACKDROPS[name](paper);
}
