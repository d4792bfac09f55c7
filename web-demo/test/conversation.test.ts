import { describe, expect, it } from "vitest";
import { Conversation } from "../src/conversation";
import { LatencyLog } from "../src/latency";
import { readOptions } from "../src/options";
import { avatarUrl, roleOf } from "../src/personas";

const sentence = (text: string, extra: object = {}) => ({
  type: "shuren.sentence" as const, turn: 1, item_id: "a1", text, language: "zh", source: "approved" as const, citations: [], handoff: false, ...extra,
});

describe("conversation", () => {
  it("shows the person's words as they come and settles them at the end", () => {
    const talk = new Conversation(() => undefined);
    talk.partial("u1", "转账多");
    talk.partial("u1", "转账多久能到");
    expect(talk.messages).toMatchObject([{ who: "person", text: "转账多久能到", open: true }]);
    talk.heard("u1", "转账多久能到账？");
    talk.partial("u1", "late");
    expect(talk.messages).toMatchObject([{ text: "转账多久能到账？", open: false }]);
  });

  it("grows her answer sentence by sentence, with spaces only where the script wants them", () => {
    const talk = new Conversation(() => undefined);
    talk.sentence(sentence("您好。"));
    talk.sentence(sentence("请坐。"));
    talk.sentence(sentence("Hello.", { item_id: "a2" }));
    talk.sentence(sentence("Sit down.", { item_id: "a2" }));
    expect(talk.messages.map(({ text }) => text)).toEqual(["您好。请坐。", "Hello. Sit down."]);
  });

  it("is as well founded as the weakest sentence, and names each source once", () => {
    const talk = new Conversation(() => undefined);
    const citation = { passage_id: "p", title: "t", source: "s", as_of: "2026" };
    talk.sentence(sentence("好的。", { source: "template" }));
    talk.sentence(sentence("甲。", { citations: [citation] }));
    talk.sentence(sentence("乙。", { source: "model", citations: [citation] }));
    talk.sentence(sentence("丙。"));
    expect(talk.messages[0]).toMatchObject({ source: "model", citations: [citation] });
  });

  it("keeps of an interrupted answer what was heard", () => {
    const talk = new Conversation(() => undefined);
    talk.sentence(sentence("转账一般当天到账。"));
    talk.interrupted({ turn: 1, item_id: "" }, "转账一般");
    talk.interrupted({ turn: 1, item_id: "a1" }, "转账"); // the server says it again
    expect(talk.messages[0]).toMatchObject({ interrupted: true, open: false, text: "转账一般……" });
  });
});

describe("latency", () => {
  it("counts from the end of the person's speech to ear and eye", () => {
    const log = new LatencyLog();
    log.asked("speech", 1000);
    log.transcribed(1250);
    log.begun(5);
    expect(log.sounded(5, 1700)).toBe(true);
    expect(log.sounded(5, 1900)).toBe(false);
    log.mouthed(5, 1720);
    log.timed({ type: "shuren.timings", turn: 5, first_audio: 400 });
    expect(log.turns).toEqual([
      { turn: 5, asked: "speech", transcriptMs: 250, firstSoundMs: 700, firstMouthMs: 720, server: { first_audio: 400 } },
    ]);
  });

  it("has no figures for a greeting, and a cough does not time the next answer", () => {
    const log = new LatencyLog();
    log.begun(1);
    log.sounded(1, 500);
    log.asked("speech", 900);
    log.dismissed();
    log.begun(2);
    expect(log.turns).toMatchObject([{ asked: "nothing", firstSoundMs: null }, { asked: "nothing" }]);
  });

  it("does not mix turns of two sessions", () => {
    const log = new LatencyLog();
    log.asked("text", 0);
    log.begun(1);
    log.restart();
    log.asked("text", 5000);
    log.begun(1);
    log.sounded(1, 5300);
    expect(log.turns.map(({ firstSoundMs }) => firstSoundMs)).toEqual([null, 300]);
  });
});

describe("address", () => {
  it("is read leniently", () => {
    expect(readOptions("?persona=doctor&lang=en&mic=1&morph=cpu&lod=low")).toEqual({
      persona: "doctor", fixedPersona: false, token: null, language: "en", mic: true, puppet: false, waits: false, hold: false, wake: false, morph: "cpu",
      elder: false, lowDetail: true, fullLooks: false, backdrop: null, framing: null, files: true,
    });
    expect(readOptions("?backdrop=mountain&framing=waist")).toMatchObject({ backdrop: "mountain", framing: "waist" });
    expect(readOptions("?backdrop=toString&framing=moon")).toMatchObject({ backdrop: null, framing: null, files: true });
    expect(readOptions("?talk=hold&wake=1")).toMatchObject({ hold: true, wake: true });
    expect(readOptions("?lang=fr&morph=magic&mic=yes")).toEqual({
      persona: null, fixedPersona: false, token: null, language: null, mic: false, puppet: false, waits: false, hold: false, wake: false, morph: null,
      elder: false, lowDetail: false, fullLooks: false, backdrop: null, framing: null, files: true,
    });
  });

  it("leads to the avatar beside the page, whatever its name", () => {
    expect(avatarUrl("http://h/shuren/", "lin", false)).toBe("http://h/shuren/avatars/lin/avatar.glb");
    expect(avatarUrl("http://h/", "a/b", true)).toBe("http://h/avatars/a%2Fb/avatar.low.glb");
  });

  it("shortens a role to what fits beside a name", () => {
    const role = { zh: "银行网点大堂里的数字人柜员，为来办业务的人解答问题", en: "a digital human teller who answers, always" };
    const persona = { id: "x", name: {}, role, avatar: "", languages: [] };
    expect(roleOf(persona, "zh")).toBe("银行网点大堂里的数字人柜员");
    expect(roleOf(persona, "en")).toBe("A digital human teller");
  });
});
