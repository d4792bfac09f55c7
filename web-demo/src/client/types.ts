/** What the service says by REST (docs/api.md, `/openapi.json`). */

import type { Card, TurnState } from "../net/events";

export type Language = "zh" | "en";

export interface Persona {
  id: string;
  name: Partial<Record<Language, string>>;
  role: Partial<Record<Language, string>>;
  avatar: string;
  /** What is behind it, and how much of it is seen. */
  scene?: { backdrop: string; framing: string };
  languages: string[];
  greeting?: Partial<Record<Language, string>>;
  /** Of this digital human, where one was issued. */
  identity_code?: string;
}

export interface Voice {
  /** What `/v1/audio/speech` and packs ask for. */
  id: string;
  backend: string;
  languages: string[];
  title: string;
  licence: string;
  /** Its weights are on the service's machine. */
  here: boolean;
}

export interface Avatar {
  id: string;
  title: string;
  licence: string;
  /** It is built. */
  here: boolean;
}

export interface SessionView {
  id: string;
  persona: string;
  state: TurnState;
  has_client: boolean;
  followers: number;
  age_s: number;
}

export interface CreatedSession extends SessionView {
  resume: { token: string; within_s: number };
}

export interface Line {
  item_id: string;
  role: "user" | "assistant";
  text: string;
  status: string;
  language?: string;
  source?: string;
}

export interface Job {
  id: string;
  kind: string;
  subject: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  progress: { done: number; of: number };
  result?: Record<string, unknown> | null;
  error?: { code: string; message: string } | null;
  created: string;
  ended?: string | null;
}

export interface Version {
  persona: string;
  version: string;
  uploaded: string;
  by: string;
  files: number;
  bytes: number;
}

export type { Card };
