/** Waiting times between attempts to reconnect: doubling with jitter, so that pages do not come back in step. */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly firstMs = 500,
    private readonly maxMs = 10_000,
    private readonly random: () => number = Math.random,
  ) {}

  next(): number {
    const base = Math.min(this.maxMs, this.firstMs * 2 ** this.failures++);
    return Math.round(base * (0.8 + 0.4 * this.random()));
  }

  reset(): void {
    this.failures = 0;
  }
}
