/** At ease while no frames come (before the conversation, while reconnecting): breathing and blinking, nothing more. */

import { restPose } from "./timeline";
import { EYES_AT, HEAD_AT, type Pose } from "../net/codec";

const BLINK_SECONDS = 0.22;
/** People blink every three to five seconds; an irregular pattern looks alive. */
const BLINKS = [3.1, 4.6, 2.7, 5.2, 3.8];

export class Standby {
  private nextBlink = 2;
  private blinks = 0;
  private readonly left: number;
  private readonly right: number;

  constructor(shapes: readonly string[]) {
    this.left = shapes.indexOf("eyeBlinkLeft");
    this.right = shapes.indexOf("eyeBlinkRight");
  }

  /** The pose at `now` seconds. */
  pose(now: number): Pose {
    const pose = restPose();
    pose[HEAD_AT] = 0.02 * Math.sin(now * 0.5);
    pose[HEAD_AT + 1] = 0.012 * Math.sin(now * 0.9); // with the breath
    pose[EYES_AT] = pose[EYES_AT + 2] = -pose[HEAD_AT]!; // keeps looking at the person
    const lid = this.lid(now);
    if (this.left >= 0) pose[this.left] = lid;
    if (this.right >= 0) pose[this.right] = lid;
    return pose;
  }

  private lid(now: number): number {
    if (now > this.nextBlink + 60) this.nextBlink = now; // the page slept
    const x = (now - this.nextBlink) / BLINK_SECONDS;
    if (x > 1) this.nextBlink = now + BLINKS[this.blinks++ % BLINKS.length]!;
    return x > 0 && x < 1 ? Math.sin(Math.PI * x) : 0;
  }
}
