/** What the service tells of packs (docs/api.md), as far as the view needs it. */

import type { Me, Mistake } from "./api";

export interface Version {
  version: string;
  uploaded: string;
  by: string;
  note: string;
}

export interface Versions {
  /** The one in use; "" is the one that came with the service. */
  active: string;
  /** The digest of what new talks get now. */
  serving: string;
  /** What rolling back goes to, the next one first. */
  before: string[];
  versions: Version[];
}

export interface Files {
  version: string;
  digest: string;
  files: { file: string; bytes: number }[];
}

export interface Change {
  file: string;
  what: "added" | "changed" | "removed";
  lines: string[];
  left_out: number;
}

export interface Checked {
  mistakes: Mistake[];
  changes: Change[];
}

export interface Answer {
  version: string;
  answer: string;
  route: string;
  rule: string;
  citations: { passage_id: string; title: string; source: string; as_of: string }[];
  kept_back: { rule: string; words: string; sentence: string }[];
  masked: string[];
  handoff: boolean;
  flow: string;
  nearest: [string, number][];
  first_ms: number;
}

export interface Measure {
  value: number;
  of: number;
  least?: number;
  most?: number;
  met: boolean;
}

export interface Run {
  id: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  progress: { done: number; of: number };
  result?: { version: string; met?: boolean; cases?: number; seconds?: number; measures?: Record<string, Measure>; failures?: Failure[] };
  error?: { code: string; message: string };
  created: string;
}

/** `talk`: what was asked, what she said, and how it came about. */
export interface Failure {
  id: string;
  wrong: string;
  talk: [string, string, string][];
}

/** Where the calls about a persona's packs go. */
export const at = (persona: string, rest: string, asked: Record<string, string> = {}): string => {
  const query = new URLSearchParams(asked).toString();
  return `v1/personas/${encodeURIComponent(persona)}/${rest}${query ? `?${query}` : ""}`;
};

/** Above 0: better than the other; which way is up, the target says. */
export function better(each: Measure, other: Measure): number {
  const difference = Math.round(1e4 * (each.value - other.value));
  return each.least !== undefined ? difference : 0 - difference;
}

export const approves = (me: Me): boolean => me.scope === "admin" || me.scope === "compliance";

/** Whether somebody else has to approve a version, since it is the caller's own. */
export const mine = (me: Me, each: Version): boolean => each.by === me.name && (me.four_eyes || me.scope !== "admin");
