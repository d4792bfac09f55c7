import { expect, test } from "vitest";
import { roundUp } from "../src/console/chart";
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
