/** A small client of the service for programs in TypeScript: sessions, transcripts, packs and jobs by REST. The live wire
 * is `RealtimeClient` (net/client.ts), or any client of OpenAI's Realtime API. */

import { Http, type Access } from "./http";
import type { Avatar, Card, CreatedSession, Job, Language, Line, Persona, SessionView, Version, Voice } from "./types";

export { ServiceError, type Access } from "./http";
export type * from "./types";

/** A session under way. Every call throws ServiceError. */
export class Session {
  constructor(
    readonly id: string,
    private readonly http: Http,
    /** What a realtime client needs to take it (docs/protocol.md). */
    readonly token = "",
  ) {}

  view(): Promise<SessionView> {
    return this.http.call("GET", this.path());
  }

  /** Has this answered, as if the person had typed it. The turn. */
  async speak(text: string): Promise<number> {
    return (await this.http.call<{ turn: number }>("POST", this.path("speak"), { text })).turn;
  }

  /** Has her say this as it is. The turn; `speech_refused` where the guard keeps it back. */
  async say(text: string, how: { mood?: string; gesture?: string } = {}): Promise<number> {
    return (await this.http.call<{ turn: number }>("POST", this.path("say"), { text, ...how })).turn;
  }

  /** False: she was not speaking. */
  async interrupt(): Promise<boolean> {
    return (await this.http.call<{ interrupted: boolean }>("POST", this.path("interrupt"))).interrupted;
  }

  /** The mood of what she says from now on; null leaves it to her words. */
  mood(mood: string | null, intensity = 1): Promise<undefined> {
    return this.http.call("POST", this.path("mood"), { mood, intensity });
  }

  gesture(gesture: string): Promise<undefined> {
    return this.http.call("POST", this.path("gesture"), { gesture });
  }

  card(card: Card): Promise<undefined> {
    return this.http.call("POST", this.path("card"), { card });
  }

  async transcript(): Promise<Line[]> {
    return (await this.http.call<{ lines: Line[] }>("GET", this.path("transcript"))).lines;
  }

  close(): Promise<undefined> {
    return this.http.call("DELETE", this.path());
  }

  private path(what = ""): string {
    return `v1/sessions/${encodeURIComponent(this.id)}${what && `/${what}`}`;
  }
}

/** One service. Every call throws ServiceError. */
export class Shuren {
  private readonly http: Http;

  constructor(base: string, access: Access & { key?: string } = {}) {
    const { key, ...rest } = access;
    this.http = new Http(base, key ? { headers: () => ({ Authorization: `Bearer ${key}` }), ...rest } : rest);
  }

  async personas(): Promise<Persona[]> {
    return (await this.http.call<{ personas: Persona[] }>("GET", "v1/personas")).personas;
  }

  /** Those the service has weights of its own for. */
  async voices(): Promise<Voice[]> {
    return (await this.http.call<{ voices: Voice[] }>("GET", "v1/voices")).voices;
  }

  /** Those that are built or can be. */
  async avatars(): Promise<Avatar[]> {
    return (await this.http.call<{ avatars: Avatar[] }>("GET", "v1/avatars")).avatars;
  }

  /** A session without a realtime client. */
  async begin(persona = "", wish: { language?: Language; greet?: boolean } = {}): Promise<Session> {
    const made = await this.http.call<CreatedSession>("POST", "v1/sessions", { persona, ...wish });
    return new Session(made.id, this.http, made.resume.token);
  }

  async sessions(): Promise<SessionView[]> {
    return (await this.http.call<{ sessions: SessionView[] }>("GET", "v1/sessions")).sessions;
  }

  /** One that is under way. */
  session(id: string): Session {
    return new Session(id, this.http);
  }

  async versions(persona: string): Promise<{ active: string; serving: string; versions: Version[] }> {
    return this.http.call("GET", `v1/personas/${encodeURIComponent(persona)}/versions`);
  }

  /** Has new talks get this version; "" is the one that came with the service. */
  async activate(persona: string, version: string): Promise<{ active: string; before: string[] }> {
    return this.http.call("POST", `v1/personas/${encodeURIComponent(persona)}/activate`, { version });
  }

  async rollBack(persona: string): Promise<{ active: string; before: string[] }> {
    return this.http.call("POST", `v1/personas/${encodeURIComponent(persona)}/rollback`);
  }

  /** Renders ahead what a version says word for word: a job. */
  build(persona: string, version?: string): Promise<Job> {
    const wanted = version === undefined ? undefined : { version };
    return this.http.call("POST", `v1/personas/${encodeURIComponent(persona)}/build`, wanted);
  }

  job(id: string): Promise<Job> {
    return this.http.call("GET", `v1/jobs/${encodeURIComponent(id)}`);
  }

  cancel(id: string): Promise<Job> {
    return this.http.call("POST", `v1/jobs/${encodeURIComponent(id)}/cancel`);
  }
}
