/** Keeps the picture fluent: lowers the resolution where the machine is too slow, raises it again when it is not. */

/** Renderers that draw on the CPU. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

export function isSoftwareRenderer(name: string): boolean {
  return SOFTWARE.test(name);
}

/** What is looked at before a decision: this many frames, or this many seconds where there are few. */
const WINDOW = 24;
const WINDOW_SECONDS = 1.5;
const STEP = 0.85;
/** Seconds of fluent frames before more resolution is tried; doubles each time it did not hold. */
const PATIENCE = 6;

export class Quality {
  private scale: number;
  /** The resolution never goes below this. */
  least = 0.5;
  private frames = 0;
  private elapsed = 0;
  private fluent = 0;
  private patience = PATIENCE;
  private raised = false;

  /** Scales are device pixels per CSS pixel, `start` to begin with; `target` seconds per frame. */
  constructor(
    private readonly max: number,
    private readonly target: number,
    start = max,
  ) {
    this.scale = start;
  }

  get pixelRatio(): number {
    return Math.max(this.least, this.scale);
  }

  /** Notes one frame's duration in seconds; true when the resolution should change. */
  frame(seconds: number): boolean {
    if (seconds > 2) return false; // the tab slept
    this.elapsed += seconds;
    if (++this.frames < WINDOW && this.elapsed < WINDOW_SECONDS) return false;
    const mean = this.elapsed / this.frames;
    this.frames = this.elapsed = 0;
    return mean > this.target * 1.3 ? this.lower() : this.consider(mean);
  }

  private lower(): boolean {
    if (this.raised) this.patience *= 2;
    this.raised = false;
    this.fluent = 0;
    return this.set(this.scale * STEP);
  }

  private consider(mean: number): boolean {
    this.fluent = mean < this.target * 1.1 ? this.fluent + mean * WINDOW : 0;
    if (this.fluent < this.patience) return false;
    this.fluent = 0;
    this.raised = true;
    return this.set(this.scale / STEP);
  }

  private set(scale: number): boolean {
    const before = this.scale;
    this.scale = Math.min(this.max, Math.max(this.least, scale));
    return this.scale !== before;
  }
}
