/** Streaming sample-rate conversion to 24 kHz with a windowed sinc, so that speech above 12 kHz does not fold back. */

import { RATE } from "../net/codec";

/** Zero crossings of the sinc on each side: 16 keeps the pass band flat to ~10 kHz. */
const LOBES = 16;
/** Fractions of a sample that are tabulated. */
const PHASES = 256;

export class Resampler {
  private readonly step: number; // input samples per output sample
  private readonly reach: number; // input samples on each side of an output sample
  private readonly table: Float32Array;
  private history: Float32Array;
  private position: number; // of the next output sample, in samples of `history`

  /** `inputRate`: samples per second of what is pushed. */
  constructor(inputRate: number) {
    this.step = inputRate / RATE;
    const cutoff = Math.min(1, 1 / this.step); // relative to the input's Nyquist frequency
    this.reach = Math.ceil(LOBES / cutoff);
    this.table = sincTable(this.reach, cutoff);
    this.history = new Float32Array(this.reach);
    this.position = this.reach;
  }

  /** Converts a block of any length; returns the samples that are complete so far (delay: `reach` input samples). */
  push(block: Float32Array): Float32Array {
    const input = new Float32Array(this.history.length + block.length);
    input.set(this.history);
    input.set(block, this.history.length);
    const output: number[] = [];
    while (this.position + this.reach < input.length) {
      output.push(this.sample(input, this.position));
      this.position += this.step;
    }
    const used = Math.max(0, Math.floor(this.position) - this.reach);
    this.history = input.slice(used);
    this.position -= used;
    return Float32Array.from(output);
  }

  private sample(input: Float32Array, at: number): number {
    const whole = Math.floor(at);
    const row = Math.round((at - whole) * PHASES) * 2 * this.reach;
    let sum = 0;
    for (let k = 0; k < 2 * this.reach; k++) {
      sum += (this.table[row + k] ?? 0) * (input[whole - this.reach + 1 + k] ?? 0);
    }
    return sum;
  }
}

/** Rows of taps for each fraction 0..1; every row sums to one, so that a constant stays what it is. */
function sincTable(reach: number, cutoff: number): Float32Array {
  const width = 2 * reach;
  const table = new Float32Array((PHASES + 1) * width);
  for (let phase = 0; phase <= PHASES; phase++) {
    const row = table.subarray(phase * width, (phase + 1) * width);
    for (let k = 0; k < width; k++) row[k] = tap(k - reach + 1 - phase / PHASES, reach, cutoff);
    const sum = row.reduce((total, value) => total + value, 0);
    for (let k = 0; k < width; k++) row[k] = (row[k] ?? 0) / sum;
  }
  return table;
}

function tap(distance: number, reach: number, cutoff: number): number {
  if (Math.abs(distance) >= reach) return 0;
  const x = Math.PI * distance * cutoff;
  const sinc = x === 0 ? 1 : Math.sin(x) / x;
  return sinc * (0.5 + 0.5 * Math.cos((Math.PI * distance) / reach)); // Hann window
}

/** Cuts a stream of floats into int16 chunks of fixed length. */
export class Chunker {
  private readonly pending: Int16Array;
  private filled = 0;

  constructor(readonly length: number) {
    this.pending = new Int16Array(length);
  }

  push(samples: Float32Array): Int16Array<ArrayBuffer>[] {
    const chunks: Int16Array<ArrayBuffer>[] = [];
    for (const sample of samples) {
      this.pending[this.filled++] = Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767)));
      if (this.filled < this.length) continue;
      chunks.push(this.pending.slice());
      this.filled = 0;
    }
    return chunks;
  }
}
