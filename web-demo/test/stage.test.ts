import { describe, expect, it } from "vitest";
import { HEAD_AT, JOINTS_AT, POSE_SIZE, SAMPLES_PER_FRAME, type Pose } from "../src/net/codec";
import { SparseBlend, sparse } from "../src/stage/morph";
import { isSoftwareRenderer, Quality } from "../src/stage/quality";
import { Standby } from "../src/stage/standby";
import { Blender, mix, restPose, Timeline } from "../src/stage/timeline";

function pose(value: number): Pose {
  const result = restPose();
  result[0] = value;
  return result;
}

const poses = (from: number, count: number): Pose[] => Array.from({ length: count }, (_, k) => pose((from + k) / 100));

describe("timeline", () => {
  it("interpolates between the frames around the moment heard", () => {
    const timeline = new Timeline();
    timeline.add(2, 4000, poses(10, 5));
    const out = restPose();
    expect(timeline.read(4000 + SAMPLES_PER_FRAME * 1.25, out)).toEqual({ pts: 4500, turn: 2 });
    expect(out[0]).toBeCloseTo(0.1125);
  });

  it("holds the newest frame when frames are missing, and says what it stands for", () => {
    const timeline = new Timeline();
    timeline.add(1, 0, poses(0, 3));
    const out = restPose();
    expect(timeline.read(8000, out)?.pts).toBe(2 * SAMPLES_PER_FRAME);
    expect(out[0]).toBeCloseTo(0.02);
  });

  it("has nothing to show before its first frame", () => {
    const timeline = new Timeline();
    expect(timeline.read(0, restPose())).toBeNull();
    timeline.add(1, 4000, poses(0, 3));
    expect(timeline.read(3000, restPose())).toBeNull();
  });

  it("bridges a small hole", () => {
    const timeline = new Timeline();
    timeline.add(1, 0, poses(0, 2));
    timeline.add(1, 4 * SAMPLES_PER_FRAME, poses(4, 2));
    const out = restPose();
    timeline.read(2.5 * SAMPLES_PER_FRAME, out);
    expect(out[0]).toBeCloseTo(0.025);
  });

  it("shows frames sent anew after an interruption instead of the old ones", () => {
    const timeline = new Timeline();
    timeline.add(1, 0, poses(0, 30));
    timeline.dropAfter(10 * SAMPLES_PER_FRAME);
    const out = restPose();
    expect(timeline.read(20 * SAMPLES_PER_FRAME, out)?.pts).toBe(10 * SAMPLES_PER_FRAME);
    timeline.add(0, 11 * SAMPLES_PER_FRAME, poses(50, 10));
    expect(timeline.read(12 * SAMPLES_PER_FRAME, out)?.turn).toBe(0);
    expect(out[0]).toBeCloseTo(0.51);
  });

  it("never mixes frames of different rounds of its ring", () => {
    const timeline = new Timeline();
    timeline.add(1, 0, poses(0, 400));
    timeline.add(1, 400 * SAMPLES_PER_FRAME, poses(400, 400));
    expect(timeline.read(10 * SAMPLES_PER_FRAME, restPose())).toBeNull();
    expect(timeline.read(799 * SAMPLES_PER_FRAME, restPose())?.pts).toBe(799 * SAMPLES_PER_FRAME);
  });
});

describe("mixing poses", () => {
  it("turns joints the shorter way and keeps them rotations", () => {
    const [a, b, out] = [restPose(), restPose(), restPose()];
    const half = Math.SQRT1_2;
    b.set([0, -half, 0, -half], JOINTS_AT); // 90° about y, written with the other sign
    mix(a, b, 0.5, out);
    const q = [...out.slice(JOINTS_AT, JOINTS_AT + 4)];
    expect(Math.hypot(...q)).toBeCloseTo(1, 6);
    expect(2 * Math.atan2(q[1]!, q[3]!)).toBeCloseTo(Math.PI / 4, 5);
  });

  it("blends over a break without a pop and ends exactly on the new motion", () => {
    const blender = new Blender(0.12);
    const show = (value: number, now: number): number => {
      const shown = pose(value);
      blender.apply(shown, now);
      return shown[0]!;
    };
    show(1, 0);
    blender.start(1);
    expect(show(0, 0.4)).toBeCloseTo(1); // a frame that began before the break
    blender.start(1);
    expect(show(0, 1)).toBeCloseTo(1);
    const values = [1.02, 1.04, 1.06, 1.08, 1.1].map((now) => show(0, now));
    expect(values).toEqual([...values].sort((x, y) => y - x));
    expect(show(0, 1.13)).toBe(0);
  });
});

describe("standby", () => {
  it("breathes and blinks, and nothing else moves", () => {
    const standby = new Standby(["eyeBlinkLeft", "x", "eyeBlinkRight"]);
    let blinks = 0;
    let closed = false;
    for (let now = 0; now < 30; now += 1 / 60) {
      const shown = standby.pose(now);
      expect(shown).toHaveLength(POSE_SIZE);
      expect(shown[0]).toBe(shown[2]);
      expect(shown[1]).toBe(0);
      expect(Math.abs(shown[HEAD_AT]!)).toBeLessThan(0.03);
      if (shown[0]! > 0.8 && !closed) blinks++;
      closed = shown[0]! > 0.8;
    }
    expect(blinks).toBeGreaterThan(4);
    expect(blinks).toBeLessThan(12);
  });
});

describe("sparse morphing", () => {
  const dense = [0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 1];

  it("keeps only the vertices that move", () => {
    expect([...sparse(dense).vertices]).toEqual([1, 3]);
    expect([...sparse(dense).deltas]).toEqual([1, 2, 3, 0, 0, 1]);
  });

  it("adds weighted targets to the base, and comes back to it", () => {
    const values = new Float32Array(12).fill(1);
    const blend = new SparseBlend(values, [sparse(dense), sparse([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])]);
    blend.apply(Float32Array.of(0.5, 1));
    expect([...values]).toEqual([1, 1, 1, 2.5, 2, 2.5, 1, 1, 1, 1, 1, 1.5]);
    blend.apply(Float32Array.of(0.5, 1)); // again: nothing piles up
    expect(values[3]).toBe(2.5);
    blend.apply(Float32Array.of(0, 0));
    expect([...values]).toEqual(new Array(12).fill(1));
  });
});

describe("quality", () => {
  const feed = (quality: Quality, frame: number, seconds: number): void => {
    for (let t = 0; t < seconds; t += frame) quality.frame(frame);
  };

  it("lowers the resolution of a slow machine down to its limit", () => {
    const quality = new Quality(1, 1 / 24);
    quality.least = 0.4;
    feed(quality, 0.2, 60);
    expect(quality.pixelRatio).toBe(0.4);
    quality.least = 0.8; // a small window: fewer pixels would look broken
    expect(quality.pixelRatio).toBe(0.8);
  });

  it("leaves a fluent picture alone and raises it only after a while", () => {
    const quality = new Quality(2, 1 / 45, 1);
    feed(quality, 1 / 60, 4);
    expect(quality.pixelRatio).toBe(1);
    feed(quality, 1 / 60, 60);
    expect(quality.pixelRatio).toBe(2);
  });

  it("does not swing between two resolutions for ever", () => {
    const quality = new Quality(1, 1 / 24);
    let changes = 0;
    let before = quality.pixelRatio;
    for (let t = 0; t < 600; ) {
      const frame = quality.pixelRatio > 0.8 ? 0.08 : 0.03;
      quality.frame(frame);
      t += frame;
      if (quality.pixelRatio !== before) changes++;
      before = quality.pixelRatio;
    }
    expect(changes).toBeLessThan(16);
  });

  it("is not misled by a tab that slept", () => {
    const quality = new Quality(1, 1 / 24);
    for (let k = 0; k < 30; k++) quality.frame(30);
    expect(quality.pixelRatio).toBe(1);
  });

  it("knows renderers that draw on the CPU", () => {
    expect(isSoftwareRenderer("ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)")).toBe(true);
    expect(isSoftwareRenderer("llvmpipe (LLVM 15.0.7, 256 bits)")).toBe(true);
    expect(isSoftwareRenderer("ANGLE (NVIDIA, NVIDIA GeForce RTX 3060)")).toBe(false);
  });
});
