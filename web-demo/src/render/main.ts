/**
 * Pictures of an avatar without anybody watching: `window.shurenRender`, driven by `avatar/render` in headless Chromium.
 * The product's own stage with full looks. Nothing depends on time: the same calls give the same pixels.
 */

import { POSE_SIZE, type Pose } from "../net/codec";
import { isBackdrop } from "../stage/backdrops";
import { Stage } from "../stage/stage";
import { restPose } from "../stage/timeline";
import { CHEST_UP, type View } from "../stage/views";
import { paintLabel } from "./label";

type Format = "image/png" | "image/jpeg";

const canvas = document.getElementById("view") as HTMLCanvasElement;
// Weights are added up in JavaScript: where WebGL is software that is several times faster and gives the same picture.
const stage = new Stage(canvas, { morph: "cpu", fullLooks: true });
const picture = document.createElement("canvas");
let pose: Pose = restPose();
let label = "";

async function png(): Promise<string> {
  return shoot("image/png", 1);
}

/** Draws the pose and the label, and gives the picture as base64. */
async function shoot(format: Format, quality: number): Promise<string> {
  stage.draw(pose, 0, false);
  let source = canvas; // read in the same task as drawn, before the browser clears it
  if (label) {
    [picture.width, picture.height] = [canvas.width, canvas.height];
    const context = picture.getContext("2d") as CanvasRenderingContext2D;
    context.drawImage(canvas, 0, 0);
    paintLabel(context, label);
    source = picture;
  }
  return source.toDataURL(format, quality).split(",", 2)[1]!;
}

const render = {
  /** Floats in a pose: `animation.types.Frames` field by field, in order. */
  poseSize: POSE_SIZE,

  /** Brings an avatar on stage; gives its number of triangles. */
  async load(url: string): Promise<number> {
    await stage.load(url, () => {});
    return stage.triangles;
  },

  /** The pose of the next picture. */
  pose(values: ArrayLike<number>): void {
    if (values.length !== POSE_SIZE) throw new Error(`A pose has ${POSE_SIZE} numbers, not ${values.length}`);
    pose = Float32Array.from(values);
  },

  /** The camera of the next pictures; what is not named is as on the talking page. */
  view(view: Partial<View>): void {
    stage.setView({ ...CHEST_UP, ...view });
  },

  /** What is behind the avatar from now on. */
  backdrop(name: string): void {
    if (!isBackdrop(name)) throw new Error(`There is no backdrop ${name}`);
    stage.setBackdrop(name);
  },

  /** Text burnt into the next pictures; "" for none. */
  label(text: string): void {
    label = text;
  },

  png,

  /** Several poses on end, as base64 JPEG of `quality` 0..1. */
  async film(poses: ArrayLike<number>[], quality: number): Promise<string[]> {
    const shots = [];
    for (const values of poses) {
      render.pose(values);
      shots.push(await shoot("image/jpeg", quality));
    }
    return shots;
  },
};

export type Render = typeof render;

declare global {
  interface Window {
    shurenRender?: Render;
  }
}

window.shurenRender = render;
