import { describe, expect, it } from "vitest";
import { CUSHION_MAX, CUSHION_START, MediaClock, SteadyTime } from "../src/clock";
import { RATE } from "../src/net/codec";

/** Frames arriving every 40 ms from `from` on for `seconds`, each `lateness` after its ideal moment. */
function idleArrivals(clock: MediaClock, from: number, seconds: number, lateness: number): number {
  let now = from;
  for (; now < from + seconds; now += 0.04) {
    clock.arrived((now - lateness) * RATE, now, false);
    clock.idle(now);
  }
  return now;
}

describe("media clock", () => {
  it("anchors the first media with the starting cushion", () => {
    const clock = new MediaClock();
    clock.arrived(4800, 10, false);
    expect(clock.timeOf(4800)).toBeCloseTo(10 + CUSHION_START);
    expect(clock.ptsAt(10 + CUSHION_START + 1)).toBeCloseTo(4800 + RATE);
  });

  it("holds the anchor while she speaks, whatever the arrivals say", () => {
    const clock = new MediaClock();
    clock.arrived(0, 10, false);
    for (let k = 1; k < 100; k++) clock.arrived(k * 960, 10 + k * 0.04 + 3, true);
    expect(clock.timeOf(0)).toBeCloseTo(10 + CUSHION_START);
  });

  it("moves later by exactly the missing time plus the cushion when audio comes too late", () => {
    const clock = new MediaClock();
    clock.arrived(0, 10, false);
    const shift = clock.makeRoom(RATE, 11.5, true); // due at 11 and the cushion
    expect(shift).toBeCloseTo(0.5 - CUSHION_START + clock.cushion);
    expect(clock.timeOf(RATE)).toBeCloseTo(11.5 + clock.cushion);
    expect(clock.underruns).toBe(1);
  });

  it("leaves audio that is in time where it belongs", () => {
    const clock = new MediaClock();
    clock.arrived(0, 10, false);
    expect(clock.makeRoom(RATE, 10.9, true)).toBe(0);
    expect(clock.underruns).toBe(0);
  });

  it("does not call a late beginning an underrun: nobody heard a gap", () => {
    const clock = new MediaClock();
    clock.arrived(0, 10, false);
    clock.makeRoom(RATE, 12, false);
    expect(clock.underruns).toBe(0);
    expect(clock.cushion).toBe(CUSHION_START);
  });

  it("widens the cushion with every underrun up to its limit and narrows it after calm turns", () => {
    const clock = new MediaClock();
    clock.arrived(0, 0, false);
    for (let k = 1; k < 9; k++) clock.makeRoom(k * RATE, clock.timeOf(k * RATE) + 1, true);
    expect(clock.cushion).toBe(CUSHION_MAX);
    clock.turnEnded(true);
    expect(clock.cushion).toBe(CUSHION_MAX);
    for (let k = 0; k < 40; k++) clock.turnEnded(false);
    expect(clock.cushion).toBe(CUSHION_START);
  });

  it("slides back to the cushion while idle, without a jump", () => {
    const clock = new MediaClock();
    clock.arrived(0, 0, false);
    clock.makeRoom(RATE, 1.4, false); // pushed far back
    const before = clock.timeOf(0);
    const steps: number[] = [];
    let last = before;
    for (let now = 2; now < 30; now += 0.04) {
      clock.arrived(now * RATE, now, false);
      clock.idle(now);
      steps.push(Math.abs(clock.timeOf(0) - last));
      last = clock.timeOf(0);
    }
    expect(before).toBeGreaterThan(0.3);
    expect(clock.timeOf(0)).toBeLessThan(CUSHION_START + 0.03);
    expect(Math.max(...steps)).toBeLessThan(0.002); // 4 % of a frame's time: not seen
  });

  it("follows a drifting sound card while idle", () => {
    const clock = new MediaClock();
    clock.arrived(0, 0, false);
    const drift = 1.0003; // the card runs 0.3 ‰ fast, 180 ms in ten minutes
    let now = 0;
    for (let t = 0; t < 600; t += 0.04) {
      now = t * drift;
      clock.arrived(t * RATE, now, false);
      clock.idle(now);
    }
    expect(clock.timeOf(600 * RATE) - now).toBeGreaterThan(CUSHION_START - 0.03);
    expect(clock.timeOf(600 * RATE) - now).toBeLessThan(CUSHION_START + 0.08);
  });

  it("jumps only when it is hopelessly off and nobody speaks", () => {
    const clock = new MediaClock();
    clock.arrived(0, 0, false);
    const end = idleArrivals(clock, 0.04, 2, 0);
    expect(clock.jumps).toBe(0);
    idleArrivals(clock, end, 1, 5); // the network stood still for five seconds
    expect(clock.jumps).toBe(1);
  });

  it("gives up an old delay as soon as a second of media proves that it is over", () => {
    const clock = new MediaClock();
    clock.arrived(0, 0, false);
    clock.makeRoom(RATE, 4, true); // a stall of three seconds while she spoke
    expect(clock.timeOf(RATE) - 1).toBeGreaterThan(3);
    let now = 4;
    while (now < 5.2) clock.arrived((now += 0.04) * RATE, now, false);
    expect(clock.timeOf(now * RATE) - now).toBeCloseTo(clock.cushion, 1);
  });

  it("lets an answer begin at once when it would wait for nothing", () => {
    const clock = new MediaClock();
    clock.arrived(0, 0, false);
    clock.hasten(RATE, 1.05); // only just later than the cushion: left alone
    expect(clock.timeOf(RATE)).toBeCloseTo(1 + CUSHION_START);
    clock.hasten(3 * RATE, 1.1);
    expect(clock.timeOf(3 * RATE)).toBeCloseTo(1.1 + CUSHION_START);
  });

  it("does not take media sent again after an interruption for a slow network", () => {
    const clock = new MediaClock();
    clock.arrived(0, 0, false);
    idleArrivals(clock, 0.04, 5, 0);
    const before = clock.timeOf(0);
    clock.interrupted(5.1);
    clock.arrived(4.5 * RATE, 5.15, false); // half a second in the past
    idleArrivals(clock, 5.6, 5, 0);
    expect(clock.timeOf(0)).toBeCloseTo(before, 2);
  });
});

describe("steady time", () => {
  it("smooths the steps of the audio clock", () => {
    const steady = new SteadyTime();
    const errors: number[] = [];
    for (let page = 0; page < 5; page += 1 / 60) {
      const stepped = Math.floor(page / 0.02) * 0.02;
      const value = steady.read(100 + stepped, page);
      if (page > 1) errors.push(Math.abs(value - (100 + page - 0.01)));
    }
    expect(Math.max(...errors)).toBeLessThan(0.004);
  });

  it("follows at once when the audio clock has really stood still", () => {
    const steady = new SteadyTime();
    steady.read(1, 1);
    expect(steady.read(1.2, 3)).toBeCloseTo(1.2);
  });
});
