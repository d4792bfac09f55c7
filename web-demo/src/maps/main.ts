/** The page a phone opens from a kiosk's QR code: `map#…` holds the walk; nothing is sent anywhere but the map's name. */

import "./map.css";
import { h, setText } from "../ui/dom";
import { drawMap } from "./draw";
import { routeLegend } from "./legend";
import { fetchMaps, unpacked } from "./maps";

const TROUBLE = "路线打不开，请回到导览屏再扫一次。 This route cannot be opened; please scan the code again.";

async function show(house: HTMLElement): Promise<void> {
  const asked = unpacked(decodeURIComponent(location.hash.slice(1)));
  const map = asked && (await fetchMaps(new URL(".", location.href).href, asked.persona))[asked.route.map];
  if (!asked || !map) throw new Error("no such route");
  const { language, route } = asked;
  document.documentElement.lang = language;
  document.title = map[language];
  house.replaceChildren(h("h1", {}, map[language]), drawMap(map, language, route), routeLegend(map, route, language));
}

const house = document.getElementById("route") as HTMLElement;
const retry = (): void =>
  void show(house).catch((error: unknown) => {
    console.warn("Shuren: no route", error);
    const note = h("p", { role: "alert" });
    setText(note, TROUBLE);
    house.replaceChildren(note);
  });
addEventListener("hashchange", retry);
retry();
