/** Her voice: chunks placed by pts on the AudioContext clock, stopped at once and without a click. */

import { MediaClock, SteadyTime } from "../clock";
import { RATE } from "../net/codec";
import { Playlist } from "./playlist";

/** Long enough not to click, short enough to be "at once". */
const FADE_SECONDS = 0.015;
/** A chunk that starts in the middle of a sound is eased in over this many samples (3 ms). */
const EASE_SAMPLES = 72;
/** While the person may be interrupting, she is heard this much quieter until the server has decided. */
const DUCKED = 0.2;
const DUCK_SECONDS = 0.03;
/** Slow enough that nobody notices the change. */
const VOLUME_SECONDS = 1.5;

interface Playing {
  turn: number;
  pts: number;
  buffer: AudioBuffer;
  source: AudioBufferSourceNode;
  startsAt: number;
}

export class Speaker {
  readonly clock = new MediaClock();
  readonly playlist = new Playlist(this.clock);
  private readonly steady = new SteadyTime();
  private readonly context: AudioContext;
  private readonly analyser: AnalyserNode;
  private readonly duckGain: GainNode;
  private readonly volumeGain: GainNode;
  private readonly samples: Float32Array<ArrayBuffer>;
  private turnGain: { turn: number; node: GainNode } | null = null;
  private playing: Playing[] = [];

  constructor() {
    // At the voice's own rate chunks join sample by sample; the browser resamples once, at the device.
    this.context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = 1024;
    this.samples = new Float32Array(this.analyser.fftSize);
    this.duckGain = this.context.createGain();
    this.volumeGain = this.context.createGain();
    this.duckGain.connect(this.volumeGain).connect(this.analyser).connect(this.context.destination);
    this.context.onstatechange = () => this.reset(); // seconds are counted by another clock from here on
  }

  /** False while the browser wants a gesture before it makes sound. */
  get running(): boolean {
    return this.context.state === "running";
  }

  /** Tries to start sound; false when the browser refuses (no gesture yet, no device). */
  async resume(timeoutMs = 1500): Promise<boolean> {
    const refused = new Promise<void>((resolve) => setTimeout(resolve, timeoutMs));
    await Promise.race([this.context.resume().catch(() => undefined), refused]);
    return this.running;
  }

  close(): Promise<void> {
    this.context.onstatechange = null;
    return this.context.close();
  }

  /** Seconds on the audio clock at which a sound scheduled now would be rendered. Without sound, the page's clock. */
  now(): number {
    return this.running ? this.context.currentTime : performance.now() / 1000;
  }

  /** The sample leaving the loudspeaker at page time `pageMs`, smooth enough to move a face by. */
  audiblePts(pageMs = performance.now()): number {
    if (!this.running) return this.clock.ptsAt(pageMs / 1000);
    return this.clock.ptsAt(this.steady.read(this.context.currentTime, pageMs / 1000) - this.latency());
  }

  /** The same straight from the audio hardware's report, unsmoothed: what offsets are measured against. */
  measuredPts(): number {
    return this.clock.ptsAt(this.now() - (this.running ? this.latency() : 0));
  }

  get busy(): boolean {
    return this.playlist.busy(this.now() - this.latency());
  }

  /** Recent root mean square of what is played, 0..1. */
  level(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const value of this.samples) sum += value * value;
    return Math.sqrt(sum / this.samples.length);
  }

  /** Schedules a chunk of `turn` at `pts`. */
  play(turn: number, pts: number, pcm: Int16Array): void {
    if (!pcm.length) return;
    const placement = this.playlist.add({ turn, pts, samples: pcm.length }, this.now());
    if (placement.shift > 0) this.reschedule();
    if (!this.running) return;
    const buffer = this.context.createBuffer(1, pcm.length, RATE);
    fill(buffer.getChannelData(0), pcm, placement.seamless ? 0 : EASE_SAMPLES);
    this.schedule({ turn, pts, buffer });
  }

  /** Stops `turn` now with a short fade. Returns the sample heard last. */
  stop(turn: number): number {
    const heard = this.playlist.heard(turn, this.measuredPts());
    this.playlist.cut(turn, heard);
    this.clock.interrupted(this.now());
    const end = this.context.currentTime + FADE_SECONDS;
    if (this.turnGain?.turn === turn) {
      const { gain } = this.turnGain.node;
      gain.setValueAtTime(gain.value, this.context.currentTime);
      gain.linearRampToValueAtTime(0, end);
      this.turnGain = null; // if the answer goes on it gets a gain of its own
    }
    for (const item of this.playing) if (item.turn === turn) item.source.stop(end);
    this.playing = this.playing.filter((item) => item.turn !== turn);
    this.duck(false);
    return heard;
  }

  /** How loud she is altogether, 1 as she was made; louder than 1 may clip. */
  setVolume(gain: number): void {
    this.volumeGain.gain.setTargetAtTime(gain, this.context.currentTime, VOLUME_SECONDS);
  }

  /** Quieter while the person may be interrupting. */
  duck(on: boolean): void {
    const now = this.context.currentTime;
    this.duckGain.gain.cancelScheduledValues(now);
    this.duckGain.gain.setTargetAtTime(on ? DUCKED : 1, now, DUCK_SECONDS);
  }

  /** A new session: silence, and a clock without an anchor. */
  reset(): void {
    for (const { source } of this.playing) source.stop();
    this.playing = [];
    this.turnGain = null;
    this.playlist.clear();
    this.clock.reset();
    this.duck(false);
  }

  private latency(): number {
    return this.context.outputLatency || this.context.baseLatency || 0; // Safari knows no outputLatency
  }

  private schedule(item: Pick<Playing, "turn" | "pts" | "buffer">): void {
    const source = this.context.createBufferSource();
    source.buffer = item.buffer;
    source.connect(this.gainOf(item.turn));
    const startsAt = this.clock.timeOf(item.pts);
    source.start(startsAt);
    const playing = { ...item, source, startsAt };
    source.onended = () => {
      this.playing = this.playing.filter((other) => other !== playing);
      source.disconnect();
    };
    this.playing.push(playing);
  }

  /** The clock moved later: what was scheduled but not begun moves with it. */
  private reschedule(): void {
    const now = this.context.currentTime;
    const waiting = this.playing.filter(({ startsAt }) => startsAt > now);
    for (const { source } of waiting) {
      source.onended = null;
      source.stop();
      source.disconnect();
    }
    this.playing = this.playing.filter((item) => !waiting.includes(item));
    for (const item of waiting) this.schedule(item);
  }

  private gainOf(turn: number): GainNode {
    if (this.turnGain?.turn !== turn) {
      const node = this.context.createGain();
      node.connect(this.duckGain);
      this.turnGain = { turn, node };
    }
    return this.turnGain.node;
  }
}

function fill(target: Float32Array, pcm: Int16Array, ease: number): void {
  for (let i = 0; i < pcm.length; i++) target[i] = (pcm[i] ?? 0) / 32_768;
  for (let i = 0; i < Math.min(ease, pcm.length); i++) target[i] = (target[i] ?? 0) * (i / ease);
}
