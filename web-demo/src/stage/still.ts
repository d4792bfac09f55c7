/** For those whose system asks for less motion: the face speaks, the body does not gesture. */

import { HANDS_AT, HEAD_AT, JOINTS_AT, type Pose } from "../net/codec";
import { restPose } from "./timeline";

const NODS = 0.3; // what is left of the head's turns, so that she does not look frozen
const REST = restPose();

/** Holds the body and the hands at ease, in place, and calms the head. Shapes and eyes stay as they are. */
export function holdStill(pose: Pose): void {
  for (let i = HEAD_AT; i < HEAD_AT + 3; i++) pose[i]! *= NODS;
  for (let i = JOINTS_AT; i < HANDS_AT; i++) pose[i] = REST[i]!;
  for (let i = HANDS_AT; i < pose.length; i++) pose[i] = REST[i]!;
}

/** How far the body is from standing at ease, 0 and up: what a test looks at. */
export function bodyMotion(pose: Pose): number {
  let far = 0;
  for (let i = JOINTS_AT; i < pose.length; i++) far = Math.max(far, Math.abs(pose[i]! - REST[i]!));
  return far;
}
