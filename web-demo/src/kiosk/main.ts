import "../ui/style.css";
import "../maps/map.css";
import "../cards/cards.css";
import "./kiosk.css";
import { App } from "../app";
import { expose } from "../integrators";
import { takeToken } from "../net/token";
import { readOptions } from "../options";
import { Kiosk } from "./kiosk";
import { keepForOffline } from "./offline";
import { fetchSettings, readAddress } from "./settings";

const RETRY_MS = 4000;

async function settingsOnceThere(base: string): ReturnType<typeof fetchSettings> {
  for (;;) {
    try {
      return await fetchSettings(base);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

async function begin(): Promise<void> {
  const base = new URL(".", location.href).href;
  const [root, house] = ["kiosk", "house"].map((id) => document.getElementById(id)) as [HTMLElement, HTMLElement];
  const address = readAddress(location.search);
  const app = new App(house, base, { ...readOptions(location.search), language: address.language ?? "zh", fixedPersona: true, waits: true, elder: false, files: false });
  const kiosk = new Kiosk(root, house, app, base, await settingsOnceThere(base), address);
  expose(app);
  window.shurenKiosk = kiosk.state;
  document.addEventListener("contextmenu", (event) => event.preventDefault()); // a long press on a touch screen
  void keepForOffline();
  await kiosk.run();
}

takeToken(location, history);
void begin();
