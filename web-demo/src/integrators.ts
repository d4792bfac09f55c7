/** What pages that embed this one, and tests, may look at and do: `window.shuren`, the widget, and DOM events of both. */

import type { App } from "./app";
import type { Card, Citation } from "./net/events";
import type { Mode } from "./network";
import type { Stats } from "./metrics";
import type { UiState } from "./ui/status";

export interface ShurenPage {
  /** The label is on screen, the session is live and she is on stage. */
  readonly ready: boolean;
  readonly state: UiState;
  stats(): Stats;
  /** False when there is no connection. */
  sendText(text: string): Promise<boolean>;
  /** False when the microphone cannot be had. */
  startMic(): Promise<boolean>;
  stopMic(): void;
  interrupt(): void;
}

/** What the house tells as `CustomEvent`s named `shuren-…`. They bubble, out of a shadow root too. */
export interface Happenings {
  /** The label is on screen and she can be talked with. */
  ready: { persona: string };
  state: { state: UiState };
  /** What the person said, as understood, or typed. */
  heard: { text: string };
  /** A sentence of hers, before it is heard. */
  sentence: { text: string; source: string; citations: readonly Citation[]; handoff: boolean };
  /** Something to show beside her. */
  card: Card;
  /** She was stopped. */
  interrupted: { turn: number };
  /** Frames stopped or came back, and why: `frames`, `weak` or `saving`. */
  line: { mode: Mode };
  /** Another persona was chosen. */
  persona: { id: string };
  error: { code: string; message: string };
}

declare global {
  interface Window {
    shuren: ShurenPage;
  }
  interface HTMLElementEventMap extends Told {}
}

type Told = { [name in keyof Happenings as `shuren-${name}`]: CustomEvent<Happenings[name]> };

export function tell<Name extends keyof Happenings>(house: HTMLElement, name: Name, detail: Happenings[Name]): void {
  house.dispatchEvent(new CustomEvent(`shuren-${name}`, { detail, bubbles: true, composed: true }));
}

export function expose(app: App): void {
  window.shuren = pageOf(app);
}

export function pageOf(app: App): ShurenPage {
  return {
    get ready() {
      return app.ready;
    },
    get state() {
      return app.uiState;
    },
    stats: () => stats(app),
    sendText: (text) => app.sendText(text),
    startMic: () => app.startMic(),
    stopMic: () => app.stopMic(),
    interrupt: () => app.interrupt(),
  };
}

function stats({ player, lineMode }: App): Stats {
  const { metrics, speaker, stage } = player;
  return {
    avOffsetsMs: [...metrics.avOffsetsMs],
    audioLevel: speaker.level(),
    mouthOpen: player.mouthOpen,
    bodyMotion: player.bodyMotion,
    underruns: speaker.clock.underruns,
    framesRendered: metrics.framesRendered,
    fps: metrics.fps(performance.now()),
    droppedFrames: metrics.droppedFrames,
    framesReceived: player.received.frames,
    line: lineMode,
    cushion: speaker.clock.cushion,
    pixelRatio: stage?.pixelRatio ?? 0,
    morph: stage?.morph ?? "none",
    triangles: stage?.triangles ?? 0,
    turns: player.latency.turns.map((turn) => ({ ...turn, server: { ...turn.server } })),
  };
}
