/** Whom one can talk to, as the server tells (`GET /v1/personas`). */

import { authorization } from "./net/token";
import type { Language } from "./ui/i18n";

export interface Persona {
  id: string;
  name: Partial<Record<Language, string>>;
  role: Partial<Record<Language, string>>;
  avatar: string;
  languages: string[];
}

/** Throws when the server cannot be reached or does not answer as it should. */
export async function fetchPersonas(base: string): Promise<Persona[]> {
  const response = await fetch(new URL("v1/personas", base), { headers: authorization() });
  if (!response.ok) throw new Error(`personas: HTTP ${response.status}`);
  const body = (await response.json()) as { personas: Persona[] };
  return body.personas;
}

export function nameOf(persona: Persona, language: Language): string {
  return persona.name[language] || persona.name.zh || persona.name.en || persona.id;
}

/** The first clause of the role's description: what fits beside a name. */
export function roleOf(persona: Persona, language: Language): string {
  const whole = persona.role[language] || persona.role.zh || persona.role.en || "";
  const first = (language === "zh" ? whole.split(/[，；。,;]/) : whole.split(/[,;.]| who /))[0]?.trim() ?? "";
  return first.charAt(0).toUpperCase() + first.slice(1);
}

/** Where an avatar's mesh is served. */
export function avatarUrl(base: string, name: string, low: boolean): string {
  return new URL(`avatars/${encodeURIComponent(name)}/avatar${low ? ".low" : ""}.glb`, base).href;
}
