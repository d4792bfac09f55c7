/** What lies under a drawn walk: its stops in order, how long it takes, and what the lines mean. */

import { h } from "../ui/dom";
import type { Language } from "../ui/i18n";
import { legsOf, type AreaMap, type Route } from "./maps";

const WORDS = {
  zh: {
    minutes: (n: number) => `${n} 分钟`,
    total: (n: number) => `连走带看约 ${n} 分钟`,
    free: "无台阶",
    steps: "有台阶或坡坎",
    allFree: "全程无台阶",
    note: "示意图，不按比例；开放与路况以现场公告为准。",
  },
  en: {
    minutes: (n: number) => `${n} min`,
    total: (n: number) => `About ${n} minutes, walking and looking`,
    free: "step-free",
    steps: "steps or uneven ground",
    allFree: "Step-free all the way",
    note: "A sketch, not to scale. Notices on site come first.",
  },
};

export function routeLegend(map: AreaMap, route: Route, language: Language): HTMLElement {
  const words = WORDS[language];
  const stops = route.stops.flatMap(({ place, minutes }) => {
    const spot = map.places[place];
    return spot ? [h("li", {}, h("span", {}, spot[language]), h("small", {}, words.minutes(minutes)))] : [];
  });
  const legs = legsOf(map, route);
  const kinds = [legs.some(({ way }) => way.step_free) && "free", legs.some(({ way }) => !way.step_free) && "steps"] as const;
  const keys = kinds.map((kind) => kind && h("span", { class: `key ${kind}` }, words[kind]));
  return h(
    "div",
    { class: "route-legend" },
    h("ol", { class: "stops" }, ...stops),
    h("p", { class: "total" }, h("strong", {}, words.total(route.minutes)), route.step_free && h("span", { class: "all-free" }, words.allFree)),
    h("p", { class: "keys" }, ...keys),
    h("p", { class: "note" }, words.note),
  );
}
