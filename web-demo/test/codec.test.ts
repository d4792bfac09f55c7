import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  decodeMedia, decodeRecord, EYES_AT, HANDS_AT, HEAD_AT, JOINTS_AT, pcmToBase64, POSE_SIZE, RECORD_BYTES, WireError, type Pose,
} from "../src/net/codec";
import { DEFAULT_NAMES } from "../src/stage/names";

interface Frame {
  shapes: number[];
  head: number[];
  eyes: number[];
  joints: number[];
  hands: number[];
}

interface Golden {
  header: { shapes: string[]; joints: string[]; hands: string[] };
  messages: { name: string; type: number; flags: number; turn: number; seq: number; pts: number; hex: string; frames?: Frame[]; pcm?: number[] }[];
  deltas: { event: { frames: string }; frames_hex: string; decoded: Frame[] }[];
  invalid: { name: string; hex: string }[];
}

const golden = JSON.parse(readFileSync(new URL("../../tests/golden/wire.json", import.meta.url), "utf8")) as Golden;

function bytes(hex: string): ArrayBuffer {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)).buffer;
}

function expectPose(pose: Pose, frame: Frame): void {
  const expected = [...frame.shapes, ...frame.head, ...frame.eyes, ...frame.joints, ...frame.hands].map(Math.fround);
  expect([...pose]).toEqual(expected);
}

describe("binary codec", () => {
  it.each(golden.messages)("reads golden message '$name' exactly", (wanted) => {
    const message = decodeMedia(bytes(wanted.hex));
    expect(message).toMatchObject({
      kind: wanted.type === 1 ? "audio" : "frames",
      turn: wanted.turn,
      seq: wanted.seq,
      pts: wanted.pts,
      first: (wanted.flags & 1) === 1,
    });
    if (message.kind === "frames") {
      expect(message.poses).toHaveLength(wanted.frames!.length);
      message.poses.forEach((pose, k) => expectPose(pose, wanted.frames![k]!));
    } else if (wanted.pcm) {
      expect([...message.pcm]).toEqual(wanted.pcm);
    }
  });

  it.each(golden.deltas)("reads the records of golden JSON deltas", ({ frames_hex, decoded }) => {
    const view = new DataView(bytes(frames_hex));
    expect(view.byteLength).toBe(decoded.length * RECORD_BYTES);
    decoded.forEach((frame, k) => expectPose(decodeRecord(view, k * RECORD_BYTES), frame));
  });

  it.each(golden.invalid)("refuses golden invalid message '$name'", ({ hex }) => {
    expect(() => decodeMedia(bytes(hex))).toThrow(WireError);
  });

  it("has audio and frames among the golden messages", () => {
    expect(new Set(golden.messages.map(({ type }) => type))).toEqual(new Set([1, 2]));
  });

  it("knows the channel names of the golden header until the server tells them", () => {
    expect(DEFAULT_NAMES.shapes).toEqual(golden.header.shapes);
    expect(DEFAULT_NAMES.joints).toEqual(golden.header.joints);
    expect(DEFAULT_NAMES.hands).toEqual(golden.header.hands);
  });

  it("lays a pose out without gaps", () => {
    expect([HEAD_AT, EYES_AT, JOINTS_AT, HANDS_AT, POSE_SIZE]).toEqual([52, 55, 59, 111, 123]);
  });

  it("keeps pts beyond 32 bits exact", () => {
    const buffer = new ArrayBuffer(17);
    const view = new DataView(buffer);
    const pts = 24_000 * 3600 * 30 + 7; // thirty hours
    view.setUint8(0, 1);
    view.setBigUint64(8, BigInt(Math.round((pts * 1e6) / 24_000)), true);
    expect(decodeMedia(buffer).pts).toBe(pts);
  });

  it("writes PCM as little-endian base64, also when it is a part of a larger buffer", () => {
    const pcm = Int16Array.of(9, 1, -2, 32_767, -32_768).subarray(1);
    expect(pcmToBase64(pcm)).toBe(Buffer.from([1, 0, 254, 255, 255, 127, 0, 128]).toString("base64"));
    const long = new Int16Array(50_000).fill(-3);
    expect(Buffer.from(pcmToBase64(long), "base64")).toHaveLength(100_000);
  });
});
