import { describe, expect, it } from "vitest";
import { CaptionTrack } from "../src/captions";

const STEP = 2400;

/** Words of 100 ms each, the first at `pts`. */
function words(...texts: string[]) {
  return texts.map((text, k) => ({ text, start: k * STEP, end: (k + 1) * STEP }));
}

function track(): CaptionTrack {
  const captions = new CaptionTrack();
  captions.addSentence({ turn: 1, text: "您好。请坐！", language: "zh" });
  captions.addSentence({ turn: 1, text: "要办什么？", language: "zh" });
  return captions;
}

describe("captions", () => {
  it("show nothing before the first word is heard", () => {
    const captions = track();
    captions.addWords({ turn: 1, pts: 1000, words: words("您好", "。请坐！") });
    expect(captions.at(999)).toBeNull();
    expect(captions.at(1000)).toMatchObject({ heard: "", current: "您好", upcoming: "。请坐！" });
  });

  it("highlight the word that sounds at this very sample", () => {
    const captions = track();
    captions.addWords({ turn: 1, pts: 0, words: words("您", "好。", "请", "坐！") });
    expect(captions.at(STEP - 1)?.current).toBe("您");
    expect(captions.at(STEP)).toMatchObject({ heard: "您", current: "好。", upcoming: "请坐！" });
    expect(captions.at(4 * STEP)).toMatchObject({ heard: "您好。请坐！", current: "", upcoming: "" });
  });

  it("give words to the sentence they belong to, though the next one is announced already", () => {
    const captions = track();
    captions.addWords({ turn: 1, pts: 0, words: words("您好", "。") });
    captions.addWords({ turn: 1, pts: 2 * STEP, words: words("请坐", "！") });
    captions.addWords({ turn: 1, pts: 6 * STEP, words: words("要办", "什么？") });
    expect(captions.at(2 * STEP + 1)).toMatchObject({ text: "您好。请坐！", heard: "您好。", current: "请坐" });
    expect(captions.at(6 * STEP)).toMatchObject({ text: "要办什么？", current: "要办", upcoming: "什么？" });
  });

  it("leave a full stop with the sentence it ends", () => {
    const captions = track();
    captions.addWords({ turn: 1, pts: 0, words: words("您好。请坐", "！", "要", "办什么？") });
    expect(captions.at(STEP)).toMatchObject({ heard: "您好。请坐", current: "！" });
    expect(captions.at(2 * STEP)).toMatchObject({ heard: "", current: "要", upcoming: "办什么？" });
  });

  it("show what is still to come from the sentence's own text", () => {
    const captions = new CaptionTrack();
    captions.addSentence({ turn: 1, text: "Good morning to you", language: "en" });
    captions.addWords({ turn: 1, pts: 0, words: words("Good ") });
    expect(captions.at(10)).toMatchObject({ current: "Good ", upcoming: "morning to you", language: "en" });
  });

  it("go away a while after the last word", () => {
    const captions = track();
    captions.addWords({ turn: 1, pts: 0, words: words("您好", "。请坐！") });
    expect(captions.at(2 * STEP + 24_000)).not.toBeNull();
    expect(captions.at(2 * STEP + 24_000 * 3)).toBeNull();
  });

  it("after a pause take up the words at their new time", () => {
    const captions = track();
    captions.addWords({ turn: 1, pts: 0, words: words("您好", "。请", "坐！") });
    captions.cut(1, STEP + STEP / 4, false); // "。请" was cut off in its first half: it is said again
    captions.addSentence({ turn: 1, text: "您好。请坐！", language: "zh" });
    captions.addWords({ turn: 1, pts: 48_000, words: words("。请", "坐！") });
    expect(captions.at(48_001)).toMatchObject({ heard: "您好", current: "。请", upcoming: "坐！" });
  });

  it("after an interruption keep only what was heard", () => {
    const captions = track();
    captions.addWords({ turn: 1, pts: 0, words: words("您好", "。请", "坐！") });
    captions.cut(1, STEP + 10, true);
    expect(captions.saidIn(1)).toBe("您好");
    expect(captions.at(STEP + 20)).toMatchObject({ text: "您好", heard: "您好", upcoming: "" });
  });
});
