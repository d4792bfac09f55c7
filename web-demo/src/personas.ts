/** Whom one can talk to, as the server tells (`GET /v1/personas`). */

import { Shuren, type Persona } from "./client";
import { authorization } from "./net/token";
import type { Language } from "./ui/i18n";

export type { Persona };

/** Throws when the server cannot be reached or does not answer as it should. */
export function fetchPersonas(base: string): Promise<Persona[]> {
  return new Shuren(new URL(".", base).href, { headers: authorization }).personas();
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
