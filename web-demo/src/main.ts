import "./ui/style.css";
import "./maps/map.css";
import "./cards/cards.css";
import { App } from "./app";
import { showCards } from "./cards/beside";
import { expose } from "./integrators";
import { takeToken } from "./net/token";
import { readOptions, themeOf } from "./options";
import { preferredLanguage, translator } from "./ui/i18n";

takeToken(location, history);
const house = document.getElementById("house") as HTMLElement;
const options = readOptions(location.search);
document.documentElement.dataset.theme = themeOf(location.search) ?? "";

if (typeof AudioContext === "undefined" || typeof WebSocket === "undefined" || !Array.prototype.findLast) {
  const note = document.createElement("p");
  note.className = "notice";
  note.textContent = translator(options.language ?? preferredLanguage(navigator.languages))("unsupported");
  house.append(note);
} else {
  const base = new URL(".", location.href).href;
  const app = new App(house, base, options);
  showCards(app, house, base);
  house.addEventListener("shuren-persona", ({ detail }) => {
    const url = new URL(location.href);
    url.searchParams.set("persona", detail.id);
    history.replaceState(null, "", url);
  });
  expose(app);
  void app.run();
}
