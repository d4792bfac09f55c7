/** JSON events of the wire that the page uses: the OpenAI Realtime set and `shuren.*` (docs/protocol.md). */

import type { Asked } from "../consents";

export type TurnState = "idle" | "listening" | "thinking" | "speaking" | "paused";

export interface Citation {
  passage_id: string;
  title: string;
  source: string;
  as_of: string;
}

export interface CaptionWord {
  text: string;
  /** Samples at 24 kHz relative to the caption's pts. */
  start: number;
  end: number;
}

export interface LabelRequired {
  type: "shuren.label.required";
  text: string;
  text_en: string;
  /** Of this digital human, where one was issued. */
  identity_code?: string;
}

export interface AnimationHeader {
  type: "shuren.animation.header";
  shapes: string[];
  joints: string[];
  hands: string[];
  fps: number;
  rate: number;
  /** On a stage: whom the frames move, and where she stands. */
  avatar?: string;
  scene?: { backdrop?: string; framing?: string };
}

export interface StateEvent {
  type: "shuren.state";
  state: TurnState;
  turn: number;
  pts: number;
}

export interface SentenceEvent {
  type: "shuren.sentence";
  turn: number;
  item_id: string;
  text: string;
  language: string;
  source: "approved" | "model" | "template" | "unknown";
  citations: Citation[];
  handoff: boolean;
}

export interface CaptionEvent {
  type: "shuren.caption";
  turn: number;
  item_id: string;
  pts: number;
  words: CaptionWord[];
}

export interface InterruptedEvent {
  type: "shuren.interrupted";
  turn: number;
  item_id: string;
  pts: number;
  final: boolean;
}

/** Something to show beside her; fields by kind in docs/api.md. */
export interface Card {
  kind: string;
  title: string;
  [field: string]: unknown;
}

/** What a card of kind `file` wants. */
export type FileKind = "photo" | "document";

export interface CardEvent {
  type: "shuren.card";
  card: Card;
}

/** What a `shuren.ping` gets back, behind all that waits to be sent. */
export interface Pong {
  type: "shuren.pong";
  nonce: number;
  /** So far on this connection, since it was too slow for them. */
  frames_dropped: number;
}

export interface TimingsEvent {
  type: "shuren.timings";
  turn: number;
  [stage: string]: unknown;
}

export interface SpeechStarted {
  type: "input_audio_buffer.speech_started";
  item_id: string;
  audio_start_ms: number;
}

export interface SpeechStopped {
  type: "input_audio_buffer.speech_stopped";
  item_id: string;
  audio_end_ms: number;
}

export interface TranscriptionDelta {
  type: "conversation.item.input_audio_transcription.delta";
  item_id: string;
  delta: string;
  /** The whole current hypothesis, where the server tells it; deltas alone are append-only. */
  shuren?: { text?: string };
}

export interface TranscriptionCompleted {
  type: "conversation.item.input_audio_transcription.completed";
  item_id: string;
  transcript: string;
}

export interface TranscriptionFailed {
  type: "conversation.item.input_audio_transcription.failed";
  item_id: string;
}

export interface ResponseCreated {
  type: "response.created";
  response: { id: string };
}

export interface ResponseDone {
  type: "response.done";
  response: { id: string; status: string; status_details?: { type?: string; reason?: string } | null };
}

export interface ErrorEvent {
  type: "error";
  error: { code?: string | null; message: string; hint?: string };
}

export interface SessionCreated {
  type: "session.created";
  /** `resume` is there where the session waits for a client that lost its connection. */
  session?: { id: string; shuren?: { resume?: { token: string; within_s: number } | null; consent?: Asked[] } };
}

/** The first event after a lost connection; `missed` events follow the label. */
export interface Resumed {
  type: "shuren.resumed";
  seq: number;
  missed: number;
  complete: boolean;
}

export type ServerEvent =
  | LabelRequired
  | AnimationHeader
  | StateEvent
  | SentenceEvent
  | CaptionEvent
  | InterruptedEvent
  | CardEvent
  | Pong
  | TimingsEvent
  | SpeechStarted
  | SpeechStopped
  | TranscriptionDelta
  | TranscriptionCompleted
  | TranscriptionFailed
  | ResponseCreated
  | ResponseDone
  | ErrorEvent
  | SessionCreated
  | Resumed;

export type ServerEventType = ServerEvent["type"];
export type EventOf<T extends ServerEventType> = Extract<ServerEvent, { type: T }>;
