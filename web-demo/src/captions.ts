/** What is said, in step with the voice: sentences, their words, and which word is being heard. */

import { RATE } from "./net/codec";
import type { CaptionEvent, SentenceEvent } from "./net/events";

/** How long a sentence stays after its last word, samples. */
const LINGER = 2.5 * RATE;
/** Sentences remembered; older ones cannot be heard any more. */
const KEEP = 24;

interface TimedWord {
  text: string;
  start: number;
  end: number;
}

interface Sentence {
  turn: number;
  text: string;
  language: string;
  words: TimedWord[];
}

/** A sentence as it stands at one moment. */
export interface CaptionView {
  /** The sentence's identity: changes when another one begins. */
  id: number;
  language: string;
  heard: string;
  current: string;
  upcoming: string;
  text: string;
}

export class CaptionTrack {
  private sentences: (Sentence & { id: number })[] = [];
  private count = 0;

  addSentence({ turn, text, language }: Pick<SentenceEvent, "turn" | "text" | "language">): void {
    const again = this.sentences.find((s) => s.turn === turn && s.text === text && !isFull(s));
    if (again) return; // sent anew after a pause
    this.sentences.push({ id: ++this.count, turn, text, language, words: [] });
    if (this.sentences.length > KEEP) this.sentences.shift();
  }

  /** Words come for one sentence after the other, while later sentences may already have been announced. */
  addWords({ turn, pts, words }: Pick<CaptionEvent, "turn" | "pts" | "words">): void {
    for (const { text, start, end } of words) {
      const mine = this.sentences.filter((sentence) => sentence.turn === turn);
      const begun = mine.findLast((sentence) => sentence.words.length > 0);
      const open = mine.find((sentence) => !isFull(sentence)) ?? mine.at(-1);
      const target = bare(text) ? open : (begun ?? open); // a lone full stop ends the sentence before it
      target?.words.push({ text, start: pts + start, end: pts + end });
    }
  }

  /**
   * Forgets the words of `turn` not heard at `pts` (the server counts a word once half of it was played, and says the
   * others again); with `final` also the sentences nobody will hear.
   */
  cut(turn: number, pts: number, final: boolean): void {
    for (const sentence of this.sentences) {
      if (sentence.turn === turn) sentence.words = sentence.words.filter((word) => (word.start + word.end) / 2 <= pts);
    }
    if (!final) return;
    this.sentences = this.sentences.filter((sentence) => sentence.turn !== turn || sentence.words.length > 0);
    for (const sentence of this.sentences) if (sentence.turn === turn) sentence.text = said(sentence);
  }

  /** The words of `turn` that are left: after a cut, what was heard of it. */
  saidIn(turn: number): string {
    return this.sentences.filter((sentence) => sentence.turn === turn).map(said).join("");
  }

  clear(): void {
    this.sentences = [];
  }

  /** The sentence to show when sample `pts` is heard. */
  at(pts: number): CaptionView | null {
    const sentence = this.sentences.findLast(({ words }) => words.length > 0 && words[0]!.start <= pts);
    if (!sentence || pts > sentence.words.at(-1)!.end + LINGER) return null;
    const before = sentence.words.filter((word) => word.end <= pts);
    const current = sentence.words.find((word) => word.start <= pts && pts < word.end);
    const heard = join(before);
    return {
      id: sentence.id,
      language: sentence.language,
      heard,
      current: current?.text ?? "",
      upcoming: rest(sentence, heard + (current?.text ?? "")),
      text: sentence.text,
    };
  }
}

function join(words: TimedWord[]): string {
  return words.map((word) => word.text).join("");
}

function said(sentence: Sentence): string {
  return join(sentence.words);
}

/** What follows `done`: the sentence's own text where the words agree with it, else the words that are known. */
function rest(sentence: Sentence, done: string): string {
  const text = sentence.text;
  if (text.startsWith(done)) return text.slice(done.length);
  const words = said(sentence);
  return words.startsWith(done) ? words.slice(done.length) : "";
}

function isFull(sentence: Sentence): boolean {
  return bare(said(sentence)).length >= bare(sentence.text).length;
}

/** Letters and digits only: spacing and punctuation may differ between a sentence and its words. */
function bare(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, "");
}
