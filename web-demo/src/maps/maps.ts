/** Illustrated maps of a persona's places (`GET /maps/{persona}`), and walks on them. */

import type { Card } from "../net/events";
import { authorization } from "../net/token";
import type { Language } from "../ui/i18n";

export type Point = readonly [x: number, y: number];
export type WayKind = "path" | "stairs" | "cable" | "lift" | "boat" | "bus";
export type Drawn = "gate" | "hall" | "temple" | "tower" | "bridge" | "cable" | "water" | "dig" | "tree" | "view";

export interface Spot {
  zh: string;
  en: string;
  at: Point;
  drawn: Drawn;
  label: "above" | "below" | "left" | "right";
}

export interface Way {
  ends: readonly [string, string];
  kind: WayKind;
  step_free: boolean;
  bend: number;
}

export interface AreaMap {
  zh: string;
  en: string;
  places: Record<string, Spot>;
  ways: Way[];
  scenery: { kind: "river" | "lake" | "wood" | "hills" | "square"; points: Point[] }[];
}

/** A planned walk: places in order, how each leg is travelled, and where one stays how long. */
export interface Route {
  map: string;
  way: string[];
  by: WayKind[];
  stops: { place: string; minutes: number }[];
  minutes: number;
  step_free: boolean;
}

/** Throws when they cannot be had. */
export async function fetchMaps(base: string, persona: string): Promise<Record<string, AreaMap>> {
  const response = await fetch(new URL(`maps/${encodeURIComponent(persona)}`, base), { headers: authorization() });
  if (!response.ok) throw new Error(`maps: HTTP ${response.status}`);
  return ((await response.json()) as { maps: Record<string, AreaMap> }).maps;
}

/** The route of a card, where it is one. */
export function routeOf(card: Card): Route | null {
  return card.kind === "route" && Array.isArray(card.way) ? (card as unknown as Route) : null;
}

export interface Leg {
  from: string;
  to: string;
  way: Way;
}

/** The ways a route takes; a leg the map does not know is left out. */
export function legsOf(map: AreaMap, route: Route): Leg[] {
  return route.way.slice(1).flatMap((to, k) => {
    const from = route.way[k] as string;
    const ways = map.ways.filter(({ ends }) => ends.includes(from) && ends.includes(to));
    const way = ways.find(({ kind }) => kind === route.by[k]) ?? ways[0];
    return way ? [{ from, to, way }] : [];
  });
}

/** What a phone needs of a route, short enough for a QR code that is read from a step away. Says nothing of the visitor. */
export function packed(persona: string, route: Route, language: Language): string {
  const stops = route.stops.map(({ place, minutes }) => `${place}.${minutes}`).join("-");
  const legs = route.way.map((place, k) => (k ? `${place}.${route.by[k - 1]}` : place)).join("-");
  return [persona, route.map, language, route.minutes, route.step_free ? 1 : 0, legs, stops].join("/");
}

export interface Unpacked {
  persona: string;
  language: Language;
  route: Route;
}

const WAYS: readonly string[] = ["path", "stairs", "cable", "lift", "boat", "bus"];

/** Reads what `packed` wrote; null for anything else: it comes from an address, which anybody may have written. */
export function unpacked(text: string): Unpacked | null {
  const [persona, map, language, minutes, free, legs, stops, ...rest] = text.split("/");
  if (!persona || !map || !legs || rest.length || text.length > 2000) return null;
  const steps = legs.split("-").map((leg) => leg.split("."));
  const by = steps.slice(1).map(([, kind]) => kind ?? "");
  if (by.some((kind) => !WAYS.includes(kind)) || !Number.isFinite(Number(minutes))) return null;
  const stayed = (stops || "").split("-").filter(Boolean).map((stop) => stop.split("."));
  return {
    persona,
    language: language === "en" ? "en" : "zh",
    route: {
      map,
      way: steps.map(([place]) => place ?? ""),
      by: by as WayKind[],
      stops: stayed.map(([place, time]) => ({ place: place ?? "", minutes: Number(time) || 0 })),
      minutes: Number(minutes),
      step_free: free === "1",
    },
  };
}
