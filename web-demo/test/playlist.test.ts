import { beforeEach, describe, expect, it } from "vitest";
import { Playlist } from "../src/audio/playlist";
import { CUSHION_START, MediaClock } from "../src/clock";

const CHUNK = 2400; // 100 ms
let clock: MediaClock;
let list: Playlist;

beforeEach(() => {
  clock = new MediaClock();
  clock.arrived(0, 0, false);
  list = new Playlist(clock);
});

const add = (turn: number, pts: number, now: number) => list.add({ turn, pts, samples: CHUNK }, now);

describe("playlist", () => {
  it("places chunks sample by sample behind one another", () => {
    expect(add(1, 0, 0)).toMatchObject({ seamless: false, shift: 0 });
    const next = add(1, CHUNK, 0.02);
    expect(next).toMatchObject({ seamless: true, shift: 0 });
    expect(next.at).toBeCloseTo(CUSHION_START + 0.1, 6);
  });

  it("keeps the silence between sentences", () => {
    add(1, 0, 0);
    const next = add(1, 3 * CHUNK, 0.05); // the first one is still to be heard
    expect(next.seamless).toBe(false);
    expect(next.at).toBeCloseTo(CUSHION_START + 0.3, 6);
  });

  it("moves everything later on an underrun and plays the late chunk whole", () => {
    add(1, 0, 0);
    const late = add(1, CHUNK, 1);
    expect(late.shift).toBeGreaterThan(0.7);
    expect(late.at).toBeCloseTo(1 + clock.cushion, 6);
    expect(clock.underruns).toBe(1);
    expect(add(1, 2 * CHUNK, 1.01)).toMatchObject({ seamless: true, shift: 0 });
  });

  it("knows whose voice sounds, and when it is silent", () => {
    add(3, 4800, 0);
    expect(list.turnAt(4799)).toBe(0);
    expect(list.turnAt(4800)).toBe(3);
    expect(list.turnAt(4800 + CHUNK)).toBe(0);
    expect(list.startOf(3)).toBe(4800);
    expect(list.busy(0.1)).toBe(true);
    expect(list.busy(0.2 + 0.1 + CUSHION_START + 0.001)).toBe(false);
  });

  it("reports as heard no more than was received of the answer", () => {
    add(2, 0, 0);
    expect(list.heard(2, 1000.4)).toBe(1000);
    expect(list.heard(2, 99_999)).toBe(CHUNK);
    expect(list.heard(7, 99_999)).toBe(99_999);
    expect(list.heard(2, -5)).toBe(0);
  });

  it("cuts an interrupted answer where it was heard and leaves others alone", () => {
    add(1, 0, 0);
    add(1, CHUNK, 0);
    add(2, 2 * CHUNK, 0);
    expect(list.cut(1, 1000)).toBe(true);
    expect(list.turnAt(999)).toBe(1);
    expect(list.turnAt(1000)).toBe(0);
    expect(list.turnAt(CHUNK + 5)).toBe(0);
    expect(list.turnAt(2 * CHUNK + 5)).toBe(2);
    expect(list.cut(1, 1000)).toBe(false);
  });

  it("plays a resumed answer again at its new place", () => {
    add(1, 0, 0);
    list.cut(1, 1200);
    const again = add(1, 12_000, 0.3);
    expect(again).toMatchObject({ seamless: false, shift: 0 });
    expect(list.turnAt(12_100)).toBe(1);
  });

  it("forgets what was heard long ago", () => {
    for (let k = 0; k < 100; k++) add(1, k * CHUNK, k * 0.1);
    expect(list.startOf(1)).toBeGreaterThan(0);
  });
});
