/** Fingers from hand channels, as the avatar's rig.json says (docs/protocol.md, `hands`). */

import { Quaternion, Vector3 } from "three";
import { HANDS_AT, type Pose } from "../net/codec";
import type { Joint } from "./rig";

/** What rig.json tells of the hands. */
export interface HandRig {
  rest_hands: number[];
  fingers: Record<string, FingerRig>;
}

interface FingerRig {
  channel: number;
  axis: [number, number, number];
  angle: number;
  spread_axis?: [number, number, number];
  spread_angle?: number;
}

interface Finger {
  joint: Joint;
  channel: number;
  axis: Vector3;
  angle: number;
  spreadAxis: Vector3 | null;
  spreadAngle: number;
}

const PER_HAND = 6;
const SPREAD = 5;

export class Fingers {
  private readonly fingers: Finger[] = [];

  /** `find` gives a joint by name; those the model lacks are left out. */
  constructor(
    private readonly rig: HandRig,
    find: (name: string) => Joint | undefined,
  ) {
    for (const [name, finger] of Object.entries(rig.fingers)) {
      const joint = find(name);
      if (!joint) continue;
      this.fingers.push({
        joint,
        channel: finger.channel,
        axis: new Vector3(...finger.axis),
        angle: finger.angle,
        spreadAxis: finger.spread_axis ? new Vector3(...finger.spread_axis) : null,
        spreadAngle: finger.spread_angle ?? 0,
      });
    }
  }

  /** Curls each finger, then swings the curled finger sideways. */
  apply(pose: Pose): void {
    for (const { joint, channel, axis, angle, spreadAxis, spreadAngle } of this.fingers) {
      turn.setFromAxisAngle(axis, this.moved(pose, channel) * angle);
      if (spreadAxis) {
        const spread = Math.floor(channel / PER_HAND) * PER_HAND + SPREAD;
        turn.premultiply(sideways.setFromAxisAngle(spreadAxis, this.moved(pose, spread) * spreadAngle));
      }
      joint.turn(turn);
    }
  }

  private moved(pose: Pose, channel: number): number {
    return pose[HANDS_AT + channel]! - this.rig.rest_hands[channel]!;
  }
}

const turn = new Quaternion();
const sideways = new Quaternion();
