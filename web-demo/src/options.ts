/** What the address bar may ask for. */

import type { Language } from "./ui/i18n";
import type { MorphMode } from "./stage/avatar";
import { isBackdrop, type BackdropName } from "./stage/backdrops";
import { isFraming, type FramingName } from "./stage/views";

export interface Options {
  persona: string | null;
  /** No other persona may be chosen. */
  fixedPersona: boolean;
  /** Where a token for the service comes from; null: none is needed, or the page is the service's own. */
  token: (() => Promise<string>) | null;
  language: Language | null;
  /** Start the microphone right away. */
  mic: boolean;
  /** No conversation: the person at the microphone speaks through the avatar. */
  puppet: boolean;
  /** Her turn ends when the person lets go of the button or the space bar, not by listening. */
  hold: boolean;
  /** She listens only when called by name. */
  wake: boolean;
  /** Prepares the stage, and begins only when told to: `App.start`. */
  waits: boolean;
  /** Pictures and documents can be sent from here, where she asks for one. Not on a public machine. */
  files: boolean;
  /** Everything larger, and she speaks more slowly. */
  elder: boolean;
  /** In place of the persona's own. */
  backdrop: BackdropName | null;
  framing: FramingName | null;
  morph: MorphMode | null;
  lowDetail: boolean;
  /** All materials and pixels even where drawing is done in software: for pictures, not for talking. */
  fullLooks: boolean;
}

export function readOptions(search: string): Options {
  const query = new URLSearchParams(search);
  const morph = query.get("morph");
  const language = query.get("lang");
  return {
    persona: query.get("persona"),
    fixedPersona: false,
    token: null,
    language: language === "zh" || language === "en" ? language : null,
    mic: query.get("mic") === "1",
    puppet: query.get("puppet") === "1",
    hold: query.get("talk") === "hold",
    wake: query.get("wake") === "1",
    waits: false,
    files: true,
    elder: query.get("elder") === "1",
    ...sceneOf(query.get("backdrop"), query.get("framing")),
    morph: morph === "cpu" || morph === "gpu" ? morph : null,
    lowDetail: query.get("lod") === "low",
    fullLooks: query.get("looks") === "full",
  };
}

/** What is asked for of the picture; null where that is unknown. */
export function sceneOf(backdrop: unknown, framing: unknown): Pick<Options, "backdrop" | "framing"> {
  return { backdrop: isBackdrop(backdrop) ? backdrop : null, framing: isFraming(framing) ? framing : null };
}

/** The address may also ask for a theme, in place of the system's. */
export function themeOf(search: string): string | null {
  const theme = new URLSearchParams(search).get("theme");
  return theme === "light" || theme === "dark" ? theme : null;
}
