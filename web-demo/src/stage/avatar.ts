/** The loaded avatar: blend shapes by name, joints on their rest pose, head shared between neck and head, eyes, fingers. */

import { Box3, Euler, Mesh, Object3D, Quaternion, SkinnedMesh, Vector3 } from "three";
import { GLTFLoader, type GLTF } from "three/addons/loaders/GLTFLoader.js";
import { EYES_AT, HEAD_AT, JOINTS_AT, type Pose } from "../net/codec";
import { Fingers, type HandRig } from "./fingers";
import { CpuMorph } from "./morph";
import { DEFAULT_NAMES, type ChannelNames } from "./names";
import { fetchRig, jointOf, type Joint, type Rig } from "./rig";

export type MorphMode = "cpu" | "gpu";

/** The neck takes part of every turn of the head (docs/protocol.md: clients share it). */
const NECK_SHARE = 0.4;
/** Distance between the eyes of an adult, metres: tells the scale of a rig made in other units. */
const EYE_DISTANCE = 0.062;

/** Channel `channel` of the wire puts `factor` of itself into the mesh's weight `slot`. */
interface Drive {
  channel: number;
  slot: number;
  factor: number;
}

interface MorphedMesh {
  drives: Drive[];
  names: Record<string, number>;
  weights: ArrayLike<number> & { [index: number]: number };
  cpu: CpuMorph | null;
}

export class Avatar {
  /** Between the eyes, in the model's frame, and the size of a metre in its units. */
  readonly eyes: Vector3;
  readonly metre: number;
  readonly triangles: number;
  private readonly bones = new Map<string, Joint>();
  private readonly morphs: MorphedMesh[] = [];
  private readonly fingers: Fingers | null;
  private joints: (Joint | undefined)[] = [];

  constructor(
    readonly root: Object3D,
    readonly mode: MorphMode,
    private readonly rig: Rig = {},
  ) {
    if (rig.faces === "-z") root.rotateY(Math.PI);
    root.updateMatrixWorld(true);
    for (const name of [...DEFAULT_NAMES.joints, "leftEye", "rightEye"]) this.addBone(name);
    const hands = rig.fingers && rig.rest_hands ? (rig as HandRig) : null;
    this.fingers = hands && new Fingers(hands, (name) => jointOf(root, rig, name));
    this.triangles = this.addMeshes();
    const [left, right] = [this.eyeAt("left"), this.eyeAt("right")];
    this.eyes = left && right ? left.clone().add(right).multiplyScalar(0.5) : this.guessEyes();
    this.metre = left && right ? Math.abs(left.x - right.x) / EYE_DISTANCE : 1;
    this.setNames(DEFAULT_NAMES);
  }

  /** Fits the wire's channels, in the order the server names them, to this rig. */
  setNames({ shapes, joints }: ChannelNames): void {
    for (const morph of this.morphs) morph.drives = shapes.flatMap((name, channel) => this.drives(morph, name, channel));
    this.joints = joints.map((name) => {
      if (!this.bones.has(name)) this.addBone(name);
      return this.bones.get(name);
    });
  }

  apply(pose: Pose): void {
    for (const { drives, weights, cpu } of this.morphs) {
      for (const { slot } of drives) weights[slot] = 0;
      for (const { channel, slot, factor } of drives) weights[slot] = weights[slot]! + factor * pose[channel]!;
      cpu?.update();
    }
    this.joints.forEach((joint, k) => {
      const at = JOINTS_AT + 4 * k;
      joint?.turn(turn.set(pose[at]!, pose[at + 1]!, pose[at + 2]!, pose[at + 3]!));
    });
    const [yaw, pitch, roll] = [pose[HEAD_AT]!, pose[HEAD_AT + 1]!, pose[HEAD_AT + 2]!];
    this.turn("neck", yaw * NECK_SHARE, pitch * NECK_SHARE, roll * NECK_SHARE);
    this.turn("head", yaw * (1 - NECK_SHARE), pitch * (1 - NECK_SHARE), roll * (1 - NECK_SHARE));
    this.turn("leftEye", pose[EYES_AT]!, pose[EYES_AT + 1]!, 0);
    this.turn("rightEye", pose[EYES_AT + 2]!, pose[EYES_AT + 3]!, 0);
    this.fingers?.apply(pose);
  }

  private turn(name: string, yaw: number, pitch: number, roll: number): void {
    euler.set(pitch, yaw, roll, "YXZ"); // yaw, then pitch, then roll
    this.bones.get(name)?.turn(turn.setFromEuler(euler));
  }

  private addBone(name: string): void {
    const joint = jointOf(this.root, this.rig, name);
    if (joint) this.bones.set(name, joint);
  }

  /** A shape the rig makes of several, or the morph target of its name. */
  private drives({ names }: MorphedMesh, shape: string, channel: number): Drive[] {
    const parts = Object.entries(this.rig.morphs?.[shape] ?? { [shape]: 1 });
    return parts.flatMap(([name, factor]) => (names[name] === undefined ? [] : [{ channel, slot: names[name], factor }]));
  }

  private addMeshes(): number {
    let triangles = 0;
    this.root.traverse((node) => {
      if (!(node instanceof Mesh)) return;
      triangles += (node.geometry.index?.count ?? node.geometry.getAttribute("position").count) / 3;
      node.frustumCulled = false; // morphs and joints leave the box that culling would look at
      if (node instanceof SkinnedMesh) node.normalizeSkinWeights();
      const names = node.morphTargetDictionary as Record<string, number> | undefined;
      if (!names || !node.morphTargetInfluences) return;
      const cpu = this.mode === "cpu" ? new CpuMorph(node) : null;
      this.morphs.push({ names, cpu, weights: cpu?.weights ?? node.morphTargetInfluences, drives: [] });
    });
    return Math.round(triangles);
  }

  private eyeAt(side: "left" | "right"): Vector3 | undefined {
    const told = this.rig.eyes?.[side];
    return this.bones.get(`${side}Eye`)?.node.getWorldPosition(new Vector3()) ?? (told && new Vector3(...told));
  }

  private guessEyes(): Vector3 {
    const box = new Box3().setFromObject(this.root);
    return new Vector3((box.min.x + box.max.x) / 2, box.max.y - 0.12, box.max.z);
  }
}

const euler = new Euler();
const turn = new Quaternion();

/** Loads a GLB or VRM; throws when it cannot be fetched or read. */
export async function loadAvatar(url: string, mode: MorphMode, onProgress: (part: number) => void): Promise<Avatar> {
  const [gltf, rig] = await Promise.all([
    new GLTFLoader().loadAsync(url, ({ loaded, total }) => total && onProgress(loaded / total)),
    fetchRig(url),
  ]);
  if (rig.morphs) nameTargets(gltf);
  return new Avatar(gltf.scene, mode, rig);
}

/** Gives morph targets the names rig.json uses: old VRM files keep them with the primitive, some have only numbers. */
function nameTargets(gltf: GLTF): void {
  gltf.scene.traverse((node) => {
    if (!(node instanceof Mesh) || !node.morphTargetInfluences) return;
    const count = node.morphTargetInfluences.length;
    const kept = (node.userData.targetNames ?? node.geometry.userData.targetNames) as string[] | undefined;
    const mesh = gltf.parser.associations.get(node)?.meshes;
    const names = kept?.length === count ? kept : Array.from({ length: count }, (_, k) => `${mesh}#${k}`);
    node.morphTargetDictionary = Object.fromEntries(names.map((name, k) => [name, k]));
  });
}
