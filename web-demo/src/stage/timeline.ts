/** Animation frames by time: kept for a few seconds, read at any moment with interpolation. */

import { EYES_AT, HAND_COUNT, HANDS_AT, HEAD_AT, JOINTS_AT, JOINT_COUNT, POSE_SIZE, SAMPLES_PER_FRAME, type Pose } from "../net/codec";

/** Frames that can be held: 8 s at 60 fps, far more than is ever sent ahead. */
const CAPACITY = 480;
/** A hole of up to this many frames is bridged by interpolation. */
const BRIDGE = 6;

interface Slot {
  index: number;
  turn: number;
  pose: Pose;
}

export interface Shown {
  /** The media time that the written pose stands for; behind the asked one when frames are missing. */
  pts: number;
  turn: number;
}

export class Timeline {
  private slots: (Slot | undefined)[] = new Array(CAPACITY);
  private newest = -1;

  /** Media time of the newest frame, or -1. */
  get end(): number {
    return this.newest < 0 ? -1 : this.newest * SAMPLES_PER_FRAME;
  }

  /** Consecutive poses from `pts` on; they replace what was there. */
  add(turn: number, pts: number, poses: Pose[]): void {
    const first = Math.round(pts / SAMPLES_PER_FRAME);
    poses.forEach((pose, k) => {
      const index = first + k;
      this.slots[index % CAPACITY] = { index, turn, pose };
      this.newest = Math.max(this.newest, index);
    });
  }

  /** Forgets every frame after `pts`. */
  dropAfter(pts: number): void {
    const last = Math.floor(pts / SAMPLES_PER_FRAME);
    this.slots = this.slots.map((slot) => (slot && slot.index > last ? undefined : slot));
    this.newest = Math.min(this.newest, last);
  }

  clear(): void {
    this.slots = new Array(CAPACITY);
    this.newest = -1;
  }

  /**
   * Writes the pose at media time `pts` (fractional samples) into `out`. Beyond the newest frame the newest one
   * stands. Null when there is nothing near to show.
   */
  read(pts: number, out: Pose): Shown | null {
    const position = pts / SAMPLES_PER_FRAME;
    const before = this.nearest(Math.floor(position), -1);
    if (!before) return null;
    const after = this.nearest(before.index + 1, 1);
    if (!after) {
      out.set(before.pose);
      return { pts: before.index * SAMPLES_PER_FRAME, turn: before.turn };
    }
    const part = Math.min(1, (position - before.index) / (after.index - before.index));
    mix(before.pose, after.pose, part, out);
    return { pts, turn: before.turn };
  }

  private nearest(index: number, step: 1 | -1): Slot | undefined {
    const start = step < 0 ? Math.min(index, this.newest) : index;
    for (let k = 0; k < (step < 0 ? CAPACITY : BRIDGE); k++) {
      const wanted = start + step * k;
      if (wanted < 0 || wanted > this.newest) return undefined;
      const slot = this.slots[wanted % CAPACITY];
      if (slot?.index === wanted) return slot;
    }
    return undefined;
  }
}

/** Pose between `a` (part 0) and `b` (part 1). Quaternions take the shorter way and are normalised. */
export function mix(a: Pose, b: Pose, part: number, out: Pose): void {
  for (let i = 0; i < JOINTS_AT; i++) out[i] = a[i]! + (b[i]! - a[i]!) * part;
  for (let i = HANDS_AT; i < POSE_SIZE; i++) out[i] = a[i]! + (b[i]! - a[i]!) * part;
  for (let i = JOINTS_AT; i < HANDS_AT; i += 4) {
    const dot = a[i]! * b[i]! + a[i + 1]! * b[i + 1]! + a[i + 2]! * b[i + 2]! + a[i + 3]! * b[i + 3]!;
    const sign = dot < 0 ? -1 : 1;
    let length = 0;
    for (let k = i; k < i + 4; k++) {
      out[k] = a[k]! + (sign * b[k]! - a[k]!) * part;
      length += out[k]! * out[k]!;
    }
    length = Math.sqrt(length) || 1;
    for (let k = i; k < i + 4; k++) out[k] = out[k]! / length;
  }
}

/** A hand hanging loose, as the server shows it: thumb, fingers, spread. */
const HAND_AT_EASE = [0.25, 0.28, 0.34, 0.38, 0.4, 0.25];

/** Standing at ease, the hands loose. */
export function restPose(): Pose {
  const pose = new Float32Array(POSE_SIZE);
  for (let joint = 0; joint < JOINT_COUNT; joint++) pose[JOINTS_AT + 4 * joint + 3] = 1;
  for (let i = 0; i < HAND_COUNT; i++) pose[HANDS_AT + i] = HAND_AT_EASE[i % HAND_AT_EASE.length]!;
  return pose;
}

/** Blends over a break in the motion (an interruption, a jump of the clock, the first frame) instead of popping. */
export class Blender {
  private from: Pose | null = null;
  private startedAt = 0;
  private readonly last = restPose();

  constructor(private readonly seconds = 0.12) {}

  /** The motion breaks now: what is shown next grows out of what was shown last. */
  start(now: number): void {
    this.from = this.last.slice();
    this.startedAt = now;
  }

  /** Mixes in place; call once per shown pose. `now` in seconds. */
  apply(pose: Pose, now: number): void {
    // A slow frame began before the break it shows: its time may lie earlier.
    const x = Math.max(0, (now - this.startedAt) / this.seconds);
    if (this.from && x < 1) mix(this.from, pose, x * x * (3 - 2 * x), pose);
    else this.from = null;
    this.last.set(pose);
  }
}

export { EYES_AT, HEAD_AT, JOINTS_AT };
