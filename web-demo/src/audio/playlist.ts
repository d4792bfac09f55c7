/**
 * What of her voice is waiting, playing and played: the pure part of playback. Audio is known by pts; the clock says
 * when it sounds.
 */

import { MediaClock } from "../clock";
import { RATE } from "../net/codec";

export interface Chunk {
  turn: number;
  pts: number;
  samples: number;
}

/** When to play a chunk: seconds on the audio clock. */
export interface Placement {
  at: number;
  /** True when it goes on without a gap from the chunk before: it must not be faded in. */
  seamless: boolean;
  /** Seconds by which everything still waiting moved later to make room. */
  shift: number;
}

/** Samples by which chunks may miss one another and still be one sound. */
const SEAM = 2;
/** How long a finished answer's audio is remembered: frames are drawn a little after their sound. */
const KEEP_SECONDS = 2;

export class Playlist {
  private chunks: Chunk[] = [];
  private underrunsBefore = 0;

  constructor(private readonly clock: MediaClock) {}

  /** Places a chunk that arrived at `now` (seconds on the audio clock). */
  add(chunk: Chunk, now: number): Placement {
    const last = this.chunks.at(-1);
    if (!this.busy(now)) this.clock.hasten(chunk.pts, now);
    const follows = last !== undefined && last.turn === chunk.turn && Math.abs(endOf(last) - chunk.pts) <= SEAM;
    const shift = this.clock.makeRoom(chunk.pts, now, follows);
    this.chunks.push(chunk);
    this.forget(now);
    return { at: this.clock.timeOf(chunk.pts), seamless: follows && shift === 0, shift };
  }

  /** True while audio is playing or waiting. */
  busy(now: number): boolean {
    const last = this.chunks.at(-1);
    return last !== undefined && this.clock.timeOf(endOf(last)) > now;
  }

  /** The answer whose voice sounds at `pts`, 0 in silence. */
  turnAt(pts: number): number {
    return this.chunks.find((chunk) => chunk.pts <= pts && pts < endOf(chunk))?.turn ?? 0;
  }

  /** The answer playing or waiting last; 0 when nothing does. */
  currentTurn(now: number): number {
    return this.busy(now) ? (this.chunks.at(-1)?.turn ?? 0) : 0;
  }

  /** Where `turn`'s voice begins, if any of it is remembered. */
  startOf(turn: number): number | undefined {
    return this.chunks.find((chunk) => chunk.turn === turn)?.pts;
  }

  /** The sample of `turn` to report as heard: never beyond what was received of it. */
  heard(turn: number, audible: number): number {
    const last = this.chunks.at(-1);
    return Math.max(0, Math.round(last?.turn === turn ? Math.min(audible, endOf(last)) : audible));
  }

  /** Forgets `turn`'s audio from `pts` on; returns true when any of it was still to come. */
  cut(turn: number, pts: number): boolean {
    const before = this.chunks.length;
    const kept = this.chunks.filter((chunk) => chunk.turn !== turn || chunk.pts < pts);
    const cutMiddle = kept.some((chunk) => chunk.turn === turn && endOf(chunk) > pts);
    this.chunks = kept.map((chunk) =>
      chunk.turn === turn && endOf(chunk) > pts ? { ...chunk, samples: Math.max(0, Math.floor(pts - chunk.pts)) } : chunk,
    );
    return cutMiddle || kept.length < before;
  }

  /** The voice of an answer has ended: lets the clock relax its cushion if it went well. */
  turnEnded(): void {
    this.clock.turnEnded(this.clock.underruns > this.underrunsBefore);
    this.underrunsBefore = this.clock.underruns;
  }

  clear(): void {
    this.chunks = [];
  }

  private forget(now: number): void {
    const old = this.clock.ptsAt(now) - KEEP_SECONDS * RATE;
    while (this.chunks.length > 1 && this.chunks[0] && endOf(this.chunks[0]) < old) this.chunks.shift();
  }
}

function endOf(chunk: Chunk): number {
  return chunk.pts + chunk.samples;
}
