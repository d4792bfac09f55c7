/** Somebody is at the desk while they touch it: an open page alone is nobody. */

const BEAT_MS = 10_000;
const HERE_MS = 10 * 60_000;
/** So long before the desk falls silent it asks. */
const ASKS_MS = 60_000;
const SIGNS = ["pointermove", "pointerdown", "keydown", "wheel"] as const;

export class Attendance {
  private touched = performance.now();
  private readonly timers: ReturnType<typeof setInterval>[];

  constructor(beat: () => void, changed: () => void) {
    for (const sign of SIGNS) addEventListener(sign, this.touch, { passive: true });
    this.timers = [
      setInterval(() => this.silence < HERE_MS && beat(), BEAT_MS),
      setInterval(() => this.left !== null && changed(), 1000),
    ];
  }

  /** Seconds until nobody counts as here, once that is near. */
  get left(): number | null {
    const left = HERE_MS - this.silence;
    return left < ASKS_MS ? Math.max(0, Math.ceil(left / 1000)) : null;
  }

  close(): void {
    for (const timer of this.timers) clearInterval(timer);
    for (const sign of SIGNS) removeEventListener(sign, this.touch);
  }

  private get silence(): number {
    return performance.now() - this.touched;
  }

  private readonly touch = (): void => {
    this.touched = performance.now();
  };
}
