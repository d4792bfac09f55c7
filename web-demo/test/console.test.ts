import { expect, test } from "vitest";
import { roundUp } from "../src/console/chart";
import { numbered, numbers, span } from "../src/console/packs-lines";
import { better, mine } from "../src/console/packs-shapes";
import { rows, step } from "../src/console/waterfall";
import { uneven } from "../src/console/words";

test("every text is there in both languages, with the same gaps", () => {
  expect(uneven()).toEqual([]);
});

test("spans of one stage share a row, and know their organ", () => {
  const spans = [
    { stage: "retrieval", start_ms: 0, end_ms: 40 },
    { stage: "voice", start_ms: 40, end_ms: 340 },
    { stage: "voice", start_ms: 340, end_ms: 440 },
  ];
  const found = rows({ turn: 1, status: "completed", milestones_ms: {}, spans });
  expect(found.map((row) => [row.stage, row.organ, row.sum_ms])).toEqual([["retrieval", "mind", 40], ["voice", "voice", 400]]);
});

test("scales are round numbers that hold the largest value", () => {
  expect([1, 3, 17, 51, 100, 612].map(roundUp)).toEqual([1, 4, 20, 60, 100, 800]);
  expect([60, 400, 3000].map(step)).toEqual([10, 100, 500]);
});

test("changed lines have a kind and the number they have now, or had before they went", () => {
  const lines = ["@@ -3,3 +3,3 @@", " 甲", "-乙", "+丙", " 丁"];
  const found = numbered(lines).map((each) => [each.kind, each.number, each.text]);
  expect(found).toEqual([["place", "", ""], ["same", 3, "甲"], ["removed", 4, "乙"], ["added", 4, "丙"], ["same", 5, "丁"]]);
});

test("a line of a text is found, also the last one, and one beyond it is the end", () => {
  const text = "一\n二二\n三";
  expect([1, 2, 3, 9].map((line) => text.slice(...span(text, line)))).toEqual(["一", "二二", "三", "三"]);
  expect(numbers(3, new Set([2]))).toBe("1\n▸2\n3");
});

test("which measure is better depends on which way its target points", () => {
  const least = { of: 10, least: 0.9, met: true };
  expect(better({ ...least, value: 0.95 }, { ...least, value: 0.9 })).toBeGreaterThan(0);
  const most = { of: 10, most: 0.02, met: true };
  expect(better({ ...most, value: 0.03 }, { ...most, value: 0.01 })).toBeLessThan(0);
  expect(better({ ...most, value: 0.01 }, { ...most, value: 0.01 })).toBe(0);
});

test("nobody publishes their own version where four eyes are asked for, and nobody but an admin where they are not", () => {
  const me = { tenant: "default", name: "key a", of_the_house: false, trusted: false, signed_in: false, storage: true };
  const own = { version: "1", uploaded: "", by: "key a", note: "" };
  expect(mine({ ...me, scope: "admin", four_eyes: true }, own)).toBe(true);
  expect(mine({ ...me, scope: "admin", four_eyes: false }, own)).toBe(false);
  expect(mine({ ...me, scope: "compliance", four_eyes: false }, own)).toBe(true);
  expect(mine({ ...me, scope: "compliance", four_eyes: true }, { ...own, by: "key b" })).toBe(false);
});
