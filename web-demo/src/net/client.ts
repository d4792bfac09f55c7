/** One live session with the server over `shuren.v1`: events, media, the label duty, reconnection. */

import { Backoff } from "./backoff";
import { decodeMedia, pcmToBase64, type MediaMessage } from "./codec";
import type { FileKind, LabelRequired, Resumed, ServerEvent, SessionCreated } from "./events";
import { subprotocols } from "./token";
import { TurnGate } from "./turns";

export type ConnectionStatus =
  | { kind: "connecting" }
  | { kind: "open" }
  | { kind: "waiting"; retryInMs: number }
  | { kind: "closed" };

export interface ClientHandlers {
  onEvent(event: ServerEvent): void;
  onMedia(message: MediaMessage): void;
  onStatus(status: ConnectionStatus): void;
  /** Shows the AI label and resolves once it is really on screen. Only then does the server learn of it. */
  showLabel(label: LabelRequired): Promise<void>;
}

/** The part of WebSocket that is used; tests bring their own. */
export type Socket = Pick<
  WebSocket,
  "send" | "close" | "readyState" | "bufferedAmount" | "binaryType" | "onopen" | "onmessage" | "onclose"
>;

const OPEN = 1;
/** Closed so, a session waits for its client; any usual code would end it. */
const LOST = 4000;
/** Frames never stop in a live session, so a silence this long means the connection is dead. Where none are wanted, it
 * is dead when a ping stays without answer, too. */
const SILENCE_MS = 12_000;
/** Beyond ~5 s of microphone audio waiting in the socket, sending more only makes everything later. */
const MAX_BUFFERED = 320_000;

export class RealtimeClient {
  private socket: Socket | null = null;
  private gate = new TurnGate();
  private labelled = false;
  private wanted = false;
  /** The session to come back to after a lost connection. */
  private held: { id: string; token: string } | null = null;
  /** Messages of this session that came, JSON and binary: what the server asks on return. */
  private received = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  /** No frames are wanted. */
  voiceOnly = false;
  private readonly backoff: Backoff;
  /** Messages that could not be understood, and microphone chunks that found the socket full. */
  readonly counters = { malformed: 0, stale: 0, micDropped: 0 };

  constructor(
    private readonly url: () => string,
    private readonly handlers: ClientHandlers,
    private readonly openSocket: (url: string) => Socket = (url) => new WebSocket(url, subprotocols()),
    backoff = new Backoff(),
  ) {
    this.backoff = backoff;
  }

  get connected(): boolean {
    return this.socket?.readyState === OPEN;
  }

  /** True once the server was told that the label is on screen. */
  get labelShown(): boolean {
    return this.labelled;
  }

  /** Connects and stays connected until `close`. */
  connect(): void {
    this.wanted = true;
    this.open();
  }

  close(): void {
    this.wanted = false;
    this.held = null;
    this.drop();
    this.handlers.onStatus({ kind: "closed" });
  }

  /** Sends one event; false when there is no connection. */
  send(event: { type: string } & Record<string, unknown>): boolean {
    if (!this.connected) return false;
    this.socket?.send(JSON.stringify(event));
    return true;
  }

  /** Microphone audio, mono int16 at 24 kHz. False when it could not be sent. */
  appendAudio(pcm: Int16Array): boolean {
    if ((this.socket?.bufferedAmount ?? 0) > MAX_BUFFERED) {
      this.counters.micDropped++;
      return false;
    }
    return this.send({ type: "input_audio_buffer.append", audio: pcmToBase64(pcm) });
  }

  /** A typed message and the wish for an answer. */
  sendText(text: string): boolean {
    const item = { type: "message", role: "user", content: [{ type: "input_text", text }] };
    return this.send({ type: "conversation.item.create", item }) && this.send({ type: "response.create" });
  }

  /** A file she asked for, as a data: URL, and the wish for an answer. */
  sendFile(kind: FileKind, url: string): boolean {
    const part = kind === "photo" ? { type: "input_image", image_url: url } : { type: "input_file", file_data: url };
    const item = { type: "message", role: "user", content: [part] };
    return this.send({ type: "conversation.item.create", item }) && this.send({ type: "response.create" });
  }

  /** What was appended is a whole turn and wants an answer. */
  commitAudio(): boolean {
    return this.send({ type: "input_audio_buffer.commit" }) && this.send({ type: "response.create" });
  }

  /** Forgets what was appended since the last turn. */
  clearAudio(): boolean {
    return this.send({ type: "input_audio_buffer.clear" });
  }

  /** How the session listens: `hold` leaves the end of turns to this page, `wake` waits for her name. And whether files
   * can be sent from here. */
  configure({ hold, wake, files }: { hold: boolean; wake: boolean; files: boolean }): boolean {
    const turns = hold ? { audio: { input: { turn_detection: null } } } : {};
    const shuren = { files, ...(wake ? { listening: { wake_word: true } } : {}) };
    return this.send({ type: "session.update", session: { type: "realtime", ...turns, shuren } });
  }

  setSpeed(speed: number): boolean {
    return this.send({ type: "session.update", session: { type: "realtime", audio: { output: { speed } } } });
  }

  cancelResponse(): boolean {
    return this.send({ type: "response.cancel" });
  }

  /** `underruns`: how often the voice ran dry since the last report. */
  playhead(pts: number, turn: number, underruns = 0): boolean {
    return this.send({ type: "shuren.playhead", pts, turn, ...(underruns ? { underruns } : {}) });
  }

  /** The label was taken away: nothing more of her until the server has asked for it anew and it is on screen again. */
  hideLabel(): void {
    if (!this.labelled) return;
    this.labelled = false;
    this.send({ type: "shuren.label.hidden" });
  }

  /** Drops whatever of this answer is still under way. */
  killTurn(turn: number): void {
    this.gate.kill(turn);
  }

  private open(): void {
    this.drop();
    if (!this.held) this.gate = new TurnGate(); // a new session counts its turns from the start
    this.labelled = false;
    this.handlers.onStatus({ kind: "connecting" });
    const socket = this.openSocket(this.address());
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.handlers.onStatus({ kind: "open" });
    socket.onmessage = (message) => this.receive(message.data);
    socket.onclose = () => this.lost();
    this.socket = socket;
    this.watch();
  }

  private address(): string {
    const url = new URL(this.url());
    const back = this.held && { session_id: this.held.id, resume: this.held.token, seq: String(this.received) };
    for (const [name, value] of Object.entries(back ?? { resumable: "true" })) url.searchParams.set(name, value);
    return url.toString();
  }

  private drop(code?: number): void {
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code);
  }

  private lost(): void {
    this.drop(LOST);
    if (!this.wanted) return;
    const retryInMs = this.backoff.next();
    this.handlers.onStatus({ kind: "waiting", retryInMs });
    this.timer = setTimeout(() => this.open(), retryInMs);
  }

  private watch(asked = false): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      if (this.connected && !this.labelled) this.watch(); // before the label the server may well be silent
      else if (this.voiceOnly && !asked && this.send({ type: "shuren.ping", nonce: 0 })) this.watch(true);
      else this.lost();
    }, SILENCE_MS);
  }

  private receive(data: unknown): void {
    this.watch();
    this.received++;
    try {
      if (data instanceof ArrayBuffer) this.receiveMedia(decodeMedia(data));
      else this.receiveEvent(JSON.parse(String(data)) as ServerEvent);
    } catch (error) {
      this.counters.malformed++;
      console.warn("Shuren: a message was not understood", error);
    }
  }

  private receiveMedia(message: MediaMessage): void {
    if (!this.labelled) return; // nothing of her is seen or heard before the label is
    if (this.gate.accepts(message.turn)) this.handlers.onMedia(message);
    else this.counters.stale++;
  }

  private receiveEvent(event: ServerEvent): void {
    if (event.type === "session.created") this.begin(event);
    if (event.type === "shuren.resumed") this.cameBack(event);
    if (event.type === "error" && event.error.code === "session_unknown") this.held = null; // too late: begin anew
    if (event.type === "shuren.label.required") void this.acknowledgeLabel(event);
    if (event.type === "shuren.caption" || event.type === "shuren.sentence") {
      if (!this.gate.accepts(event.turn)) return void this.counters.stale++;
    }
    if (event.type === "shuren.interrupted" && event.final) this.gate.kill(event.turn);
    this.handlers.onEvent(event);
  }

  private begin(event: SessionCreated): void {
    this.backoff.reset();
    const { session } = event;
    const token = session?.shuren?.resume?.token;
    this.held = session && token ? { id: session.id, token } : null;
    this.received = 1;
  }

  private cameBack(event: Resumed): void {
    this.backoff.reset();
    this.received = event.seq + 1;
  }

  private async acknowledgeLabel(label: LabelRequired): Promise<void> {
    const socket = this.socket;
    await this.handlers.showLabel(label);
    if (socket !== this.socket) return; // the session it was for is gone
    this.labelled = this.send({ type: "shuren.label.shown" });
  }
}
