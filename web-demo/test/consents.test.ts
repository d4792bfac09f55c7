import { describe, expect, it } from "vitest";

import { Consents, type Asked } from "../src/consents";

const asked = (purpose: string): Asked => ({ purpose, version: "1", text: "同意吗？", text_en: "Agreed?", given: false });

function page(answers: (boolean | null)[]) {
  const sent: Record<string, unknown>[] = [];
  const shown: string[] = [];
  const ask = async (text: string): Promise<boolean | null> => {
    shown.push(text);
    return answers.shift() ?? null;
  };
  const consents = new Consents(ask, (event) => sent.push(event) > 0, () => "zh");
  return { consents, sent, shown };
}

describe("consents", () => {
  it("are not asked for where the server asks for none", async () => {
    const { consents, sent, shown } = page([]);
    consents.begin([]);
    expect((await consents.request("mic_asr")) && consents.allows("mic_asr")).toBe(true);
    expect([sent, shown]).toEqual([[], []]);
  });

  it("keep the microphone shut until they are given, in the visitor's language", async () => {
    const { consents, sent, shown } = page([true]);
    consents.begin([asked("mic_asr")]);
    expect(consents.allows("mic_asr")).toBe(false);
    expect(await consents.request("mic_asr")).toBe(true);
    expect(consents.allows("mic_asr")).toBe(true);
    expect(shown).toEqual(["同意吗？"]);
    expect(sent).toEqual([{ type: "shuren.consent", purpose: "mic_asr", version: "1", given: true }]);
  });

  it("that were declined are asked for again only when the visitor wants the thing", async () => {
    const { consents, shown } = page([false, false, true]);
    consents.begin([asked("mic_asr")]);
    await consents.offer("mic_asr");
    await consents.offer("mic_asr");
    expect(shown.length).toBe(1);
    expect(await consents.request("mic_asr")).toBe(false);
    expect(await consents.request("mic_asr")).toBe(true);
  });

  it("are told to a new session without asking again, and asked again when their text has changed", async () => {
    const { consents, sent, shown } = page([true]);
    consents.begin([asked("mic_asr")]);
    await consents.request("mic_asr");
    consents.begin([asked("mic_asr")]);
    expect(consents.allows("mic_asr")).toBe(true);
    expect([sent.length, shown.length]).toEqual([2, 1]);
    consents.begin([{ ...asked("mic_asr"), version: "2" }]);
    expect(consents.allows("mic_asr")).toBe(false);
  });

  it("are asked for one after the other", async () => {
    const { consents, shown } = page([true, false]);
    consents.begin([asked("store_transcript"), asked("remember")]);
    const both = [consents.offer("store_transcript"), consents.offer("remember")];
    expect(shown.length).toBe(0);
    expect(await Promise.all(both)).toEqual([true, false]);
    expect(shown.length).toBe(2);
  });

  it("of a visitor who has gone are neither told nor kept", async () => {
    const { consents, sent } = page([null, true]);
    consents.begin([asked("mic_asr")]);
    expect(await consents.request("mic_asr")).toBe(false);
    const late = consents.request("mic_asr");
    await Promise.resolve();
    consents.forget();
    expect(await late).toBe(false);
    expect(sent).toEqual([]);
  });
});
