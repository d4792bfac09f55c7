/** The desk's connection to the service: REST with the operator's key, and a WebSocket that shows the show. */

import { Backoff } from "../net/backoff";
import { authorization, setToken, subprotocols } from "../net/token";

const KEPT = "shuren.console.key"; // the console's: one sign-in for both
export const base = new URL(".", location.href).href;

export interface CommentView {
  id: string;
  user: string;
  text: string;
  age_s: number;
  state: string;
  rule: string;
  product: string;
  urgent: boolean;
  pinned: boolean;
  times: number;
}

export interface ShowView {
  id: string;
  session: string;
  persona: string;
  avatar: string;
  language: string;
  state: "ready" | "live" | "paused" | "away" | "ending" | "ended";
  stalled: boolean;
  doing: string;
  saying: string;
  answering: CommentView | null;
  part: number;
  round: number;
  parts: { number: number; title: string; seconds: number; cards: string[] }[];
  line: { id: string; text: string; sentence: string; about: string } | null;
  products: { sku: string; name: string }[];
  pinned: string;
  card: { title?: string; price?: string; sku?: string };
  comments: CommentView[];
  recent: CommentView[];
  alone: boolean;
  mood: string;
  film: { state: "none" | "recorded" | "drawing" | "ready"; done: number; of: number; problem: string };
  performing: "none" | "calibrating" | "ready" | "performing" | "lost";
  heartbeat_left_s: number;
  metrics: Record<string, number | null>;
}

export type Control = { do: string } & Record<string, unknown>;

export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export const key = {
  get: (): string => sessionStorage.getItem(KEPT) ?? "",
  set(value: string): void {
    if (value) sessionStorage.setItem(KEPT, value);
    else sessionStorage.removeItem(KEPT);
    setToken(value);
  },
};

/** The service's answer. Throws Refused with what it says is wrong. */
export async function fetched(path: string, method = "GET", body?: unknown): Promise<Response> {
  const headers = { ...authorization(), ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
  const answer = await fetch(base + path, { method, headers, cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body) });
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { error?: { message?: string; hint?: string } };
  throw new Refused(answer.status, [problem.error?.message ?? answer.statusText, problem.error?.hint].filter(Boolean).join(" "));
}

export async function ask<T>(path: string, method = "GET", body?: unknown): Promise<T> {
  return (await (await fetched(path, method, body)).json()) as T;
}

/** Where OBS finds the stage. With keys in use it carries a token that may only look on. */
export async function stageAddress(show: ShowView, layout: string): Promise<string> {
  const url = new URL("stage", base);
  for (const [name, value] of [["session", show.session], ["avatar", show.avatar], ["layout", layout], ["lang", show.language]] as const) {
    url.searchParams.set(name, value);
  }
  if (!key.get()) return url.href;
  const wish = { expires_after: { anchor: "created_at", seconds: 7200 }, shuren: { scope: "stage", max_sessions: 0 } };
  const minted = await ask<{ value: string }>("v1/realtime/client_secrets", "POST", wish);
  return `${url.href}#token=${minted.value}`;
}

/** Follows one show until `close`; connects again by itself. */
export class DeskLink {
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private readonly backoff = new Backoff();

  constructor(
    private readonly show: string,
    private readonly shown: (show: ShowView) => void,
    private readonly told: (problem: string) => void,
    private readonly connected: (is: boolean) => void,
  ) {
    this.open();
  }

  /** False where it could not be sent. */
  send(control: Control): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(control));
    return true;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private open(): void {
    const url = new URL(`v1/studio/shows/${encodeURIComponent(this.show)}/desk`, base);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = (this.socket = new WebSocket(url, subprotocols()));
    socket.onopen = () => this.connected(true);
    socket.onmessage = ({ data }) => this.receive(String(data));
    socket.onclose = () => {
      if (this.closed) return;
      this.connected(false);
      this.timer = setTimeout(() => this.open(), this.backoff.next());
    };
  }

  private receive(data: string): void {
    const message = JSON.parse(data) as { type: string; show?: ShowView; error?: { message: string; hint?: string } };
    if (message.show) {
      this.backoff.reset();
      this.shown(message.show);
    }
    if (message.error) this.told([message.error.message, message.error.hint].filter(Boolean).join(" "));
  }
}
