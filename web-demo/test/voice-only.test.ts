import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { VoiceOnly } from "../src/voice-only";
import type { Mode } from "../src/network";
import { Lips } from "../src/stage/lips";
import { DEFAULT_NAMES } from "../src/stage/names";
import { restPose } from "../src/stage/timeline";

type Sent = { type: string; nonce?: number; session?: { shuren: { animation: boolean } } };

/** A line with the server's end of it: pongs come `delay` ms after their pings, or not at all. */
class Wire {
  labelShown = true;
  voiceOnly = false;
  delay = 40;
  dropped = 0;
  readonly sent: Sent[] = [];
  answer: (nonce: number) => void = () => undefined;

  send(event: Record<string, unknown>): boolean {
    const sent = event as Sent;
    this.sent.push(sent);
    if (sent.type === "shuren.ping" && Number.isFinite(this.delay)) setTimeout(() => this.answer(sent.nonce!), this.delay);
    return true;
  }

  /** What was asked about frames, in order. */
  get wishes(): (boolean | undefined)[] {
    return this.sent.filter(({ type }) => type === "session.update").map(({ session }) => session?.shuren.animation);
  }

  get pings(): number {
    return this.sent.filter(({ type }) => type === "shuren.ping").length;
  }
}

let wire: Wire;
let player: { received: { frames: number; late: number; underruns: number }; voiceOnly: boolean };
let network: { effectiveType?: string; saveData?: boolean };
let told: Mode[];
let line: VoiceOnly;

beforeEach(() => {
  vi.useFakeTimers();
  wire = new Wire();
  player = { received: { frames: 0, late: 0, underruns: 0 }, voiceOnly: false };
  [network, told] = [{}, []];
  line = new VoiceOnly(wire, player, (mode) => told.push(mode), network);
  wire.answer = (nonce) => line.pong({ type: "shuren.pong", nonce, frames_dropped: wire.dropped });
});

afterEach(() => {
  line.close();
  vi.useRealTimers();
});

const pass = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);

describe("looking after the line", () => {
  it("asks for no frames when pongs stay away, and for frames when they come again", async () => {
    line.begin(false);
    await pass(10);
    expect(wire.wishes).toEqual([]);
    wire.delay = 3000;
    await pass(12);
    expect([wire.wishes, told, wire.voiceOnly, player.voiceOnly]).toEqual([[false], ["weak"], true, true]);
    wire.delay = 40;
    await pass(30);
    expect([wire.wishes, told, wire.voiceOnly, player.voiceOnly]).toEqual([[false, true], ["weak", "frames"], false, false]);
  });

  it("notices a pong that never comes", async () => {
    line.begin(false);
    wire.delay = Infinity;
    await pass(8);
    expect(told).toEqual(["weak"]);
    expect(wire.pings).toBe(1); // one that waits is enough
  });

  it("counts what the server dropped once", async () => {
    line.begin(false);
    await pass(3);
    wire.dropped = 30;
    await pass(3);
    expect(told).toEqual(["weak"]);
    await pass(40); // 30 it remains
    expect(told).toEqual(["weak", "frames"]);
  });

  it("measures nothing before the label is on screen", async () => {
    wire.labelShown = false;
    line.begin(false);
    await pass(60);
    expect(wire.sent).toEqual([]);
  });

  it("begins without frames where the visitor saves data, and says so to each new session", () => {
    network.saveData = true;
    line.begin(false);
    expect([wire.wishes, told]).toEqual([[false], ["saving"]]);
    line.begin(false);
    expect(wire.wishes).toEqual([false, false]);
  });

  it("begins without frames on 2G", () => {
    network.effectiveType = "slow-2g";
    line.begin(false);
    expect([wire.wishes, told]).toEqual([[false], ["weak"]]);
  });

  it("tells a session that goes on what it wants: the last word may have been lost with the connection", () => {
    line.begin(true);
    expect(wire.wishes).toEqual([true]);
  });
});

describe("lips without frames", () => {
  const jaw = DEFAULT_NAMES.shapes.indexOf("jawOpen");
  const opened = (levels: number[]): number[] => {
    const lips = new Lips(DEFAULT_NAMES.shapes);
    return levels.map((level) => {
      const pose = restPose();
      lips.move(pose, level, 1 / 60);
      return pose[jaw]!;
    });
  };

  it("open with the voice and close with its end", () => {
    const jaws = opened([...new Array(12).fill(0.15), ...new Array(40).fill(0)]);
    expect(jaws[11]).toBeGreaterThan(0.25);
    expect(jaws.at(-1)).toBeLessThan(0.01);
  });

  it("rest while nothing but the line's noise is heard", () => {
    expect(Math.max(...opened(new Array(60).fill(0.004)))).toBe(0);
  });

  it("open wider for a louder voice, and never gape", () => {
    const [soft, loud, loudest] = [0.03, 0.12, 1].map((level) => opened(new Array(60).fill(level)).at(-1)!);
    expect(soft).toBeLessThan(loud!);
    expect(loudest).toBeLessThan(0.4);
  });
});
