/** Looks after the line: measures it, and does without frames where it is too weak for them. */

import type { RealtimeClient } from "./net/client";
import type { Pong } from "./net/events";
import { Judge, type Mode } from "./network";
import type { Player } from "./player";

const LOOK_MS = 1000;

/** What browsers that know it tell of the network (Chromium does). */
interface Connection {
  effectiveType?: string;
  saveData?: boolean;
}

type Client = Pick<RealtimeClient, "send" | "labelShown" | "voiceOnly">;
type Heard = Pick<Player, "received" | "voiceOnly">;

export class VoiceOnly {
  private readonly judge = new Judge();
  private readonly timer = setInterval(() => this.look(), LOOK_MS);
  private asked: { nonce: number; at: number } | null = null;
  private nonce = 0;
  private delay: number | null = null;
  private dropped = { all: 0, told: 0 };
  private before: Player["received"];

  /** `tell` is called when frames stop or come back, and why. */
  constructor(
    private readonly client: Client,
    private readonly player: Heard,
    private readonly tell: (mode: Mode) => void,
    private readonly connection: Connection = (navigator as { connection?: Connection }).connection ?? {},
  ) {
    this.before = { ...player.received };
  }

  get mode(): Mode {
    return this.judge.mode;
  }

  /** A session begins, or goes on over a new connection (`again`): what it was told last may not have reached it. */
  begin(again: boolean): void {
    this.asked = this.delay = null;
    this.dropped = { all: 0, told: 0 };
    const mode = this.mode;
    this.consider();
    if (this.mode === mode && (again || mode !== "frames")) this.ask(); // a change has asked already
  }

  pong({ nonce, frames_dropped }: Pong): void {
    this.dropped.all = frames_dropped;
    if (nonce !== this.asked?.nonce) return;
    this.delay = (performance.now() - this.asked.at) / 1000;
    this.asked = null;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    if (!this.client.labelShown) return; // no media, so there is nothing to judge
    this.consider();
    if (this.asked) return;
    this.asked = { nonce: ++this.nonce, at: performance.now() };
    this.client.send({ type: "shuren.ping", nonce: this.nonce });
  }

  private consider(): void {
    const { received } = this.player;
    const { before, dropped } = this;
    this.before = { ...received };
    this.dropped = { all: dropped.all, told: dropped.all };
    const mode = this.mode;
    const next = this.judge.look({
      at: performance.now() / 1000,
      delay: this.delayNow(),
      underruns: received.underruns - before.underruns,
      frames: received.frames - before.frames,
      late: received.late - before.late,
      dropped: dropped.all - dropped.told,
      slow: this.connection.effectiveType?.endsWith("2g") ?? false,
      saving: this.connection.saveData ?? false,
    });
    if (next !== mode) this.change(next);
  }

  private delayNow(): number | null {
    const missing = this.asked && (performance.now() - this.asked.at) / 1000;
    return missing === null ? this.delay : Math.max(missing, this.delay ?? 0);
  }

  private change(mode: Mode): void {
    this.client.voiceOnly = this.player.voiceOnly = mode !== "frames";
    this.ask();
    this.tell(mode);
  }

  private ask(): void {
    this.client.send({ type: "session.update", session: { type: "realtime", shuren: { animation: this.mode === "frames" } } });
  }
}
