/** `<digital-human>`: she on another maker's page, in a shadow root, behind a button until somebody wants her. */

import type { App } from "../app";
import type { ShurenPage } from "../integrators";
import { sceneOf } from "../options";
import { fetchToken } from "./token";
import { h, nameControl } from "../ui/dom";
import { preferredLanguage, translator, type Language } from "../ui/i18n";
import { icon } from "../ui/icons";
import cardStyle from "../cards/cards.css?inline";
import mapStyle from "../maps/map.css?inline";
import pageStyle from "../ui/style.css?inline";
import style from "./widget.css?inline";

/** Of the service: where this script came from. */
const SERVICE = new URL(".", import.meta.url).href;

export class DigitalHuman extends HTMLElement {
  private readonly house = h("div", { class: "house" });
  private readonly bubble: HTMLButtonElement;
  private readonly fold: HTMLButtonElement;
  private readonly panel: HTMLElement;
  private app: App | null = null;
  private opening: Promise<App> | null = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    const sheets = [pageStyle, mapStyle, cardStyle, style].map((text) => {
      const sheet = new CSSStyleSheet(); // no <style>: a strict policy of the page would refuse it
      sheet.replaceSync(text);
      return sheet;
    });
    root.adoptedStyleSheets = sheets;
    this.bubble = h("button", { type: "button", class: "bubble", onclick: () => void this.open() }, icon("person"));
    this.fold = h("button", { type: "button", class: "quiet square fold", onclick: () => this.minimise() }, icon("close"));
    this.panel = h("section", { class: "widget", hidden: true }, this.house, this.fold);
    root.append(this.bubble, this.panel);
  }

  connectedCallback(): void {
    const t = translator(this.language);
    nameControl(this.bubble, t("openHer"));
    nameControl(this.fold, t("closeHer"));
    this.panel.setAttribute("aria-label", t("stageLabel"));
    if (this.hasAttribute("inline") || this.hasAttribute("open")) void this.open();
  }

  disconnectedCallback(): void {
    this.app?.close();
    this.app = this.opening = null;
    this.house.replaceChildren();
    this.show(false);
  }

  /** Brings her on; resolves when the conversation has begun. Ask for it out of a click, or there is no sound. */
  async open(): Promise<void> {
    this.show(true);
    this.opening ??= this.begin();
    await this.opening;
  }

  /** Puts her away. She falls silent; the conversation goes on where it was when she is opened again. */
  minimise(): void {
    this.app?.interrupt();
    this.app?.stopMic();
    this.show(false);
    this.bubble.focus();
  }

  /** The same as the page's `window.shuren`; null while nobody has opened her. */
  get talk(): ShurenPage | null {
    return this.app?.outside ?? null;
  }

  private get language(): Language {
    const wanted = this.getAttribute("lang");
    return wanted === "zh" || wanted === "en" ? wanted : preferredLanguage(navigator.languages);
  }

  private async begin(): Promise<App> {
    // With three.js and the rest: not before somebody wants her.
    const [{ App }, { showCards }] = await Promise.all([import("../app"), import("../cards/beside")]);
    const tokenUrl = this.getAttribute("token-url");
    const base = folder(this.getAttribute("service") ?? SERVICE);
    const app = new App(this.house, base, {
      persona: this.getAttribute("persona"),
      fixedPersona: true,
      language: this.language,
      token: tokenUrl ? () => fetchToken(new URL(tokenUrl, location.href)) : null,
      mic: false,
      puppet: false,
      hold: this.hasAttribute("hold"),
      wake: false,
      files: true,
      waits: false,
      elder: this.hasAttribute("elder"),
      ...sceneOf(this.getAttribute("backdrop"), this.getAttribute("framing")),
      morph: null,
      lowDetail: this.hasAttribute("low"),
      fullLooks: false,
    });
    showCards(app, this.house, base);
    this.app = app;
    void app.run();
    return app;
  }

  private show(open: boolean): void {
    const inline = this.hasAttribute("inline");
    this.panel.hidden = !open && !inline;
    this.bubble.hidden = open || inline;
    this.fold.hidden = inline;
    this.dispatchEvent(new CustomEvent(open ? "shuren-open" : "shuren-minimised", { bubbles: true, composed: true }));
  }
}

/** Addresses below it are relative: without the slash its last part would be lost. */
function folder(address: string): string {
  return address.endsWith("/") ? address : `${address}/`;
}

if (!customElements.get("digital-human")) customElements.define("digital-human", DigitalHuman);
