/** Keeps a kiosk alive without anybody near: faults are counted, what cannot go on is loaded anew, the operator is told.
 * Counts and times only; nothing of visitors. */

import { authorization } from "../net/token";

export type KioskPhase = "attract" | "talk" | "ask" | "closed" | "offline";
export type FaultCode = "page_error" | "picture_lost" | "picture_stands" | "camera_lost" | "connection_lost" | "server_error";

const KEPT = "shuren-kiosk-faults"; // over reloads, until the browser is closed
const RELOADS = "shuren-kiosk-reloads";
const OFFLINE_RETRY_S = 5;
/** A service that did not answer in time so often is as good as away. */
const LATE_TIMES = 3;
const STANDS_S = 60;
const RESTORE_MS = 8000;

export interface Pulse {
  phase: KioskPhase;
  persona: string;
  visitors: number;
  lastVisitorS: number | null;
  /** Frames drawn so far. */
  frames: number;
}

export class Health {
  online = true;
  private readonly faults = read<Partial<Record<FaultCode, number>>>(KEPT, {});
  private readonly began = performance.now();
  private frames = { count: 0, at: performance.now() };
  private reloading = false;
  private late = 0;

  constructor(
    private readonly base: string,
    private readonly id: string,
    private readonly version: string,
    private readonly pulse: () => Pulse,
    private readonly changed: () => void,
  ) {}

  /** `everyS`: between heartbeats. */
  run(everyS: number): void {
    const beat = async (): Promise<void> => {
      await this.beat();
      setTimeout(() => void beat(), 1000 * (this.online && !this.late ? everyS : OFFLINE_RETRY_S));
    };
    void beat();
    setInterval(() => this.watchPicture(), 5000);
    addEventListener("online", () => void this.beat());
    addEventListener("offline", () => this.setOnline(false));
    addEventListener("error", ({ message }) => {
      if (!message.startsWith("ResizeObserver")) this.broken("page_error"); // that one is said when a layout took two rounds
    });
    addEventListener("unhandledrejection", () => this.broken("page_error"));
  }

  /** Graphics may be taken away by the system; mostly they come back by themselves. */
  watchCanvas(canvas: HTMLCanvasElement): void {
    let gone: ReturnType<typeof setTimeout> | undefined;
    canvas.addEventListener("webglcontextlost", () => {
      this.note("picture_lost");
      gone = setTimeout(() => this.reload(), RESTORE_MS);
    });
    canvas.addEventListener("webglcontextrestored", () => clearTimeout(gone));
  }

  note(code: FaultCode): void {
    this.faults[code] = (this.faults[code] ?? 0) + 1;
    sessionStorage.setItem(KEPT, JSON.stringify(this.faults));
  }

  told(): { code: string; count: number }[] {
    return Object.entries(this.faults).map(([code, count]) => ({ code, count }));
  }

  get uptimeS(): number {
    return Math.round((performance.now() - this.began) / 1000);
  }

  /** Something went wrong that the page did not foresee. */
  broken(code: FaultCode): void {
    this.note(code);
    this.reload();
  }

  /** Loads the page anew; the more often it was needed lately, the later. */
  reload(): void {
    if (this.reloading) return;
    this.reloading = true;
    const recent = read<number[]>(RELOADS, []).filter((at) => at > Date.now() - 600_000);
    sessionStorage.setItem(RELOADS, JSON.stringify([...recent, Date.now()]));
    setTimeout(() => location.reload(), Math.min(60_000, 1000 * 2 ** recent.length));
  }

  private async beat(): Promise<void> {
    const { phase, persona, visitors, lastVisitorS } = this.pulse();
    const said = { version: this.version, persona, phase, uptime_s: this.uptimeS, last_visitor_s: lastVisitorS, visitors, faults: this.told() };
    const url = new URL(this.id ? `v1/kiosks/${encodeURIComponent(this.id)}/heartbeat` : "v1/kiosk", this.base);
    const body = this.id ? { method: "POST", body: JSON.stringify(said) } : {};
    try {
      const headers = { "Content-Type": "application/json", ...authorization() };
      const { ok, status } = await fetch(url, { ...body, headers, cache: "no-store", signal: AbortSignal.timeout(10_000) });
      if (!ok && status >= 500) throw new Error(`HTTP ${status}`);
      this.setOnline(true);
      this.late = 0;
    } catch (error) {
      if (!(error instanceof DOMException) || ++this.late >= LATE_TIMES) this.setOnline(false); // slow is not away
    }
  }

  private setOnline(online: boolean): void {
    if (online === this.online) return;
    this.online = online;
    if (!online) this.note("connection_lost");
    this.changed();
  }

  private watchPicture(): void {
    const { frames } = this.pulse();
    const now = performance.now();
    if (frames !== this.frames.count || document.hidden) this.frames = { count: frames, at: now };
    else if (now - this.frames.at > STANDS_S * 1000) this.broken("picture_stands");
  }
}

function read<Kept>(key: string, nothing: Kept): Kept {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "") as Kept;
  } catch {
    return nothing;
  }
}
