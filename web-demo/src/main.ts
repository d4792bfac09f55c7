import "./ui/style.css";
import { App } from "./app";
import { expose } from "./integrators";
import { takeToken } from "./net/token";
import { readOptions } from "./options";
import { preferredLanguage, translator } from "./ui/i18n";

takeToken(location, history);
const options = readOptions(location.search);

if (typeof AudioContext === "undefined" || typeof WebSocket === "undefined" || !Array.prototype.findLast) {
  const note = document.createElement("p");
  note.className = "notice";
  note.textContent = translator(options.language ?? preferredLanguage(navigator.languages))("unsupported");
  document.getElementById("stage")?.append(note);
} else {
  const app = new App(new URL(".", location.href).href, options);
  expose(app);
  void app.run();
}
