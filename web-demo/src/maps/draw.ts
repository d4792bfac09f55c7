/** Draws an illustrated map as SVG, and a walk on it. Only attributes: a strict policy forbids inline styles. */

import type { Language } from "../ui/i18n";
import { legsOf, type AreaMap, type Drawn, type Point, type Route, type Spot, type Way } from "./maps";

const NS = "http://www.w3.org/2000/svg";
type Attributes = Record<string, string | number>;

function s(tag: string, attributes: Attributes, ...children: (Node | string)[]): SVGElement {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** Small pictures of places, drawn around 0,0, about 7 wide. */
const PICTURES: Record<Drawn, string> = {
  gate: '<path d="M-3.4 2.6V-1M3.4 2.6V-1M-4.4-1.2q4.4-2.6 8.8 0l-.5 1.2h-7.8z" fill="#a8442a" stroke="#6d2a18"/><path d="M-1.6 2.6V.4h3.2v2.2" fill="#6d2a18" stroke="none"/>',
  hall: '<path d="M-3.4 2.6v-3h6.8v3z" fill="#f3e5c8" stroke="#8a6a3a"/><path d="M-4.4-.4 0-3.6 4.4-.4z" fill="#7d8f86" stroke="#4e5f57"/><path d="M-.8 2.6V.8H.8v1.8" fill="#8a6a3a" stroke="none"/>',
  temple: '<path d="M-2.8 2.6v-2.4h5.6v2.4z" fill="#c65a3a" stroke="#7d2f1b"/><path d="M-4.8.2q2.2-.3 2.8-1.6h4q.6 1.3 2.8 1.6-4.8.9-9.6 0z" fill="#4e5f57" stroke="#33413b"/><path d="M-3.2-1.6Q-1-2-.6-3.6h1.2Q1-2 3.2-1.6q-3.2.7-6.4 0z" fill="#4e5f57" stroke="#33413b"/>',
  tower: '<path d="M-2.2 2.6V.8h4.4v1.8zM-1.7-.6h3.4v1.4h-3.4zM-1.2-2.4h2.4V-1h-2.4z" fill="#c65a3a" stroke="#7d2f1b"/><path d="M-3.4.9h6.8l-1-1.1h-4.8zM-2.7-.7h5.4l-.9-1h-3.6zM-2.1-2.4h4.2L0-4.2z" fill="#4e5f57" stroke="#33413b"/>',
  bridge: '<path d="M-4.6 1.8Q0-1 4.6 1.8" fill="none" stroke="#6d4a22" stroke-width="1.1"/><path d="M-4.4-2v4M4.4-2v4M-4.4-1.8Q0 2.4 4.4-1.8" fill="none" stroke="#6d4a22"/>',
  cable: '<path d="M-4.6-2.8 4.6-4" fill="none" stroke="#444"/><path d="M0-3.4v1.4" stroke="#444"/><rect x="-2.2" y="-2" width="4.4" height="4.2" rx="1.1" fill="#d9a441" stroke="#7a5a1c"/><path d="M-1.4-1h2.8v1.4h-2.8z" fill="#fff" stroke="none"/>',
  water: '<circle r="3.6" fill="#d8eef2" stroke="#3f8aa0"/><path d="M-2.4-.6q1.2-1.2 2.4 0t2.4 0M-2.4 1q1.2-1.2 2.4 0t2.4 0" fill="none" stroke="#2f7a90" stroke-width=".6"/>',
  dig: '<path d="M-4 2.4-2.8-1.4h5.6L4 2.4z" fill="#c9a36b" stroke="#7d5a2c"/><path d="M-2.4 1.2-1.8-.4h3.6l.6 1.6z" fill="#8a6232" stroke="none"/>',
  tree: '<path d="M0 2.8v-6M0-.2-2.6-1.4M0-.2l2.6-1.2M0-2-1.8-3M0-2l1.8-1M0 1.4-3 .6M0 1.4l3-.8" fill="none" stroke="#3f7a5a" stroke-width=".8"/><path d="M-1.8 2.8h3.6" stroke="#2f5a44" stroke-width=".9"/>',
  view: '<circle r="3.4" fill="#fff4d6" stroke="#b08a3a"/><path d="M-2.4 1.4-.6-1.2.6.2l.8-1 1.4 2.2z" fill="#6f9a7f" stroke="#3f6a52" stroke-width=".4"/>',
};

/** Scenery by kind: what one point or all of them become. */
function scenery({ kind, points }: AreaMap["scenery"][number]): SVGElement[] {
  if (kind === "hills") return points.map(([x, y]) => hill(x, y));
  if (kind === "wood") return points.flatMap(([x, y], k) => trees(x, y, k));
  if (kind === "river") {
    const d = smooth(points);
    const line = (colour: string, width: number): SVGElement => s("path", { d, fill: "none", stroke: colour, "stroke-width": width, "stroke-linecap": "round" });
    return [line("#8fc3d2", 7.2), line("#b9dde6", 5.6), line("#d4ecf1", 1)];
  }
  const outline = points.map(([x, y], k) => `${k ? "L" : "M"}${x} ${y}`).join("");
  if (kind === "lake") return [s("path", { d: `${smooth([...points, points[0] as Point])}Z`, fill: "#b9dde6", stroke: "#8fc3d2", "stroke-width": 1 })];
  return [s("path", { d: `${outline}Z`, fill: "#efe2c4", stroke: "#d8c59a", "stroke-width": 0.6, "stroke-linejoin": "round" })];
}

function hill(x: number, y: number): SVGElement {
  const g = s("g", { transform: `translate(${x} ${y})` });
  g.innerHTML =
    '<path d="M-17 9Q-11-3-6-1-2-13 3-11 8-5 10-4 14-2 19 9z" fill="#a9c4a8"/><path d="M-6 9Q-1-4 4-4q6 3 10 13z" fill="#8fb292"/><path d="M-2-8.600Q1-13 3-11l3 4" fill="none" stroke="#dcead9" stroke-width=".9" stroke-linecap="round"/>';
  return g;
}

function trees(x: number, y: number, k: number): SVGElement[] {
  const places: Point[] = [[0, 0], [3, 1.4], [-2.8, 1.8]];
  return places.slice(0, 2 + (k % 2)).map(([dx, dy], n) => {
    const g = s("g", { transform: `translate(${x + dx} ${y + dy}) scale(${1 - 0.14 * n})` });
    g.innerHTML = '<path d="M0 2.600V.8" stroke="#7a5c38" stroke-width=".7"/><path d="M0-3.400Q3-1 1.700 1.200-.2 2-1.800 1.200-3-1 0-3.400z" fill="#6f9f74"/>';
    return g;
  });
}

/** A curve through points (Catmull-Rom as Béziers). */
function smooth(points: readonly Point[]): string {
  return points
    .map(([x, y], k) => {
      if (!k) return `M${x} ${y}`;
      const [a, b, c, d] = [-2, -1, 0, 1].map((n) => points[Math.min(points.length - 1, Math.max(0, k + n))] as Point) as [Point, Point, Point, Point];
      return `C${round(b[0] + (c[0] - a[0]) / 6)} ${round(b[1] + (c[1] - a[1]) / 6)} ${round(c[0] - (d[0] - b[0]) / 6)} ${round(c[1] - (d[1] - b[1]) / 6)} ${x} ${y}`;
    })
    .join("");
}

const round = (value: number): number => Math.round(value * 100) / 100;

function wayPath(map: AreaMap, { ends, bend }: Way): string {
  const [a, b] = ends.map((end) => (map.places[end] as Spot).at) as [Point, Point];
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
  const [mx, my] = [(a[0] + b[0]) / 2 + ((b[1] - a[1]) / length) * bend * 2, (a[1] + b[1]) / 2 - ((b[0] - a[0]) / length) * bend * 2];
  return `M${a[0]} ${a[1]}Q${round(mx)} ${round(my)} ${b[0]} ${b[1]}`;
}

const QUIET: Record<Way["kind"], Attributes> = {
  path: { "stroke-dasharray": "1.4 1" },
  stairs: { "stroke-dasharray": ".5 .7", "stroke-width": 1.6, "stroke-linecap": "butt" },
  cable: { stroke: "#6a6a6a", "stroke-width": 0.5, "stroke-dasharray": "3 .8" },
  lift: { "stroke-dasharray": "1.4 1" },
  boat: { stroke: "#3f8aa0", "stroke-dasharray": "1.4 1" },
  bus: { stroke: "#8a7f6a", "stroke-width": 1.2, "stroke-dasharray": "2.4 1.2" },
};

function quietWay(map: AreaMap, way: Way): SVGElement {
  const plain: Attributes = { d: wayPath(map, way), fill: "none", stroke: "#b59a6c", "stroke-width": 0.9, "stroke-linecap": "round" };
  return s("path", { ...plain, ...QUIET[way.kind] });
}

/** Without steps: one broad green line. With steps: orange, with gaps like the steps. */
function walked(map: AreaMap, way: Way): SVGElement[] {
  const d = wayPath(map, way);
  const line: Attributes = { d, fill: "none", "stroke-linejoin": "round" };
  const under = s("path", { ...line, stroke: "#fff", "stroke-width": 3.2, "stroke-linecap": "round" });
  return way.step_free
    ? [under, s("path", { ...line, class: "step-free", stroke: "#0d7a4f", "stroke-width": 2, "stroke-linecap": "round" })]
    : [under, s("path", { ...line, class: "steps", stroke: "#c8501e", "stroke-width": 2, "stroke-dasharray": "1.5 .8" })];
}

const LABEL: Record<Spot["label"], { dx: number; dy: number; anchor: string }> = {
  above: { dx: 0, dy: -5.2, anchor: "middle" },
  below: { dx: 0, dy: 6.8, anchor: "middle" },
  left: { dx: -5.6, dy: 1.2, anchor: "end" },
  right: { dx: 5.6, dy: 1.2, anchor: "start" },
};

function place(spot: Spot, language: Language, number: number, dim: boolean): SVGElement {
  const [x, y] = spot.at;
  const picture = s("g", { "stroke-width": 0.45, "stroke-linejoin": "round", "stroke-linecap": "round" });
  picture.innerHTML = PICTURES[spot.drawn];
  const { dx, dy, anchor } = LABEL[spot.label];
  const words = { x: dx, y: dy, "text-anchor": anchor, "font-size": language === "zh" ? 3.3 : 2.7, "font-weight": 600, fill: "#3b2f1e" };
  const halo = { stroke: "#f7efdc", "stroke-width": 0.9, "paint-order": "stroke", "stroke-linejoin": "round" };
  const g = s("g", { transform: `translate(${x} ${y})`, ...(dim ? { opacity: 0.62 } : {}) }, picture, s("text", { ...words, ...halo }, spot[language]));
  if (number) {
    const badge = { "font-size": 3, "font-weight": 700, fill: "#fff", "text-anchor": "middle", x: -4, y: -2.6 };
    g.append(s("circle", { cx: -4, cy: -3.7, r: 2.4, fill: "#0d6b5c", stroke: "#fff", "stroke-width": 0.5 }), s("text", badge, String(number)));
  }
  return g;
}

/** The whole picture; `route` is drawn on it, numbered by its stops. */
export function drawMap(map: AreaMap, language: Language, route: Route | null = null): SVGElement {
  const legs = route ? legsOf(map, route) : [];
  const on = new Set(route ? route.way : Object.keys(map.places));
  const numbers = new Map(route?.stops.map(({ place: id }, k) => [id, k + 1]));
  const places = Object.entries(map.places).map(([id, spot]) => place(spot, language, numbers.get(id) ?? 0, !on.has(id)));
  const order = route?.stops.map(({ place: id }) => map.places[id]?.[language] ?? "").filter(Boolean);
  const title = [map[language], order?.join(language === "zh" ? "、" : ", ")].filter(Boolean).join(language === "zh" ? "：" : ": ");
  return s(
    "svg",
    { viewBox: "0 0 100 100", role: "img", class: "area-map", "aria-label": title, "font-family": "inherit" },
    s("rect", { width: 100, height: 100, fill: "#f4ead2" }),
    s("path", { d: "M0 66Q26 56 50 64t50-6V100H0z", fill: "#e9e3c0" }),
    ...map.scenery.flatMap(scenery),
    ...map.ways.map((way) => quietWay(map, way)),
    ...legs.flatMap(({ way }) => walked(map, way)),
    ...places,
  );
}
