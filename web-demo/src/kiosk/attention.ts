/** From faces in a picture to "somebody is there and looks this way". Pure: numbers in, numbers out, nothing kept. */

export interface Face {
  /** Of the picture's width, 0..1. */
  width: number;
  /** Key points as MediaPipe gives them, 0..1: right eye, left eye, nose, mouth, right ear, left ear. */
  points: readonly { x: number; y: number }[];
}

/** Smaller faces are people walking by: at arm's length from a screen a face fills an eighth of the picture or more. */
const NEAR = 0.09;
/** The nose may be this far off the middle of the eyes, in distances of the eyes: about 30° of turning. */
const TURNED = 0.34;
/** Looking this long is attention; this long unseen is leaving. Seconds. */
const ATTENDS_S = 1.2;
const LEAVES_S = 4;

export function facing({ points }: Face): boolean {
  const [right, left, nose] = points;
  if (!right || !left || !nose) return false;
  const eyes = Math.hypot(left.x - right.x, left.y - right.y);
  return eyes > 0 && Math.abs(nose.x - (left.x + right.x) / 2) / eyes < TURNED;
}

export class Attention {
  /** How many people stand near. */
  count = 0;
  /** Somebody has looked this way for a while and is there still. */
  present = false;
  private since: number | null = null;
  private last = -Infinity;

  /** The faces seen at `now` (seconds). */
  look(faces: readonly Face[], now: number): void {
    const near = faces.filter(({ width }) => width >= NEAR);
    this.count = near.length;
    if (near.some(facing)) {
      this.since ??= now;
      this.last = now;
      if (now - this.since >= ATTENDS_S) this.present = true;
    } else if (now - this.last > 1) this.since = null; // a blink of the detector is bridged
    if (now - this.last > LEAVES_S) this.present = false;
  }
}
