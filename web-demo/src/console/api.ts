/** The service, asked with the operator's key. The key lives in this tab alone: never in an address, never on the disk. */

const KEPT = "shuren.console.key";
const RETRY_MS = 3000;
const base = new URL(".", location.href).href;

export interface Me {
  tenant: string;
  scope: string;
  name: string;
  of_the_house: boolean;
  trusted: boolean;
  /** By an account of the organisation, not by a key. */
  signed_in: boolean;
  storage: boolean;
  /** Nobody puts a version to use that they sent themselves, not even an admin. */
  four_eyes: boolean;
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly mistakes: Mistake[] = [],
  ) {
    super(message);
  }
}

export interface Mistake {
  file: string;
  line: number;
  what: string;
  mend: string;
}

export const key = {
  get: (): string => sessionStorage.getItem(KEPT) ?? "",
  set: (value: string): void => (value ? sessionStorage.setItem(KEPT, value) : sessionStorage.removeItem(KEPT)),
};

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  if (key.get()) headers.set("Authorization", `Bearer ${key.get()}`);
  const answer = await fetch(base + path, { ...options, headers, cache: "no-store" });
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { error?: { code: string; message: string; hint?: string; mistakes?: Mistake[] } };
  const { code = "", message = answer.statusText, hint, mistakes } = problem.error ?? {};
  throw new Refused(answer.status, code, hint ? `${message} ${hint}` : message, mistakes);
}

export async function get<T>(path: string): Promise<T> {
  return (await ask(path)).json() as Promise<T>;
}

/** A JSON answer, or null where there is none. `good`: also these refusals are answers (readiness). */
export async function send<T = null>(method: string, path: string, body?: unknown): Promise<T> {
  const wanted = body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const answer = await ask(path, { method, ...wanted });
  return (answer.status === 204 ? null : await answer.json()) as T;
}

/** What a health check says, whether it is good or not. */
export async function state(path: string): Promise<Record<string, unknown>> {
  return (await fetch(base + path, { cache: "no-store" })).json() as Promise<Record<string, unknown>>;
}

/** Follow server-sent events until `stop` is aborted; connects again by itself. `here`: whether it is connected. */
export async function follow(
  path: string,
  stop: AbortSignal,
  heard: (event: string, data: unknown) => void,
  here: (connected: boolean, problem?: unknown) => void,
): Promise<void> {
  while (!stop.aborted) {
    try {
      const answer = await ask(path, { signal: stop });
      here(true);
      await read(answer.body as ReadableStream<Uint8Array>, heard);
      here(false);
    } catch (problem) {
      if (stop.aborted) return;
      here(false, problem);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function read(body: ReadableStream<Uint8Array>, heard: (event: string, data: unknown) => void): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const messages = (rest + value).split("\n\n");
    rest = messages.pop() as string;
    for (const message of messages) {
      const fields = new Map(message.split("\n").map((line) => line.split(/: (.*)/s, 2) as [string, string]));
      if (fields.has("data")) heard(fields.get("event") ?? "message", JSON.parse(fields.get("data") as string));
    }
  }
}
