import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Backoff } from "../src/net/backoff";
import { RealtimeClient, type ConnectionStatus, type Socket } from "../src/net/client";
import type { MediaMessage } from "../src/net/codec";
import type { ServerEvent } from "../src/net/events";
import { TurnGate } from "../src/net/turns";

class FakeSocket {
  readyState = 0;
  bufferedAmount = 0;
  binaryType: BinaryType = "blob";
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];

  constructor(readonly url: string) {}

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  event(event: Record<string, unknown>): void {
    this.onmessage?.({ data: JSON.stringify(event) });
  }

  audio(turn: number, pts = 0): void {
    const view = new DataView(new ArrayBuffer(19));
    view.setUint8(0, 1);
    view.setUint16(2, turn, true);
    view.setUint32(8, Math.round((pts * 1e6) / 24_000), true);
    this.onmessage?.({ data: view.buffer });
  }

  lose(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

const label = { type: "shuren.label.required", text: "数字人", text_en: "Digital human" };
let sockets: FakeSocket[];
let events: ServerEvent[];
let media: MediaMessage[];
let statuses: ConnectionStatus[];
let paint: () => void;
let client: RealtimeClient;

beforeEach(() => {
  vi.useFakeTimers();
  [sockets, events, media, statuses] = [[], [], [], []];
  client = new RealtimeClient(
    () => "ws://here/v1/realtime?persona=x",
    {
      onEvent: (event) => events.push(event),
      onMedia: (message) => media.push(message),
      onStatus: (status) => statuses.push(status),
      showLabel: () => new Promise((resolve) => (paint = resolve)),
    },
    (url) => {
      sockets.push(new FakeSocket(url));
      return sockets.at(-1) as unknown as Socket;
    },
    new Backoff(500, 10_000, () => 0.5),
  );
  client.connect();
});

afterEach(() => {
  client.close();
  vi.useRealTimers();
});

const socket = (): FakeSocket => sockets.at(-1)!;
const sentTypes = (): unknown[] => socket().sent.map(({ type }) => type);

async function live(): Promise<void> {
  socket().open();
  socket().event({ type: "session.created" });
  socket().event(label);
  paint();
  await vi.advanceTimersByTimeAsync(0);
}

describe("the AI label", () => {
  it("is acknowledged only once it is on screen", async () => {
    socket().open();
    socket().event(label);
    await vi.advanceTimersByTimeAsync(5000);
    expect(sentTypes()).toEqual([]);
    paint();
    await vi.advanceTimersByTimeAsync(0);
    expect(sentTypes()).toEqual(["shuren.label.shown"]);
    expect(client.labelShown).toBe(true);
  });

  it("comes before any media, even if a server sends some", async () => {
    socket().open();
    socket().audio(1);
    expect(media).toHaveLength(0);
    socket().event(label);
    paint();
    await vi.advanceTimersByTimeAsync(0);
    socket().audio(1);
    expect(media).toHaveLength(1);
  });

  it("is asked for anew in a new session, and a late paint does not count for it", async () => {
    socket().open();
    socket().event(label);
    const latePaint = paint;
    socket().lose();
    await vi.advanceTimersByTimeAsync(500);
    socket().open();
    latePaint();
    await vi.advanceTimersByTimeAsync(0);
    expect(sentTypes()).toEqual([]);
    expect(client.labelShown).toBe(false);
  });

  it("taken away is told once, and shown again as soon as the server asks", async () => {
    await live();
    client.hideLabel();
    client.hideLabel(); // still away
    socket().audio(1);
    expect([client.labelShown, media]).toEqual([false, []]);
    socket().event(label);
    paint();
    await vi.advanceTimersByTimeAsync(0);
    socket().audio(1);
    expect(sentTypes()).toEqual(["shuren.label.shown", "shuren.label.hidden", "shuren.label.shown"]);
    expect([client.labelShown, media.length]).toEqual([true, 1]);
  });

  it("cannot be taken away before it was shown", async () => {
    socket().open();
    socket().event(label);
    client.hideLabel();
    expect(sentTypes()).toEqual([]);
  });
});

describe("stale answers", () => {
  it("are dropped after a final interruption: audio, captions and sentences", async () => {
    await live();
    socket().audio(4);
    socket().event({ type: "shuren.interrupted", turn: 4, item_id: "a", pts: 0, final: true });
    const count = events.length;
    socket().audio(4);
    socket().audio(3);
    socket().event({ type: "shuren.caption", turn: 4, item_id: "a", pts: 0, words: [] });
    socket().event({ type: "shuren.sentence", turn: 4, item_id: "a", text: "x" });
    expect(media).toHaveLength(1);
    expect(events).toHaveLength(count);
    expect(client.counters.stale).toBe(4);
    socket().audio(5);
    socket().audio(0);
    expect(media.map(({ turn }) => turn)).toEqual([4, 5, 0]);
  });

  it("go on after a pause", async () => {
    await live();
    socket().event({ type: "shuren.interrupted", turn: 4, item_id: "a", pts: 0, final: false });
    socket().audio(4);
    expect(media).toHaveLength(1);
  });

  it("are known across the wrap of 16 bits", () => {
    const gate = new TurnGate();
    gate.kill(65_535);
    expect([65_534, 65_535, 0, 1, 2].map((turn) => gate.accepts(turn))).toEqual([false, false, true, true, true]);
    gate.kill(65_536 + 1);
    expect([1, 2].map((turn) => gate.accepts(turn))).toEqual([false, true]);
    gate.kill(65_534); // older than what is dead already
    expect(gate.accepts(2)).toBe(true);
  });
});

describe("connection", () => {
  it("comes back by itself, waiting longer each time, and starts afresh once it works", async () => {
    for (const wait of [500, 1000, 2000]) {
      socket().lose();
      expect(statuses.at(-1)).toEqual({ kind: "waiting", retryInMs: wait });
      await vi.advanceTimersByTimeAsync(wait);
    }
    await live();
    socket().lose();
    expect(statuses.at(-1)).toEqual({ kind: "waiting", retryInMs: 500 });
  });

  it("never waits longer than its limit", () => {
    const backoff = new Backoff(500, 10_000, () => 1);
    const waits = Array.from({ length: 20 }, () => backoff.next());
    expect(Math.max(...waits)).toBe(12_000);
  });

  it("is given up when a live session falls silent", async () => {
    await live();
    await vi.advanceTimersByTimeAsync(11_000);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(sockets).toHaveLength(2);
  });

  it("stays closed when it was closed on purpose", async () => {
    await live();
    client.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
    expect(statuses.at(-1)).toEqual({ kind: "closed" });
  });

  it("survives messages it does not understand", async () => {
    await live();
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    socket().onmessage?.({ data: "{not json" });
    socket().onmessage?.({ data: new ArrayBuffer(3) });
    expect(client.counters.malformed).toBe(2);
    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
    socket().audio(1);
    expect(media).toHaveLength(1);
  });
});

describe("a lost connection", () => {
  const created = { type: "session.created", session: { id: "sess_1", shuren: { resume: { token: "t", within_s: 60 } } } };
  const query = (): URLSearchParams => new URL(socket().url).searchParams;

  async function talking(): Promise<void> {
    socket().open();
    socket().event(created);
    socket().event(label);
    paint();
    await vi.advanceTimersByTimeAsync(0);
    socket().audio(4);
  }

  it("comes back to the same session and says how much of it came", async () => {
    expect(query().get("resumable")).toBe("true");
    await talking();
    socket().lose();
    await vi.advanceTimersByTimeAsync(500);
    expect(Object.fromEntries(query())).toEqual({ persona: "x", session_id: "sess_1", resume: "t", seq: "3" });
    socket().open();
    socket().event({ type: "shuren.resumed", seq: 3, missed: 1, complete: true });
    socket().event(label);
    socket().event({ type: "shuren.interrupted", turn: 4, item_id: "a", pts: 0, final: true });
    socket().lose();
    await vi.advanceTimersByTimeAsync(500);
    expect(query().get("seq")).toBe("6");
  });

  it("keeps answers dead that were dead before, and asks for the label again", async () => {
    await talking();
    socket().event({ type: "shuren.interrupted", turn: 4, item_id: "a", pts: 0, final: true });
    socket().lose();
    await vi.advanceTimersByTimeAsync(500);
    socket().open();
    socket().event({ type: "shuren.resumed", seq: 4, missed: 0, complete: true });
    expect(client.labelShown).toBe(false);
    socket().event(label);
    paint();
    await vi.advanceTimersByTimeAsync(0);
    const before = media.length;
    socket().audio(4);
    socket().audio(5);
    expect(media.slice(before).map(({ turn }) => turn)).toEqual([5]);
  });

  it("that came back too late begins a new session", async () => {
    await talking();
    socket().lose();
    await vi.advanceTimersByTimeAsync(500);
    socket().open();
    socket().event({ type: "error", error: { code: "session_unknown", message: "gone" } });
    socket().lose();
    await vi.advanceTimersByTimeAsync(1000);
    expect(Object.fromEntries(query())).toEqual({ persona: "x", resumable: "true" });
  });

  it("is not what a closed page has: nothing is held for it", async () => {
    await talking();
    client.close();
    client.connect();
    expect(query().get("session_id")).toBeNull();
  });
});

describe("sending", () => {
  it("asks typed questions as the Realtime events want it", async () => {
    await live();
    expect(client.sendText("转账多久能到账？")).toBe(true);
    expect(socket().sent.slice(1)).toEqual([
      { type: "conversation.item.create", item: { type: "message", role: "user", content: [{ type: "input_text", text: "转账多久能到账？" }] } },
      { type: "response.create" },
    ]);
  });

  it("says how it listens, and hands over the turns it ends itself", async () => {
    await live();
    client.configure({ hold: true, wake: false, files: false });
    client.configure({ hold: false, wake: true, files: true });
    client.commitAudio();
    expect(socket().sent.slice(1)).toEqual([
      { type: "session.update", session: { type: "realtime", audio: { input: { turn_detection: null } }, shuren: { files: false } } },
      { type: "session.update", session: { type: "realtime", shuren: { files: true, listening: { wake_word: true } } } },
      { type: "input_audio_buffer.commit" },
      { type: "response.create" },
    ]);
  });

  it("drops microphone audio rather than pile it up in a slow connection", async () => {
    await live();
    expect(client.appendAudio(new Int16Array(960))).toBe(true);
    socket().bufferedAmount = 1e6;
    expect(client.appendAudio(new Int16Array(960))).toBe(false);
    expect(client.counters.micDropped).toBe(1);
    expect(sentTypes().filter((type) => type === "input_audio_buffer.append")).toHaveLength(1);
  });

  it("tells where it is in the voice, and of gaps only where there were some", async () => {
    await live();
    client.playhead(4800, 1, 0);
    client.playhead(9600, 1, 2);
    expect(socket().sent.slice(-2)).toEqual([
      { type: "shuren.playhead", pts: 4800, turn: 1 },
      { type: "shuren.playhead", pts: 9600, turn: 1, underruns: 2 },
    ]);
  });

  it("says so when there is no connection", () => {
    expect(client.sendText("x")).toBe(false);
    expect(client.playhead(1, 1)).toBe(false);
  });
});

describe("a session without frames", () => {
  const pings = (): number => sentTypes().filter((type) => type === "shuren.ping").length;

  it("is asked before its silence counts as a lost connection", async () => {
    await live();
    client.voiceOnly = true;
    await vi.advanceTimersByTimeAsync(12_000);
    expect([pings(), sockets.length, statuses.at(-1)?.kind]).toEqual([1, 1, "open"]);
    socket().event({ type: "shuren.pong", nonce: 0, frames_dropped: 0 });
    await vi.advanceTimersByTimeAsync(11_000);
    expect(statuses.at(-1)?.kind).toBe("open");
  });

  it("is lost when that stays without answer", async () => {
    await live();
    client.voiceOnly = true;
    await vi.advanceTimersByTimeAsync(24_000);
    expect(statuses.at(-1)?.kind).toBe("waiting");
  });

  it("with frames, silence alone is enough", async () => {
    await live();
    await vi.advanceTimersByTimeAsync(12_000);
    expect([pings(), statuses.at(-1)?.kind]).toEqual([0, "waiting"]);
  });
});
