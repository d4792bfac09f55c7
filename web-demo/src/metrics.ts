/** What was measured of playback and drawing, for tests and integrators. */

import type { TurnLatency } from "./latency";
import type { Mode } from "./network";

export interface Stats {
  /** Per frame drawn while she spoke, newest last: media time of the frame minus media time heard, ms. */
  avOffsetsMs: number[];
  /** Root mean square of what is played, 0..1, over the last ~40 ms. */
  audioLevel: number;
  /** jawOpen of the pose on screen, 0..1. */
  mouthOpen: number;
  /** How far the body is from standing at ease, 0 and up. */
  bodyMotion: number;
  underruns: number;
  framesRendered: number;
  fps: number;
  /** Frames that came after their moment had passed while she spoke. */
  droppedFrames: number;
  /** All that came so far; they stop where the line is too weak for them. */
  framesReceived: number;
  line: Mode;
  /** Seconds between the arrival of media and its sound. */
  cushion: number;
  /** Device pixels per CSS pixel being drawn, and how morphs are computed. */
  pixelRatio: number;
  morph: string;
  triangles: number;
  turns: TurnLatency[];
}

const KEEP = 3000;

export class Metrics {
  readonly avOffsetsMs: number[] = [];
  framesRendered = 0;
  droppedFrames = 0;
  private recent: number[] = [];

  /** A frame was drawn at page time `at` (ms). */
  drawn(at: number): void {
    this.framesRendered++;
    this.recent.push(at);
    while (this.recent[0]! < at - 1000) this.recent.shift();
  }

  offset(ms: number): void {
    this.avOffsetsMs.push(ms);
    if (this.avOffsetsMs.length > KEEP) this.avOffsetsMs.shift();
  }

  /** Frames drawn in the last second before page time `at` (ms). */
  fps(at: number): number {
    return this.recent.filter((time) => time > at - 1000).length;
  }
}
