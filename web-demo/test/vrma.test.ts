/** A VRM animation of ours, read by three-vrm: the golden file is written by tests/golden/make_performance.py. */

import { readFileSync } from "node:fs";
import { VRMAnimationLoaderPlugin, type VRMAnimation } from "@pixiv/three-vrm-animation";
import { Quaternion, Vector3, type KeyframeTrack } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { beforeAll, describe, expect, it } from "vitest";

const file = readFileSync(new URL("../../tests/golden/performance.vrma", import.meta.url));
let animation: VRMAnimation;

beforeAll(async () => {
  const loader = new GLTFLoader();
  loader.register((parser) => new VRMAnimationLoaderPlugin(parser));
  const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
  const gltf = await loader.parseAsync(bytes, "");
  animation = (gltf.userData.vrmAnimations as VRMAnimation[])[0]!;
});

const last = (track: KeyframeTrack | undefined, size: number) => [...track!.values.slice(-size)];
const turned = (bone: string, vector: Vector3, end = true) => {
  const values = animation.humanoidTracks.rotation.get(bone as never)!.values;
  const at = end ? values.length - 4 : 0;
  return vector.applyQuaternion(new Quaternion().fromArray([...values], at));
};

describe("a performance as a VRM animation", () => {
  it("lasts as long as its frames", () => {
    expect(animation.duration).toBeCloseTo(14 / 30, 5);
  });

  it("has the arms hang from a T-pose", () => {
    expect(turned("leftUpperArm", new Vector3(1, 0, 0)).y).toBeLessThan(-0.95);
    expect(turned("rightUpperArm", new Vector3(-1, 0, 0)).y).toBeLessThan(-0.95);
  });

  it("bends the forearm forwards, not backwards", () => {
    const upper = new Quaternion().fromArray(last(animation.humanoidTracks.rotation.get("leftUpperArm"), 4));
    const hand = turned("leftLowerArm", new Vector3(1, 0, 0)).applyQuaternion(upper);
    expect(hand.z).toBeGreaterThan(0.8);
  });

  it("turns the head to her left by what neck and head share", () => {
    const neck = new Quaternion().fromArray(last(animation.humanoidTracks.rotation.get("neck"), 4));
    const nose = turned("head", new Vector3(0, 0, 1)).applyQuaternion(neck);
    expect(Math.atan2(nose.x, nose.z)).toBeCloseTo(0.5 * (28 / 29), 3);
  });

  it("carries presets, and the ARKit shapes as custom expressions", () => {
    const { preset, custom } = animation.expressionTracks;
    expect(last(custom.get("jawOpen"), 1)[0]).toBeCloseTo(0.4 * (28 / 29), 4);
    expect(last(preset.get("blinkLeft" as never), 1)[0]).toBeCloseTo(28 / 29, 4);
    expect(last(preset.get("aa" as never), 1)[0]).toBeGreaterThan(0.7);
    expect(custom.size).toBe(52);
  });

  it("curls the finger at each of its joints", () => {
    for (const bone of ["Proximal", "Intermediate", "Distal"]) {
      const [, , , w] = last(animation.humanoidTracks.rotation.get(`leftIndex${bone}` as never), 4);
      expect(2 * Math.acos(w!)).toBeCloseTo(1.4 * (28 / 29), 2);
    }
  });
});
