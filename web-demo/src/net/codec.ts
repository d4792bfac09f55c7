/** Binary messages of the `shuren.v1` subprotocol (docs/protocol.md), little-endian. */

export const RATE = 24_000; // samples per second of the media clock
export const FPS = 60;
export const SAMPLES_PER_FRAME = RATE / FPS; // 400, exact
export const SHAPE_COUNT = 52;
export const JOINT_COUNT = 13;
export const HAND_COUNT = 12;

export const HEADER_BYTES = 17;
export const RECORD_BYTES = 234;

/** A pose is one Float32Array: 52 shapes (0..1), head and eyes (radians), 13 joint quaternions x y z w, 12 hand channels
 * (0..1). */
export const HEAD_AT = SHAPE_COUNT;
export const EYES_AT = HEAD_AT + 3;
export const JOINTS_AT = EYES_AT + 4;
export const HANDS_AT = JOINTS_AT + JOINT_COUNT * 4;
export const POSE_SIZE = HANDS_AT + HAND_COUNT;

const AUDIO = 1;
const FRAMES = 2;
const FIRST_OF_TURN = 1;
const SHAPE_SCALE = 65_535;
const ANGLE_SCALE = 2 ** 14;
const QUATERNION_SCALE = 32_767;
const HAND_SCALE = 255;

export type Pose = Float32Array<ArrayBuffer>;

interface Head {
  turn: number;
  seq: number;
  /** Media-clock sample at RATE. */
  pts: number;
  /** True on the first message of its turn. */
  first: boolean;
}

export interface AudioMessage extends Head {
  kind: "audio";
  pcm: Int16Array<ArrayBuffer>;
}

export interface FramesMessage extends Head {
  kind: "frames";
  /** Consecutive poses; pose k stands at pts + 400 k. */
  poses: Pose[];
}

export type MediaMessage = AudioMessage | FramesMessage;

/** A binary message that does not follow docs/protocol.md. */
export class WireError extends Error {
  override name = "WireError";
}

/** Decodes one binary message; throws WireError when it is malformed. */
export function decodeMedia(buffer: ArrayBuffer): MediaMessage {
  if (buffer.byteLength < HEADER_BYTES) throw new WireError(`message of ${buffer.byteLength} bytes has no header`);
  const view = new DataView(buffer);
  const type = view.getUint8(0);
  const head: Head = {
    turn: view.getUint16(2, true),
    seq: view.getUint32(4, true),
    pts: ptsFromMicroseconds(view.getUint32(8, true) + view.getUint32(12, true) * 2 ** 32),
    first: (view.getUint8(1) & FIRST_OF_TURN) !== 0,
  };
  const count = view.getUint8(16);
  if (type === AUDIO) return { kind: "audio", ...head, pcm: decodePcm(buffer) };
  if (type === FRAMES) return { kind: "frames", ...head, poses: decodePoses(view, count) };
  throw new WireError(`unknown message type ${type}`);
}

/** The wire rounds samples to microseconds, finer than half a sample: rounding back is exact. */
function ptsFromMicroseconds(microseconds: number): number {
  return Math.round((microseconds * RATE) / 1e6);
}

function decodePcm(buffer: ArrayBuffer): Int16Array<ArrayBuffer> {
  const bytes = buffer.byteLength - HEADER_BYTES;
  if (bytes % 2) throw new WireError("audio payload has an odd number of bytes");
  return new Int16Array(buffer.slice(HEADER_BYTES)); // the header is odd: a copy is needed for alignment
}

function decodePoses(view: DataView, count: number): Pose[] {
  if (!count) throw new WireError("frames message without frames");
  const expected = HEADER_BYTES + count * RECORD_BYTES;
  if (view.byteLength !== expected) throw new WireError(`${count} frames need ${expected} bytes, got ${view.byteLength}`);
  return Array.from({ length: count }, (_, k) => decodeRecord(view, HEADER_BYTES + k * RECORD_BYTES));
}

/** Decodes one 234-byte frame record at `offset`. */
export function decodeRecord(view: DataView, offset: number): Pose {
  const pose = new Float32Array(POSE_SIZE);
  for (let i = 0; i < HEAD_AT; i++) pose[i] = view.getUint16(offset + 2 * i, true) / SHAPE_SCALE;
  for (let i = HEAD_AT; i < JOINTS_AT; i++) pose[i] = view.getInt16(offset + 2 * i, true) / ANGLE_SCALE;
  for (let i = JOINTS_AT; i < HANDS_AT; i++) pose[i] = view.getInt16(offset + 2 * i, true) / QUATERNION_SCALE;
  for (let i = 0; i < HAND_COUNT; i++) pose[HANDS_AT + i] = view.getUint8(offset + 2 * HANDS_AT + i) / HAND_SCALE;
  return pose;
}

/** Base64 of PCM16, as `input_audio_buffer.append` wants it. */
export function pcmToBase64(pcm: Int16Array): string {
  const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  let text = "";
  const step = 0x8000; // String.fromCharCode takes its arguments from the stack
  for (let i = 0; i < bytes.length; i += step) text += String.fromCharCode(...bytes.subarray(i, i + step));
  return btoa(text);
}
