import { describe, expect, it } from "vitest";
import { Attention, facing, type Face } from "../src/kiosk/attention";
import { isOpen, opensNext } from "../src/kiosk/hours";
import { gainFor, NoiseFloor } from "../src/kiosk/loudness";
import { Visit } from "../src/kiosk/visit";
import { KIOSK_WORDS } from "../src/kiosk/words";
import { legsOf, packed, unpacked, type AreaMap, type Route } from "../src/maps/maps";

describe("a visit", () => {
  const visit = (): Visit => {
    const made = new Visit({ idleS: 30, farewellS: 10 });
    made.begin(100);
    return made;
  };

  it("is asked about when nothing happens, and forgotten without an answer", () => {
    const it = visit();
    expect(it.tick(129)).toBeNull();
    expect(it.tick(130)).toBe("ask");
    expect(it.left(133)).toBe(7);
    expect(it.tick(140)).toBe("attract");
  });

  it("goes on with a touch, also while it is being asked about", () => {
    const it = visit();
    it.active(125);
    expect(it.tick(150)).toBeNull();
    it.tick(155);
    it.active(156);
    expect(it.phase).toBe("talk");
    expect(it.tick(180)).toBeNull();
  });

  it("is asked about sooner when the camera saw somebody leave", () => {
    const it = visit();
    it.attended(105);
    expect(it.tick(116)).toBeNull();
    expect(it.tick(117)).toBe("ask");
  });

  it("is not begun twice, and nothing keeps an empty place awake", () => {
    const it = visit();
    expect(it.begin(101)).toBe(false);
    it.end();
    it.active(200);
    expect([it.phase, it.visitors]).toEqual(["attract", 1]);
  });
});

describe("attention", () => {
  const looking: Face = { width: 0.2, points: [{ x: 0.4, y: 0.4 }, { x: 0.5, y: 0.4 }, { x: 0.45, y: 0.45 }] };
  const turned: Face = { width: 0.2, points: [{ x: 0.4, y: 0.4 }, { x: 0.48, y: 0.4 }, { x: 0.49, y: 0.45 }] };
  const watch = (attention: Attention, faces: Face[], from: number, to: number): void => {
    for (let at = from; at <= to; at += 0.4) attention.look(faces, at);
  };

  it("is somebody near who looks this way for a while, and is gone after a while", () => {
    const attention = new Attention();
    attention.look([looking], 0);
    expect(attention.present).toBe(false);
    watch(attention, [looking], 0.4, 2);
    expect([attention.present, attention.count]).toEqual([true, 1]);
    watch(attention, [], 2.4, 4);
    expect(attention.present).toBe(true);
    watch(attention, [], 4.4, 7);
    expect(attention.present).toBe(false);
  });

  it("is not drawn by those who look elsewhere or walk by far away", () => {
    const attention = new Attention();
    expect([facing(looking), facing(turned)]).toEqual([true, false]);
    watch(attention, [turned, { ...looking, width: 0.04 }], 0, 5);
    expect([attention.present, attention.count]).toEqual([false, 1]);
  });
});

describe("hours", () => {
  const week = { mon: "", tue: "08:30-17:30", wed: "08:30-17:30", thu: "08:30-17:30", fri: "08:30-17:30", sat: "09:00-24:00", sun: "09:00-17:00" };
  const at = (day: number, hour: number, minute = 0): Date => new Date(2026, 5, day, hour, minute); // 1 June 2026 is a Monday

  it("open and close by the clock of the place", () => {
    expect([isOpen(week, at(2, 8, 29)), isOpen(week, at(2, 8, 30)), isOpen(week, at(2, 17, 30)), isOpen(week, at(1, 12)), isOpen(week, at(6, 23, 59))]).toEqual([false, true, false, false, true]);
    expect(isOpen({}, at(1, 3))).toBe(true);
  });

  it("tell when it opens next", () => {
    expect(opensNext(week, at(1, 12))).toEqual({ days: 1, hour: "08:30" });
    expect(opensNext(week, at(2, 7))).toEqual({ days: 0, hour: "08:30" });
    expect(opensNext(week, at(7, 18))).toEqual({ days: 2, hour: "08:30" });
    expect(opensNext({ mon: "", tue: "", wed: "", thu: "", fri: "", sat: "", sun: "" }, at(1, 12))).toBeNull();
  });
});

describe("loudness", () => {
  it("follows the room, within bounds", () => {
    expect(gainFor(0.004)).toBeCloseTo(1);
    expect(gainFor(0.04)).toBeGreaterThan(1.2);
    expect([gainFor(1), gainFor(0)]).toEqual([1.5, 0.7]);
  });

  it("takes words for words and not for noise", () => {
    const floor = new NoiseFloor();
    const levels = Array.from({ length: 40 }, (_, k) => floor.hear(k % 3 ? 0.2 : 0.01));
    expect(levels.at(-1)).toBeCloseTo(0.01);
  });
});

describe("a walk", () => {
  const route: Route = { map: "park", way: ["gate", "hill", "gate"], by: ["stairs", "lift"], stops: [{ place: "hill", minutes: 20 }], minutes: 45, step_free: false };
  const spot = { zh: "门", en: "gate", at: [1, 1] as const, drawn: "gate" as const, label: "below" as const };
  const way = (kind: "stairs" | "lift", step_free: boolean) => ({ ends: ["gate", "hill"] as const, kind, step_free, bend: 0 });
  const map: AreaMap = { zh: "园", en: "park", places: { gate: spot, hill: spot }, ways: [way("stairs", false), way("lift", true)], scenery: [] };

  it("takes the way it was planned by, where two lead to the same place", () => {
    expect(legsOf(map, route).map((leg) => leg.way.kind)).toEqual(["stairs", "lift"]);
  });

  it("reaches a phone as it was", () => {
    const text = packed("tour-guide", route, "en");
    expect(unpacked(text)).toEqual({ persona: "tour-guide", language: "en", route });
    expect(text.length).toBeLessThan(120);
  });

  it("is not taken from an address that is none of ours", () => {
    for (const text of ["", "a/b", "x/park/zh/9/0/gate-hill.rocket/", "x/park/zh/many/0/gate-hill.path/", `x/park/zh/9/0/${"gate.path-".repeat(300)}/`]) expect(unpacked(text)).toBeNull();
  });
});

describe("words", () => {
  it("exist in both languages with the same holes", () => {
    const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    expect(Object.keys(KIOSK_WORDS.en)).toEqual(Object.keys(KIOSK_WORDS.zh));
    for (const [key, text] of Object.entries(KIOSK_WORDS.zh)) expect(holes(KIOSK_WORDS.en[key as keyof typeof KIOSK_WORDS.en]), key).toEqual(holes(text));
  });
});
