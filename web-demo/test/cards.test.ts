import { describe, expect, it } from "vitest";
import { CARD_WORDS } from "../src/cards/words";
import { fields, filledIn, link, place, table } from "../src/cards/fields";

const card = (rest: Record<string, unknown>) => ({ kind: "any", title: "", ...rest });

describe("a card", () => {
  it("leads to web pages and nowhere else", () => {
    expect(link("https://bank.example/a?b=1")).toBe("https://bank.example/a?b=1");
    for (const bad of ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//bank.example", "https:///", 7, null]) expect(link(bad)).toBe("");
  });

  it("leads a phone to a place only where it says where that is", () => {
    expect(place(card({ latitude: 30.66, longitude: 104.06 }))).toBe("geo:30.66,104.06?q=30.66,104.06");
    expect(place(card({ latitude: "30,0?q=javascript:", longitude: 104 }))).toBe("");
    expect(place(card({}))).toBe("");
  });

  it("has rows as long as the table's head, whatever came", () => {
    const drawn = table(card({ columns: ["期限", "利率"], rows: [["一年", 1.1, "x"], ["两年"], "x", null] }));
    expect(drawn.rows).toEqual([["一年", "1.1"], ["两年", ""], ["", ""], ["", ""]]);
    expect(table(card({})).rows).toEqual([]);
  });

  it("sends what was filled in as one message, and nothing where nothing was", () => {
    const asked = fields(card({ fields: [{ label: "称呼" }, { label: "时间", options: ["上午", "下午"] }, { options: ["x"] }, null] }));
    expect(asked).toEqual([{ label: "称呼", options: [] }, { label: "时间", options: ["上午", "下午"] }]);
    expect(filledIn(asked, [" 王女士 ", "下午"], "zh")).toBe("称呼：王女士；时间：下午");
    expect(filledIn(asked, ["", "下午"], "en")).toBe("时间: 下午");
    expect(filledIn(asked, ["  ", ""], "zh")).toBe("");
  });

  it("has all its words in both languages, with the same gaps", () => {
    const gaps = (text: string): string[] => text.match(/\{\w+\}/g) ?? [];
    for (const [key, text] of Object.entries(CARD_WORDS.zh)) expect(gaps(CARD_WORDS.en[key as keyof typeof CARD_WORDS.en])).toEqual(gaps(text));
  });
});
