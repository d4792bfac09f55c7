/** The loaded avatar: blend shapes by name, joints on their rest pose, head shared between neck and head, eyes, fingers. */

import { Bone, Box3, Euler, Mesh, Object3D, Quaternion, SkinnedMesh, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { EYES_AT, HEAD_AT, JOINTS_AT, type Pose } from "../net/codec";
import { fetchHands, Fingers, type HandRig } from "./fingers";
import { CpuMorph } from "./morph";
import { DEFAULT_NAMES, type ChannelNames } from "./names";

export type MorphMode = "cpu" | "gpu";

/** The neck takes part of every turn of the head (docs/protocol.md: clients share it). */
const NECK_SHARE = 0.4;
/** Distance between the eyes of an adult, metres: tells the scale of a rig made in other units. */
const EYE_DISTANCE = 0.062;

interface Joint {
  node: Object3D;
  rest: Quaternion;
}

interface MorphedMesh {
  /** Position in the mesh's weights of each wire channel, -1 where the mesh lacks it. */
  slots: Int16Array;
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
    hands: HandRig | null = null,
  ) {
    root.updateMatrixWorld(true);
    for (const name of [...DEFAULT_NAMES.joints, "leftEye", "rightEye"]) this.addBone(name);
    this.fingers = hands && new Fingers(hands, (name) => findJoint(root, name));
    this.triangles = this.addMeshes();
    const [left, right] = [this.worldOf("leftEye"), this.worldOf("rightEye")];
    this.eyes = left && right ? left.clone().add(right).multiplyScalar(0.5) : this.guessEyes();
    this.metre = left && right ? Math.abs(left.x - right.x) / EYE_DISTANCE : 1;
    this.setNames(DEFAULT_NAMES);
  }

  /** Fits the wire's channels, in the order the server names them, to this rig. */
  setNames({ shapes, joints }: ChannelNames): void {
    for (const morph of this.morphs) morph.slots = Int16Array.from(shapes, (name) => morph.names[name] ?? -1);
    this.joints = joints.map((name) => {
      if (!this.bones.has(name)) this.addBone(name);
      return this.bones.get(name);
    });
  }

  /** Shows a pose. A rig's joints have the world's axes and its rest pose stands at ease, so rotations go on top. */
  apply(pose: Pose): void {
    for (const morph of this.morphs) {
      morph.slots.forEach((slot, channel) => slot >= 0 && (morph.weights[slot] = pose[channel]!));
      morph.cpu?.update();
    }
    this.joints.forEach((bone, k) => {
      if (!bone) return;
      const at = JOINTS_AT + 4 * k;
      bone.node.quaternion.set(pose[at]!, pose[at + 1]!, pose[at + 2]!, pose[at + 3]!).multiply(bone.rest);
    });
    const [yaw, pitch, roll] = [pose[HEAD_AT]!, pose[HEAD_AT + 1]!, pose[HEAD_AT + 2]!];
    this.turn("neck", yaw * NECK_SHARE, pitch * NECK_SHARE, roll * NECK_SHARE);
    this.turn("head", yaw * (1 - NECK_SHARE), pitch * (1 - NECK_SHARE), roll * (1 - NECK_SHARE));
    this.turn("leftEye", pose[EYES_AT]!, pose[EYES_AT + 1]!, 0);
    this.turn("rightEye", pose[EYES_AT + 2]!, pose[EYES_AT + 3]!, 0);
    this.fingers?.apply(pose);
  }

  private turn(name: string, yaw: number, pitch: number, roll: number): void {
    const bone = this.bones.get(name);
    if (!bone) return;
    euler.set(pitch, yaw, roll, "YXZ"); // yaw, then pitch, then roll
    bone.node.quaternion.setFromEuler(euler).multiply(bone.rest);
  }

  private addBone(name: string): void {
    const node = findJoint(this.root, name);
    if (node) this.bones.set(name, { node, rest: node.quaternion.clone() });
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
      this.morphs.push({ names, cpu, weights: cpu?.weights ?? node.morphTargetInfluences, slots: new Int16Array() });
    });
    return Math.round(triangles);
  }

  private worldOf(name: string): Vector3 | undefined {
    return this.bones.get(name)?.node.getWorldPosition(new Vector3());
  }

  private guessEyes(): Vector3 {
    const box = new Box3().setFromObject(this.root);
    return new Vector3((box.min.x + box.max.x) / 2, box.max.y - 0.12, box.max.z);
  }
}

const euler = new Euler();

/** The joint called `name` in the file. Meshes may bear the same name, and the loader renames whatever comes second. */
function findJoint(root: Object3D, name: string): Object3D | undefined {
  const matches: Object3D[] = [];
  root.traverse((node) => {
    if (((node.userData.name as string | undefined) ?? node.name) === name) matches.push(node);
  });
  return matches.find((node) => node instanceof Bone) ?? matches[0];
}

/** Loads a GLB; throws when it cannot be fetched or read. */
export async function loadAvatar(url: string, mode: MorphMode, onProgress: (part: number) => void): Promise<Avatar> {
  const [gltf, hands] = await Promise.all([
    new GLTFLoader().loadAsync(url, ({ loaded, total }) => total && onProgress(loaded / total)),
    fetchHands(url),
  ]);
  return new Avatar(gltf.scene, mode, hands);
}
