/** Fingers from hand channels, as the avatar's rig.json says (docs/protocol.md, `hands`). */

import { Quaternion, Vector3, type Object3D } from "three";
import { HANDS_AT, type Pose } from "../net/codec";

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
  node: Object3D;
  rest: Quaternion;
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

  /** `find` gives the node of a joint; joints the model lacks are left out. */
  constructor(
    private readonly rig: HandRig,
    find: (joint: string) => Object3D | undefined,
  ) {
    for (const [name, finger] of Object.entries(rig.fingers)) {
      const node = find(name);
      if (!node) continue;
      this.fingers.push({
        node,
        rest: node.quaternion.clone(),
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
    for (const { node, rest, channel, axis, angle, spreadAxis, spreadAngle } of this.fingers) {
      node.quaternion.setFromAxisAngle(axis, this.moved(pose, channel) * angle);
      if (spreadAxis) {
        const spread = Math.floor(channel / PER_HAND) * PER_HAND + SPREAD;
        node.quaternion.premultiply(sideways.setFromAxisAngle(spreadAxis, this.moved(pose, spread) * spreadAngle));
      }
      node.quaternion.multiply(rest);
    }
  }

  private moved(pose: Pose, channel: number): number {
    return pose[HANDS_AT + channel]! - this.rig.rest_hands[channel]!;
  }
}

const sideways = new Quaternion();

/** The hands' part of the rig.json beside the GLB; null where there is none, and the hands stay as modelled. */
export async function fetchHands(glb: string): Promise<HandRig | null> {
  const response = await fetch(glb.replace(/[^/]*$/, "rig.json")).catch(() => null);
  const rig = response?.ok ? ((await response.json().catch(() => null)) as Partial<HandRig> | null) : null;
  return rig?.fingers && rig.rest_hands ? (rig as HandRig) : null;
}
