import { describe, expect, it } from "vitest";
import { Chunker, Resampler } from "../src/audio/resampler";

function tone(rate: number, hertz: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(rate * seconds) }, (_, k) => Math.sin((2 * Math.PI * hertz * k) / rate));
}

function convert(rate: number, input: Float32Array, block = 128): Float32Array {
  const resampler = new Resampler(rate);
  const out: number[] = [];
  for (let k = 0; k < input.length; k += block) out.push(...resampler.push(input.subarray(k, k + block)));
  return Float32Array.from(out);
}

const rms = (values: Float32Array): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

describe("resampler", () => {
  it.each([48_000, 44_100, 16_000, 24_000, 96_000])("keeps the length and level of speech from %i Hz", (rate) => {
    const out = convert(rate, tone(rate, 1000, 1));
    expect(out.length).toBeGreaterThan(23_800);
    expect(out.length).toBeLessThanOrEqual(24_000);
    expect(rms(out.subarray(500))).toBeCloseTo(Math.SQRT1_2, 2);
  });

  it("keeps the pitch", () => {
    const out = convert(44_100, tone(44_100, 440, 1)).subarray(200);
    let crossings = 0;
    for (let k = 1; k < out.length; k++) if (out[k - 1]! < 0 && out[k]! >= 0) crossings++;
    expect(crossings / (out.length / 24_000)).toBeCloseTo(440, -0.5);
  });

  it("does not fold sounds above 12 kHz back into speech", () => {
    const out = convert(48_000, tone(48_000, 17_000, 0.5));
    expect(rms(out.subarray(500))).toBeLessThan(0.01);
  });

  it("gives the same whatever the length of the blocks", () => {
    const input = tone(44_100, 700, 0.3);
    const [whole, small] = [convert(44_100, input, input.length), convert(44_100, input, 37)];
    expect(small.length).toBe(whole.length);
    small.forEach((value, k) => expect(value).toBeCloseTo(whole[k]!, 5));
  });
});

describe("chunker", () => {
  it("cuts whole chunks and keeps the rest for the next ones", () => {
    const chunker = new Chunker(4);
    expect(chunker.push(Float32Array.of(0, 0.5, 1))).toEqual([]);
    const chunks = chunker.push(Float32Array.of(-1, 2, -2, 0));
    expect(chunks.map((chunk) => [...chunk])).toEqual([[0, 16_384, 32_767, -32_767]]);
    expect([...chunker.push(Float32Array.of(0))[0]!]).toEqual([32_767, -32_768, 0, 0]);
  });
});
