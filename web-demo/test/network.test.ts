import { describe, expect, it } from "vitest";
import { Judge, type Look, type Mode } from "../src/network";

const CALM: Omit<Look, "at"> = { delay: 0.05, underruns: 0, frames: 60, late: 0, dropped: 0, slow: false, saving: false };
/** What comes through of a second's 60 frames where the line carries half of them. */
const HALF = { frames: 30 };

/** A visitor's hour, a look each second. */
class Line {
  readonly judge = new Judge();
  readonly changes: { at: number; mode: Mode }[] = [];
  at = 0;

  /** For so many seconds the line is so; `how` may depend on whether frames are on it. Returns the mode at the end. */
  be(seconds: number, how: Partial<Look> | ((mode: Mode, second: number) => Partial<Look>) = {}): Mode {
    for (let k = 0; k < seconds; k++) {
      const before = this.judge.mode;
      const now = typeof how === "function" ? how(before, k) : how;
      const mode = this.judge.look({ ...CALM, ...now, at: this.at++ });
      if (mode !== before) this.changes.push({ at: this.at, mode });
    }
    return this.judge.mode;
  }
}

describe("a weak line", () => {
  it("is one whose pongs stay away for seconds, and frames with them", () => {
    const line = new Line();
    line.be(30);
    expect(line.be(6, { delay: 1.4, ...HALF })).toBe("frames");
    expect(line.be(1, { delay: 2.4, ...HALF })).toBe("weak");
  });

  it("is one on which the voice runs dry again and again", () => {
    const line = new Line();
    expect(line.be(8, (_, second) => ({ delay: 0.4, underruns: second % 2 }))).toBe("weak");
  });

  it("is one on which most frames come too late", () => {
    expect(new Line().be(6, { delay: 0.3, frames: 60, late: 40 })).toBe("weak");
    expect(new Line().be(60, { delay: 0.3, frames: 60, late: 25 })).toBe("frames");
  });

  it("is one for which the server drops frames, at once", () => {
    const line = new Line();
    expect(line.be(1, { dropped: 12 })).toBe("weak");
  });

  it("is one that the browser takes for 2G, at once and as long as it does", () => {
    const line = new Line();
    expect(line.be(1, { slow: true })).toBe("weak");
    expect(line.be(300, { slow: true })).toBe("weak");
    expect(line.be(20)).toBe("frames");
  });
});

describe("what is no weak line", () => {
  it("a lost second or two", () => {
    const line = new Line();
    for (let k = 0; k < 20; k++) {
      line.be(2, { delay: 1.5, underruns: 1, late: 60, frames: 0 });
      line.be(12);
    }
    expect(line.changes).toEqual([]);
  });

  it("a server that is slow itself: its voice runs dry while pongs come at once", () => {
    const line = new Line();
    expect(line.be(600, { delay: 0.08, underruns: 2, late: 60 })).toBe("frames");
  });

  it("a busy machine: its pongs are slow, and nothing is missing", () => {
    expect(new Line().be(600, { delay: 2.5 })).toBe("frames");
  });

  it("a machine that halts for seconds and sends afterwards what it owes", () => {
    const line = new Line();
    line.be(30);
    expect(line.be(600, (_, second) => ({ delay: 1.5, frames: second % 3 === 2 ? 180 : 0 }))).toBe("frames");
  });

  it("a page that is busy itself: it looks late, so what came late may have waited here", () => {
    const line = new Line();
    const late = { delay: 0.8, underruns: 1, late: 60 };
    for (let k = 0; k < 300; k++) {
      line.at += k % 2 ? -0.4 : 0.4;
      line.be(1, late);
    }
    expect(line.changes).toEqual([]);
  });

  it("a long way round the earth", () => {
    expect(new Line().be(600, { delay: 0.7 })).toBe("frames");
  });

  it("a laptop that slept: what was before says nothing", () => {
    const line = new Line();
    line.be(3, { delay: 2, ...HALF });
    line.at += 3600;
    expect(line.be(3, { delay: 2, ...HALF })).toBe("frames");
  });
});

describe("coming back to frames", () => {
  it("takes a quarter of a minute that is well without a break", () => {
    const line = new Line();
    line.be(5, { delay: 3, ...HALF });
    line.be(14);
    line.be(1, { delay: 0.8 }); // neither weak nor well
    line.be(15);
    expect(line.judge.mode).toBe("weak");
    line.be(1);
    expect(line.judge.mode).toBe("frames");
  });

  it("needs a pong: silence is no proof", () => {
    const line = new Line();
    line.be(5, { delay: 3, ...HALF });
    expect(line.be(600, { delay: null })).toBe("weak");
  });

  it("never flaps on a line that carries the voice and no frames", () => {
    const line = new Line();
    line.be(3600, (mode) => (mode === "frames" ? { delay: 2, ...HALF } : { frames: 0 }));
    const weak = line.changes.filter(({ mode }) => mode === "weak");
    expect(weak.length).toBeLessThanOrEqual(12);
    const waits = weak.map(({ at }, k) => at - (weak[k - 1]?.at ?? 0)).slice(2);
    expect(waits).toEqual([...waits].sort((a, b) => a - b)); // each try comes later than the one before
  });

  it("never flaps on a line that is weak and well by turns", () => {
    const line = new Line();
    for (let k = 0; k < 300; k++) {
      line.be(6, { delay: 1.5, ...HALF });
      line.be(6);
    }
    expect(line.changes).toEqual([{ at: 5, mode: "weak" }]);
  });

  it("is quick again once frames have lasted", () => {
    const line = new Line();
    for (let k = 0; k < 4; k++) line.be(60 + 2 ** k * 15, (mode) => (mode === "frames" ? { delay: 2, ...HALF } : { frames: 0 }));
    line.be(700);
    line.be(5, { delay: 3, ...HALF });
    expect(line.be(17)).toBe("frames");
  });
});

describe("a visitor who saves data", () => {
  it("gets no frames, however well the line is, and gets them as soon as she may", () => {
    const line = new Line();
    expect(line.be(600, { saving: true })).toBe("saving");
    expect(line.be(1)).toBe("frames");
  });
});
