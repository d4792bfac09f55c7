/** Whether the visitor is still there: the pure rules of waking, asking and forgetting. Seconds of any steady clock. */

export type Phase = "attract" | "talk" | "ask";

export interface VisitRules {
  /** With nothing happening for so long, she asks. */
  idleS: number;
  /** And after so long without an answer everything is forgotten. */
  farewellS: number;
}

/** Somebody who was seen and has left is waited for this long at most, before being asked for. */
const LEFT_S = 12;

export class Visit {
  phase: Phase = "attract";
  /** Since the page was opened. */
  visitors = 0;
  private last = 0;
  private seen: number | null = null;
  private askedAt = 0;

  constructor(private readonly rules: VisitRules) {}

  /** Somebody has come. False where somebody is there already. */
  begin(now: number): boolean {
    if (this.phase !== "attract") return false;
    this.phase = "talk";
    this.visitors++;
    this.seen = null;
    this.last = now;
    return true;
  }

  /** A touch, a word, or she is speaking to them. Answers the question whether they are there. */
  active(now: number): void {
    if (this.phase === "attract") return;
    this.last = now;
    this.phase = "talk";
  }

  /** The camera sees somebody who looks this way; once seen, whoever is gone is missed sooner. */
  attended(now: number): void {
    this.seen = now;
  }

  /** To be called often; the new phase where it changed. `attract`: the visitor is gone, forget them. */
  tick(now: number): Phase | null {
    if (this.phase === "talk" && now >= this.due()) {
      this.askedAt = now;
      return (this.phase = "ask");
    }
    if (this.phase === "ask" && now >= this.askedAt + this.rules.farewellS) return this.end();
    return null;
  }

  /** Whole seconds until everything is forgotten, while she asks. */
  left(now: number): number {
    return Math.max(0, Math.ceil(this.askedAt + this.rules.farewellS - now));
  }

  end(): Phase {
    this.seen = null;
    return (this.phase = "attract");
  }

  private due(): number {
    const idle = this.last + this.rules.idleS;
    return this.seen === null ? idle : Math.min(idle, Math.max(this.last, this.seen) + LEFT_S);
  }
}
