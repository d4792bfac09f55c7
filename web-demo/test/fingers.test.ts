import { describe, expect, it } from "vitest";
import { Object3D, Vector3 } from "three";
import { HANDS_AT } from "../src/net/codec";
import { Fingers, type HandRig } from "../src/stage/fingers";
import { Joint } from "../src/stage/rig";
import { mix, restPose } from "../src/stage/timeline";

const RIG: HandRig = {
  rest_hands: [0.2, 0.2, 0.2, 0.2, 0.2, 0.5, 0.2, 0.2, 0.2, 0.2, 0.2, 0.5],
  fingers: {
    leftIndexProximal: { channel: 1, axis: [0, 0, 1], angle: 1.5, spread_axis: [0, 1, 0], spread_angle: 0.3 },
    rightLittleDistal: { channel: 10, axis: [0, 0, -1], angle: 1.2 },
    leftThumbDistal: { channel: 0, axis: [1, 0, 0], angle: 1 },
  },
};

function hand(): { fingers: Fingers; index: Object3D; little: Object3D } {
  const [index, little] = [new Object3D(), new Object3D()];
  const joints: Record<string, Joint> = { leftIndexProximal: new Joint(index), rightLittleDistal: new Joint(little) };
  return { fingers: new Fingers(RIG, (name) => joints[name]), index, little };
}

const turned = (node: Object3D, x: number, y: number, z: number): number[] =>
  new Vector3(x, y, z).applyQuaternion(node.quaternion).toArray();

describe("fingers", () => {
  it("stay as modelled at the rest pose's values", () => {
    const index = new Object3D();
    const modelled = index.quaternion.setFromAxisAngle(new Vector3(1, 0, 0), 0.3).clone();
    const fingers = new Fingers(RIG, (name) => (name === "leftIndexProximal" ? new Joint(index) : undefined));
    const pose = restPose();
    pose.set(RIG.rest_hands, HANDS_AT);
    fingers.apply(pose);
    expect(index.quaternion.angleTo(modelled)).toBeLessThan(1e-3); // single precision
    pose[HANDS_AT + 1] = 1;
    fingers.apply(pose);
    expect(index.quaternion.angleTo(modelled)).toBeCloseTo(0.8 * 1.5, 5);
  });

  it("curl about their axis by the part of a fist beyond the rest pose", () => {
    const { fingers, little } = hand();
    const pose = restPose();
    pose[HANDS_AT + 10] = 1;
    fingers.apply(pose);
    const angle = 0.8 * 1.2;
    const [x, y] = turned(little, 1, 0, 0);
    expect(x).toBeCloseTo(Math.cos(angle), 5);
    expect(y).toBeCloseTo(-Math.sin(angle), 5);
  });

  it("swing sideways after they are curled", () => {
    const { fingers, index } = hand();
    const pose = restPose();
    pose.set([1, 1], HANDS_AT + 4); // little finger, spread
    pose[HANDS_AT + 1] = 0.2 + Math.PI / 2 / 1.5; // a right angle
    fingers.apply(pose);
    const [x, y, z] = turned(index, 0, 1, 0); // curled to -x, then swung about y
    expect(x).toBeCloseTo(-Math.cos(0.15), 5);
    expect(y).toBeCloseTo(0, 5);
    expect(z).toBeCloseTo(Math.sin(0.15), 5);
  });

  it("mix like shapes between two frames, and leave joints alone", () => {
    const [a, b, out] = [restPose(), restPose(), restPose()];
    a.fill(0, HANDS_AT);
    b.fill(1, HANDS_AT);
    mix(a, b, 0.25, out);
    expect([...out.slice(HANDS_AT)]).toEqual(new Array(12).fill(0.25));
    expect([...out.slice(0, HANDS_AT)]).toEqual([...a.slice(0, HANDS_AT)]);
  });
});
