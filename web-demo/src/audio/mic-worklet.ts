/** Runs on the audio thread: microphone blocks → 24 kHz PCM16 chunks of 40 ms, posted to the page. */

import { Chunker, Resampler } from "./resampler";

declare const sampleRate: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

const CHUNK_SAMPLES = 960;

class MicProcessor extends AudioWorkletProcessor {
  private readonly resampler = new Resampler(sampleRate);
  private readonly chunker = new Chunker(CHUNK_SAMPLES);

  process(inputs: Float32Array[][]): boolean {
    const mono = inputs[0]?.[0];
    if (!mono) return true;
    for (const chunk of this.chunker.push(this.resampler.push(mono))) this.port.postMessage(chunk, [chunk.buffer]);
    return true;
  }
}

registerProcessor("shuren-mic", MicProcessor);
