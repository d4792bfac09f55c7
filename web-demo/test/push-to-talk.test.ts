import { describe, expect, it } from "vitest";
import { PushToTalk } from "../src/audio/push-to-talk";

const CHUNK = 960; // 40 ms

function stand() {
  const log: string[] = [];
  let now = 0;
  const talk = new PushToTalk(
    {
      append: (pcm) => log.push(`audio ${pcm[0]}`) > 0,
      clear: () => void log.push("clear"),
      commit: () => void log.push("commit"),
      interrupt: () => void log.push("interrupt"),
    },
    () => now,
  );
  let count = 0;
  const hear = (chunks: number) => {
    for (let k = 0; k < chunks; k++) {
      talk.chunk(new Int16Array(CHUNK).fill(count++));
      now += 40;
    }
  };
  return { talk, log, hear };
}

describe("push to talk", () => {
  it("sends nothing until the button is held", () => {
    const { log, hear } = stand();
    hear(50);
    expect(log).toEqual([]);
  });

  it("stops her, forgets what was before and begins a third of a second before the press", () => {
    const { talk, log, hear } = stand();
    hear(50);
    talk.press();
    expect(log.slice(0, 2)).toEqual(["interrupt", "clear"]);
    expect(log.slice(2)).toEqual([42, 43, 44, 45, 46, 47, 48, 49].map((k) => `audio ${k}`));
  });

  it("hears a fifth of a second after the button is let go, then asks for the answer once", () => {
    const { talk, log, hear } = stand();
    talk.press();
    hear(10);
    talk.release();
    expect(log).not.toContain("commit");
    hear(20);
    expect(log.indexOf("commit")).toBe(2 + 10 + 5);
    expect(log.filter((entry) => entry === "commit")).toHaveLength(1);
    expect(log.at(-1)).toBe("commit");
  });

  it("takes a short press for a slip", () => {
    const { talk, log, hear } = stand();
    talk.press();
    hear(3);
    talk.release();
    hear(20);
    expect(log).not.toContain("commit");
    expect(log.at(-1)).toBe("clear");
  });

  it("finishes a turn that is ending when the button is pressed again", () => {
    const { talk, log, hear } = stand();
    talk.press();
    hear(10);
    talk.release();
    hear(1);
    talk.press();
    expect(log.filter((entry) => entry === "commit" || entry === "clear")).toEqual(["clear", "commit", "clear"]);
    expect(talk.held).toBe(true);
  });

  it("forgets everything when the connection is gone", () => {
    const { talk, log, hear } = stand();
    talk.press();
    hear(10);
    talk.reset();
    hear(20);
    expect(log).not.toContain("commit");
  });
});
