/** The microphone: echo-cancelled, as 24 kHz PCM16 chunks of 40 ms. */

import { RATE } from "../net/codec";
import workletUrl from "./mic-worklet.ts?worker&url";

export type MicFailure = "refused" | "missing" | "unsupported";

export class MicError extends Error {
  override name = "MicError";
  constructor(readonly reason: MicFailure, cause?: unknown) {
    super(`microphone ${reason}`, { cause });
  }
}

/** How much of the input clock is remembered, to say when a moment of it was spoken. */
const LOG_CHUNKS = 1500;

export class Microphone {
  private context: AudioContext | null = null;
  private stream: MediaStream | null = null;
  private sent = 0;
  private log: { samples: number; at: number }[] = [];
  private smoothed = 0;

  /** `send` returns false when a chunk could not go out: then it does not count on the server's input clock. */
  constructor(
    private readonly send: (pcm: Int16Array) => boolean,
    private readonly onEnded: () => void,
  ) {}

  get active(): boolean {
    return this.stream !== null;
  }

  /** Recent level, 0..1, for the page to show that it hears. */
  get level(): number {
    return this.active ? this.smoothed : 0;
  }

  /** Asks for the microphone; throws MicError. */
  async start(): Promise<void> {
    if (this.active) return;
    if (!navigator.mediaDevices?.getUserMedia || typeof AudioWorkletNode === "undefined") throw new MicError("unsupported");
    const stream = await openStream();
    const context = new AudioContext({ latencyHint: "interactive" }); // the device's own rate: Firefox insists on it
    try {
      await context.audioWorklet.addModule(workletUrl);
    } catch (error) {
      stream.getTracks().forEach((track) => track.stop());
      void context.close();
      throw new MicError("unsupported", error);
    }
    const node = new AudioWorkletNode(context, "shuren-mic", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    node.port.onmessage = ({ data }: MessageEvent<Int16Array>) => this.chunk(data);
    context.createMediaStreamSource(stream).connect(node);
    await context.resume();
    stream.getTracks().forEach((track) => (track.onended = () => this.lost()));
    this.context = context;
    this.stream = stream;
  }

  stop(): void {
    // Turned off in the middle of a word the server would wait for its end: it hears a second of silence instead.
    if (this.active && this.send(new Int16Array(RATE))) this.sent += RATE;
    this.stream?.getTracks().forEach((track) => {
      track.onended = null;
      track.stop();
    });
    void this.context?.close();
    this.stream = this.context = null;
    this.smoothed = 0;
  }

  /** A new session counts its input from zero. */
  restartClock(): void {
    this.sent = 0;
    this.log = [];
  }

  /** Page time (performance.now, ms) at which `ms` of the session's input audio was spoken, if it is known. */
  spokenAt(ms: number): number | undefined {
    const sample = (ms * RATE) / 1000;
    const entry = this.log.find(({ samples }) => samples >= sample);
    return entry && entry.at - ((entry.samples - sample) * 1000) / RATE;
  }

  private chunk(pcm: Int16Array): void {
    this.measure(pcm);
    if (!this.active || !this.send(pcm)) return;
    this.sent += pcm.length;
    this.log.push({ samples: this.sent, at: performance.now() });
    if (this.log.length > LOG_CHUNKS) this.log.shift();
  }

  private measure(pcm: Int16Array): void {
    let sum = 0;
    for (const sample of pcm) sum += sample * sample;
    const level = Math.sqrt(sum / pcm.length) / 32_768;
    this.smoothed = level > this.smoothed ? level : this.smoothed * 0.8 + level * 0.2;
  }

  private lost(): void {
    this.stop();
    this.onEnded();
  }
}

async function openStream(): Promise<MediaStream> {
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    throw new MicError(name === "NotAllowedError" || name === "SecurityError" ? "refused" : "missing", error);
  }
}
