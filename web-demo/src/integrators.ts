/** `window.shuren`: what tests and pages that embed this one may look at and do. */

import type { App } from "./app";
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

declare global {
  interface Window {
    shuren: ShurenPage;
  }
}

export function expose(app: App): void {
  window.shuren = {
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

function stats({ player }: App): Stats {
  const { metrics, speaker, stage } = player;
  return {
    avOffsetsMs: [...metrics.avOffsetsMs],
    audioLevel: speaker.level(),
    mouthOpen: player.mouthOpen,
    underruns: speaker.clock.underruns,
    framesRendered: metrics.framesRendered,
    fps: metrics.fps(performance.now()),
    droppedFrames: metrics.droppedFrames,
    cushion: speaker.clock.cushion,
    pixelRatio: stage?.pixelRatio ?? 0,
    morph: stage?.morph ?? "none",
    triangles: stage?.triangles ?? 0,
    turns: player.latency.turns.map((turn) => ({ ...turn, server: { ...turn.server } })),
  };
}
