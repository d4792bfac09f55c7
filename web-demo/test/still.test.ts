import { describe, expect, it } from "vitest";
import { HEAD_AT, JOINTS_AT, POSE_SIZE } from "../src/net/codec";
import { bodyMotion, holdStill } from "../src/stage/still";
import { restPose } from "../src/stage/timeline";

describe("less motion", () => {
  it("leaves the face, calms the head and holds the body at ease", () => {
    const pose = restPose();
    pose[3] = 0.8;
    pose[HEAD_AT] = 0.2;
    pose[JOINTS_AT + 1] = 0.5;
    pose[POSE_SIZE - 1] = 1;
    expect(bodyMotion(pose)).toBeGreaterThan(0.4);
    holdStill(pose);
    expect(pose[3]).toBeCloseTo(0.8);
    expect(pose[HEAD_AT]).toBeCloseTo(0.06);
    expect(bodyMotion(pose)).toBe(0);
  });
});
