import { describe, expect, it } from "vitest";
import { errorKey, preferredLanguage, STRINGS, translator, type Key } from "../src/ui/i18n";
import { ALL_SUGGESTIONS, suggestionsFor } from "../src/ui/suggestions";

const keys = Object.keys(STRINGS.zh) as Key[];
const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe("strings", () => {
  it("exist in both languages, none empty", () => {
    expect(Object.keys(STRINGS.en).sort()).toEqual([...keys].sort());
    for (const language of ["zh", "en"] as const) for (const key of keys) expect(STRINGS[language][key].trim(), `${language}.${key}`).not.toBe("");
  });

  it("have the same holes to fill in both languages", () => {
    for (const key of keys) expect(holes(STRINGS.en[key]), key).toEqual(holes(STRINGS.zh[key]));
  });

  it("are Chinese in Chinese and not in English", () => {
    const han = /\p{Script=Han}/u;
    for (const key of keys) {
      if (key === "switchLanguage") continue; // names the other language in its own script
      expect(STRINGS.zh[key], key).toMatch(han);
      expect(STRINGS.en[key], key).not.toMatch(han);
    }
  });

  it("are filled in", () => {
    expect(translator("zh")("reconnecting", { seconds: 3 })).toContain("3 秒");
    expect(translator("en")("startTitle", { name: "Rongrong" })).toBe("Hello, I am Rongrong");
  });
});

describe("language", () => {
  it("is Chinese unless the browser prefers another one", () => {
    expect(preferredLanguage([])).toBe("zh");
    expect(preferredLanguage(["zh-TW", "en"])).toBe("zh");
    expect(preferredLanguage(["en-GB", "zh"])).toBe("en");
    expect(preferredLanguage(["fr"])).toBe("en");
  });
});

describe("errors of the server", () => {
  it("have words of the page for the codes people can meet", () => {
    expect(errorKey("at_capacity")).toBe("errorCapacity");
    expect(errorKey("backend_unavailable")).toBe("errorBackend");
    expect(errorKey("model_missing")).toBe("errorBackend");
    expect(errorKey("session_busy")).toBe("errorBusy");
    expect(errorKey("event_invalid")).toBe("errorOther");
  });
});

describe("example questions", () => {
  it("are three different ones in each language for every role", () => {
    for (const questions of ALL_SUGGESTIONS) {
      for (const list of [questions.zh, questions.en]) expect(new Set(list.filter(Boolean)).size).toBe(3);
    }
  });

  it("fit the role, and there are some for roles nobody thought of", () => {
    expect(suggestionsFor("bank-teller", "zh").join()).toContain("银行卡");
    expect(suggestionsFor("something-new", "en")).toHaveLength(3);
  });
});
