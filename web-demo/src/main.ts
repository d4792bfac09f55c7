import "./ui/style.css";
import { App } from "./app";
import { expose } from "./integrators";
import { takeToken } from "./net/token";
import { readOptions } from "./options";
import { preferredLanguage, translator } from "./ui/i18n";

takeToken(location, history);
const house = document.getElementById("house") as HTMLElement;
const options = readOptions(location.search);

if (typeof AudioContext === "undefined" || typeof WebSocket === "undefined" || !Array.prototype.findLast) {
  const note = document.createElement("p");
  note.className = "notice";
  note.textContent = translator(options.language ?? preferredLanguage(navigator.languages))("unsupported");
  house.append(note);
} else {
  const app = new App(house, new URL(".", location.href).href, options);
  house.addEventListener("shuren-persona", ({ detail }) => {
    const url = new URL(location.href);
    url.searchParams.set("persona", detail.id);
    history.replaceState(null, "", url);
  });
  expose(app);
  void app.run();
}
