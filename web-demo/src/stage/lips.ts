/** Lips that move with the loudness of the voice, where no frames come: less than speech, more than a still mouth. */

import type { Pose } from "../net/codec";

/** Root mean square of what is played: silence below the first, as wide as it gets at the second. */
const [SILENT, LOUD] = [0.008, 0.16];
/** Shapes of a mouth as wide as it gets. */
const WIDE: Record<string, number> = {
  jawOpen: 0.34,
  mouthLowerDownLeft: 0.28,
  mouthLowerDownRight: 0.28,
  mouthUpperUpLeft: 0.14,
  mouthUpperUpRight: 0.14,
  mouthFunnel: 0.1,
};
/** Seconds in which the mouth goes most of its way: it opens faster than it closes. */
const [OPENING, CLOSING] = [0.04, 0.09];

export class Lips {
  private readonly moved: { at: number; most: number }[];
  private wide = 0;

  constructor(shapes: readonly string[]) {
    this.moved = Object.entries(WIDE).map(([name, most]) => ({ at: shapes.indexOf(name), most })).filter(({ at }) => at >= 0);
  }

  /** Opens the mouth of `pose` for a voice of `level` (root mean square, 0..1), `seconds` after the last time. */
  move(pose: Pose, level: number, seconds: number): void {
    const goal = Math.sqrt(Math.min(1, Math.max(0, (level - SILENT) / (LOUD - SILENT)))); // as loudness is felt
    this.wide += (goal - this.wide) * (1 - Math.exp(-seconds / (goal > this.wide ? OPENING : CLOSING)));
    for (const { at, most } of this.moved) pose[at] = most * this.wide;
  }
}
