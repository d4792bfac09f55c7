/** How long each answer took, measured where it counts: at the loudspeaker and on the screen. */

import type { TimingsEvent } from "./net/events";

/** Milliseconds from the end of the person's speech (or from pressing Enter). */
export interface TurnLatency {
  turn: number;
  /** What it answers; a greeting answers nothing and has no times. */
  asked: "speech" | "text" | "nothing";
  transcriptMs: number | null;
  firstSoundMs: number | null;
  firstMouthMs: number | null;
  /** The server's stages. */
  server: Record<string, number>;
}

interface Question {
  asked: "speech" | "text";
  endedAt: number;
  transcriptAt: number | null;
}

const KEEP = 50;

export class LatencyLog {
  readonly turns: TurnLatency[] = [];
  private question: Question | null = null;
  private origins = new Map<number, number>();

  /** The person finished at page time `at` (ms). */
  asked(kind: "speech" | "text", at: number): void {
    this.question = { asked: kind, endedAt: at, transcriptAt: null };
  }

  transcribed(at: number): void {
    if (this.question) this.question.transcriptAt = at;
  }

  /** It was nothing: no answer follows. */
  dismissed(): void {
    this.question = null;
  }

  /** Answer `turn` begins: it answers the last question that had no answer. */
  begun(turn: number): void {
    if (turn === 0 || this.find(turn)) return;
    const question = this.question;
    this.question = null;
    if (question) this.origins.set(turn, question.endedAt);
    this.turns.push({
      turn,
      asked: question?.asked ?? "nothing",
      transcriptMs: question?.transcriptAt ? Math.max(0, question.transcriptAt - question.endedAt) : null,
      firstSoundMs: null,
      firstMouthMs: null,
      server: {},
    });
    if (this.turns.length > KEEP) this.turns.shift();
  }

  /** The first sample of `turn` was heard. True when it was news. */
  sounded(turn: number, at: number): boolean {
    return this.note(turn, "firstSoundMs", at);
  }

  /** The mouth was first drawn moving for `turn`. */
  mouthed(turn: number, at: number): boolean {
    return this.note(turn, "firstMouthMs", at);
  }

  timed({ turn, ...stages }: TimingsEvent): void {
    const entry = this.find(turn);
    if (!entry) return;
    for (const [stage, value] of Object.entries(stages)) if (typeof value === "number") entry.server[stage] = value;
  }

  /** A new session numbers its turns anew; the figures of the old one stay. */
  restart(): void {
    this.origins.clear();
    this.question = null;
    for (const entry of this.turns) entry.turn = -Math.abs(entry.turn);
  }

  private find(turn: number): TurnLatency | undefined {
    return this.turns.findLast((entry) => entry.turn === turn);
  }

  private note(turn: number, field: "firstSoundMs" | "firstMouthMs", at: number): boolean {
    const entry = this.find(turn);
    const origin = this.origins.get(turn);
    if (!entry || entry[field] !== null || origin === undefined) return false;
    entry[field] = Math.max(0, at - origin);
    return true;
  }
}
