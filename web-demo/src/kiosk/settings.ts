/** What the operator has set for kiosks (`GET /v1/kiosk`), and what this one's address says. */

import { authorization } from "../net/token";
import type { Language } from "../ui/i18n";
import type { Hours } from "./hours";

export interface KioskSettings {
  presence: boolean;
  wake_on_presence: boolean;
  idle_s: number;
  farewell_s: number;
  hours: Hours;
  follow_noise: boolean;
  print: boolean;
  url: string;
  page: string;
  heartbeat_s: number;
}

export interface KioskAddress {
  /** By which the operator knows it. */
  id: string;
  persona: string | null;
  language: Language | null;
  elder: boolean;
}

export async function fetchSettings(base: string): Promise<KioskSettings> {
  const response = await fetch(new URL("v1/kiosk", base), { headers: authorization() });
  if (!response.ok) throw new Error(`kiosk: HTTP ${response.status}`);
  return (await response.json()) as KioskSettings;
}

export function readAddress(search: string): KioskAddress {
  const query = new URLSearchParams(search);
  const language = query.get("lang");
  return {
    id: query.get("id") ?? "",
    persona: query.get("persona"),
    language: language === "zh" || language === "en" ? language : null,
    elder: query.get("elder") === "1",
  };
}
