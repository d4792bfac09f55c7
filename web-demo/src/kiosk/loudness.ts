/** Her loudness by the room's: pure rules, and the ear that measures. Levels only; no sound is kept or sent. */

/** Root mean square of the room at which she speaks as she was made, and what is added by ten times as much noise. */
const QUIET = 0.004;
const STEP = 0.35;
const [LEAST, MOST] = [0.7, 1.5];

/** Gain of her voice in a room as loud as `noise` (root mean square, 0..1). */
export function gainFor(noise: number): number {
  const gain = 1 + STEP * Math.log10(Math.max(noise, 1e-5) / QUIET);
  return Math.min(MOST, Math.max(LEAST, gain));
}

/** The room's own level: a low part of what was heard lately, so that words do not count as noise. */
export class NoiseFloor {
  private readonly levels: number[] = [];

  hear(level: number): number {
    this.levels.push(level);
    if (this.levels.length > 60) this.levels.shift();
    const sorted = [...this.levels].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length * 0.2)] as number;
  }
}

const EVERY_MS = 250;

/** Listens beside the microphone of the talk, with the browser's own levelling off: that would hide the noise. */
export class RoomEar {
  private stream: MediaStream | null = null;
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** `speaking`: she does, so what is heard is her. */
  async start(speaking: () => boolean, tell: (gain: number) => void): Promise<void> {
    if (this.stream) return;
    const audio = { echoCancellation: true, noiseSuppression: false, autoGainControl: false };
    this.stream = await navigator.mediaDevices.getUserMedia({ audio });
    this.context = new AudioContext();
    const analyser = this.context.createAnalyser();
    const samples = new Float32Array(analyser.fftSize);
    this.context.createMediaStreamSource(this.stream).connect(analyser);
    const floor = new NoiseFloor();
    this.timer = setInterval(() => {
      if (speaking()) return;
      analyser.getFloatTimeDomainData(samples);
      const level = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
      if (level > 0) tell(gainFor(floor.hear(level)));
    }, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    void this.context?.close();
    this.stream = this.context = null;
  }
}
