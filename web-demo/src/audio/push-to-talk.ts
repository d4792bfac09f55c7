/** Push to talk: what the microphone hears goes out only while a button or the space bar is held. */

export interface TalkActions {
  /** Sends microphone audio; false when it could not go out. */
  append(pcm: Int16Array): boolean;
  /** Forgets what was sent since the last turn. */
  clear(): void;
  /** The turn is over and wants an answer. */
  commit(): void;
  /** She stops: whoever presses has the floor. */
  interrupt(): void;
}

const RATE = 24_000;
/** People begin to speak as they press, and let go with the last syllable. */
const BEFORE = RATE * 0.3;
const AFTER = RATE * 0.2;
/** A shorter press was a slip. */
const SHORTEST_MS = 200;

export class PushToTalk {
  private state: "idle" | "held" | "ending" = "idle";
  private kept: Int16Array[] = [];
  private since = 0;
  private left = 0;

  constructor(
    private readonly actions: TalkActions,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get held(): boolean {
    return this.state === "held";
  }

  press(): void {
    if (this.state === "held") return;
    if (this.state === "ending") this.finish(); // a turn that is ending is not forgotten by the next one
    this.state = "held";
    this.since = this.now();
    this.actions.interrupt();
    this.actions.clear();
    for (const pcm of this.kept) this.actions.append(pcm);
    this.kept = [];
  }

  release(): void {
    if (this.state !== "held") return;
    if (this.now() - this.since < SHORTEST_MS) {
      this.state = "idle";
      return this.actions.clear();
    }
    this.state = "ending";
    this.left = AFTER;
  }

  /** The connection or the microphone is gone. */
  reset(): void {
    this.state = "idle";
    this.kept = [];
  }

  /** A chunk from the microphone; true when it went out. */
  chunk(pcm: Int16Array): boolean {
    if (this.state === "idle") return this.keep(pcm);
    const sent = this.actions.append(pcm);
    if (this.state === "ending" && (this.left -= pcm.length) <= 0) this.finish();
    return sent;
  }

  private finish(): void {
    this.state = "idle";
    this.actions.commit();
  }

  private keep(pcm: Int16Array): boolean {
    this.kept.push(pcm);
    let length = this.kept.reduce((sum, part) => sum + part.length, 0);
    while (length - (this.kept[0]?.length ?? 0) >= BEFORE) length -= this.kept.shift()?.length ?? 0;
    return false;
  }
}
