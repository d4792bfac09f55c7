/** The conversation as a list of messages, kept up to date by wire events. Knows nothing of the page. */

import type { Citation, InterruptedEvent, SentenceEvent } from "./net/events";

export type Source = SentenceEvent["source"];

export interface Message {
  id: string;
  who: "person" | "avatar";
  text: string;
  /** The person is still speaking, or she has not finished. */
  open: boolean;
  interrupted: boolean;
  handoff: boolean;
  source: Source | null;
  citations: Citation[];
  turn: number;
}

const KEEP = 200;

export class Conversation {
  readonly messages: Message[] = [];

  constructor(private readonly onChange: (message: Message) => void) {}

  /** What the person seems to be saying; `text` replaces what was shown. */
  partial(item: string, text: string): void {
    if (text.trim()) this.person(item, text, true);
  }

  /** What the person said. Empty: nothing intelligible, so the message goes. */
  heard(item: string, text: string): void {
    this.person(item, text.trim(), false);
  }

  /** A delta of the transcript, for servers that tell no whole hypothesis. */
  partialDelta(item: string, delta: string): void {
    this.partial(item, (this.find(item)?.text ?? "") + delta);
  }

  sentence(event: SentenceEvent): void {
    const message = this.find(event.item_id) ?? this.add(event.item_id, "avatar", event.turn);
    if (!message.text.endsWith(event.text)) message.text = join(message.text, event.text);
    message.source = weaker(message.source, event.source);
    message.handoff ||= event.handoff;
    for (const citation of event.citations) {
      if (!message.citations.some(({ passage_id }) => passage_id === citation.passage_id)) message.citations.push(citation);
    }
    this.onChange(message);
  }

  /** The answer was cut short for good; `heard` is what reached the person and all that is kept of it. */
  interrupted(event: Pick<InterruptedEvent, "item_id" | "turn">, heard: string): void {
    const message = this.find(event.item_id) ?? this.messages.findLast(({ turn, who }) => who === "avatar" && turn === event.turn);
    if (!message || message.interrupted) return;
    message.interrupted = true;
    message.text = heard ? `${heard.trim()}……` : "……";
    this.close(message);
  }

  /** Her answer is complete, or the session is over. */
  finishAnswers(): void {
    for (const message of this.messages) if (message.open && message.who === "avatar") this.close(message);
  }

  /** Nothing of it is kept. */
  clear(): void {
    this.messages.length = 0;
  }

  private person(item: string, text: string, open: boolean): void {
    const message = this.find(item) ?? this.add(item, "person", 0);
    if (!message.open) return; // a late partial
    message.text = text;
    message.open = open;
    this.onChange(message);
  }

  private close(message: Message): void {
    message.open = false;
    this.onChange(message);
  }

  private find(id: string): Message | undefined {
    return this.messages.findLast((message) => message.id === id);
  }

  private add(id: string, who: Message["who"], turn: number): Message {
    const message: Message = { id, who, text: "", open: true, interrupted: false, handoff: false, source: null, citations: [], turn };
    this.messages.push(message);
    if (this.messages.length > KEEP) this.messages.shift();
    return message;
  }
}

/** Latin sentences want a space between them, Chinese ones do not. */
function join(before: string, after: string): string {
  return /[a-z0-9.,;:!?]$/i.test(before) && /^[a-z0-9]/i.test(after) ? `${before} ${after}` : before + after;
}

const STRENGTH: Source[] = ["unknown", "model", "template", "approved"];

/** An answer is as well founded as its weakest sentence; set phrases say nothing about that. */
function weaker(before: Source | null, next: Source): Source {
  if (before === null || before === "template") return next;
  if (next === "template") return before;
  return STRENGTH.indexOf(next) < STRENGTH.indexOf(before) ? next : before;
}
