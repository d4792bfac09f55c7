/** What an avatar's rig.json says of its skeleton and shapes (docs/avatars.md), and joints that take the wire's turns. */

import { Bone, Object3D, Quaternion } from "three";
import type { HandRig } from "./fingers";

type Turn = [number, number, number, number];

/** Everything is optional: an avatar of our own making needs only its hands. */
export interface Rig extends Partial<HandRig> {
  /** ARKit shape → the file's own shapes and factors. */
  morphs?: Record<string, Record<string, number>>;
  /** Joint → the file's node. */
  nodes?: Record<string, string>;
  /** Joint → the turn from how the file stands to standing at ease, in the world's axes. */
  ease?: Record<string, Turn>;
  /** "-z": the file looks the other way. */
  faces?: string;
  /** Where the eyes are, metres. */
  eyes?: Record<"left" | "right", [number, number, number]>;
}

/** A node of the skeleton, ready to be turned. */
export class Joint {
  private readonly before = new Quaternion();
  private readonly after = new Quaternion();

  /** Turns are told in the world's axes, from standing at ease; the node has axes and a stance of its own. */
  constructor(
    readonly node: Object3D,
    easeOfParent: Quaternion = STILL,
    ease: Quaternion = STILL,
  ) {
    const parent = node.parent ? node.parent.getWorldQuaternion(new Quaternion()) : new Quaternion();
    this.before.copy(easeOfParent).multiply(parent).invert();
    this.after.copy(ease).multiply(parent).multiply(node.quaternion);
  }

  turn(turn: Quaternion): void {
    this.node.quaternion.copy(this.before).multiply(turn).multiply(this.after);
  }
}

const STILL = new Quaternion();
const CHAIN = ["UpperArm", "LowerArm", "Hand"];
const NO_FINGER = /(Shoulder|Arm|Hand|Eye|Leg|Foot|Toes)$/;

/** The joint called `name` in our words, as it stands in the file; call it before anything is turned. */
export function jointOf(root: Object3D, rig: Rig, name: string): Joint | undefined {
  const node = findNode(root, rig.nodes?.[name] ?? name);
  if (!node) return undefined;
  const [, side, part] = /^(left|right)(.*)$/.exec(name) ?? [];
  const ease = (joint: string): Quaternion => (rig.ease?.[joint] ? new Quaternion(...rig.ease[joint]) : STILL);
  if (!side || !part) return new Joint(node);
  if (!NO_FINGER.test(name)) return new Joint(node, ease(`${side}Hand`), ease(`${side}Hand`));
  const above = CHAIN[CHAIN.indexOf(part) - 1];
  return new Joint(node, above ? ease(`${side}${above}`) : STILL, ease(name));
}

/** The node called `name` in the file. Meshes may bear the same name, and the loader renames whatever comes second. */
function findNode(root: Object3D, name: string): Object3D | undefined {
  const matches: Object3D[] = [];
  root.traverse((node) => {
    if (((node.userData.name as string | undefined) ?? node.name) === name) matches.push(node);
  });
  return matches.find((node) => node instanceof Bone) ?? matches[0];
}

/** The rig.json beside the GLB; empty where there is none. */
export async function fetchRig(glb: string): Promise<Rig> {
  const response = await fetch(glb.replace(/[^/]*$/, "rig.json")).catch(() => null);
  const rig = response?.ok ? ((await response.json().catch(() => null)) as Rig | null) : null;
  return rig ?? {};
}
