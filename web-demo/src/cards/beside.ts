/** Cards on the page and in the widget. A kiosk has its own place for them. */

import type { App } from "../app";
import { fetchMaps, type AreaMap } from "../maps/maps";
import type { Card } from "../net/events";
import { CardPanel } from "./panel";

/** Shows what `house` tells as `shuren-card` beside her. */
export function showCards(app: App, house: HTMLElement, base: string): void {
  let maps: Record<string, AreaMap> = {};
  const panel = new CardPanel(() => ({
    url: base,
    persona: app.personaId,
    maps,
    language: app.page.currentLanguage,
    print: false,
    send: (message) => void app.sendText(message),
    sendFile: (kind, url, name) => app.tellHer(`📎 ${name}`, (client) => client.sendFile(kind, url)),
  }));
  app.page.addPart({ element: panel.element, translate: () => panel.render() });
  const show = async (card: Card): Promise<void> => {
    if (typeof card.map === "string" && !(card.map in maps)) maps = await fetchMaps(base, app.personaId).catch(() => ({}));
    panel.show(card);
  };
  house.addEventListener("shuren-card", ({ detail }) => void show(detail));
  house.addEventListener("shuren-persona", () => panel.close());
}
