import { describe, expect, it } from "vitest";
import { CardQueue } from "../src/studio/layers";
import { words } from "../src/studio/words";

const card = (title: string) => ({ kind: "product", title });

describe("cards on the stage", () => {
  it("come on the sample they are meant for, and at once where none is", () => {
    const queue = new CardQueue();
    queue.add(card("later"), 3, 48_000);
    queue.add(card("now"));
    expect(queue.due(0).map(({ title }) => title)).toEqual(["now"]);
    expect(queue.due(47_999)).toEqual([]);
    expect(queue.due(48_000).map(({ title }) => title)).toEqual(["later"]);
    expect(queue.due(96_000)).toEqual([]);
  });

  it("never come where she was cut off before", () => {
    const queue = new CardQueue();
    queue.add(card("heard"), 3, 10);
    queue.add(card("unheard"), 3, 30);
    queue.add(card("of the next turn"), 4, 40);
    queue.cut(3, 20);
    expect(queue.due(100).map(({ title }) => title)).toEqual(["heard", "of the next turn"]);
  });
});

describe("words of the desk", () => {
  it("fill their places in both languages", () => {
    expect(words("zh")("times", { n: 3 })).toBe("3 人问");
    expect(words("en")("go", { title: "Tea" })).toBe("Go to “Tea”");
  });
});
