/** One kiosk: she idles and invites, talks with whoever comes, and forgets them when they are gone. The conversation is
 * the page's own (app.ts); here is what stands around it in a public place. */

import { ELDER_SPEED, type App } from "../app";
import { CardPanel } from "../cards/panel";
import { fetchMaps, type AreaMap } from "../maps/maps";
import type { Language } from "../ui/i18n";
import { Health, type KioskPhase } from "./health";
import { isOpen, opensNext } from "./hours";
import { RoomEar } from "./loudness";
import { Presence } from "./presence";
import { Screens } from "./screens";
import { fetchSettings, type KioskAddress, type KioskSettings } from "./settings";
import { Visit } from "./visit";

const TICK_MS = 250;
/** Between two looks whether there is a newer page, and the age at which it is loaded anew in any case. */
const RENEW_S = 300;
const OLD_S = 20 * 3600;

/** For whoever runs the kiosk's browser, and tests: `window.shurenKiosk`. */
export interface KioskState {
  readonly phase: KioskPhase;
  readonly visitors: number;
  /** People the camera sees near; 0 where it does not look. */
  readonly people: number;
  readonly faults: { code: string; count: number }[];
}

declare global {
  interface Window {
    shurenKiosk: KioskState;
  }
}

export class Kiosk {
  private readonly visit: Visit;
  private readonly screens: Screens;
  private readonly cards: CardPanel;
  private readonly health: Health;
  private readonly presence: Presence;
  private readonly room = new RoomEar();
  private maps: Record<string, AreaMap> = {};
  private language: Language;
  private elder: boolean;
  private lastVisitor: number | null = null;
  private looked = now();

  constructor(
    private readonly root: HTMLElement,
    private readonly house: HTMLElement,
    private readonly app: App,
    private readonly base: string,
    private settings: KioskSettings,
    private readonly address: KioskAddress,
  ) {
    this.language = this.home;
    this.elder = address.elder;
    this.visit = new Visit({ idleS: settings.idle_s, farewellS: settings.farewell_s });
    this.cards = new CardPanel(
      () => ({
        url: settings.url || base,
        persona: address.persona ?? "",
        maps: this.maps,
        language: this.language,
        print: settings.print,
        send: (message) => void app.sendText(message),
        sendFile: () => Promise.resolve(false), // never from a public machine
      }),
      (open) => root.classList.toggle("with-card", open),
    );
    this.screens = new Screens({
      begin: (language) => void this.begin(language),
      switchLanguage: () => this.speak(this.language === "zh" ? "en" : "zh"),
      toggleElder: () => this.setElder(!this.elder),
      showAbout: () => void this.app.page.about.show(),
      showMap: () => this.cards.showMaps(),
      finish: () => this.forget(),
      stay: () => this.visit.active(now()),
    });
    this.presence = new Presence(base, () => this.seen(), () => this.blind());
    this.health = new Health(base, address.id, settings.page, () => this.pulse(), () => this.show());
    root.append(...this.screens.elements, this.cards.element);
  }

  readonly state: KioskState = kioskState(this);

  async run(): Promise<void> {
    this.listen();
    this.setElder(this.elder);
    void this.app.run();
    this.health.watchCanvas(this.app.page.view);
    this.health.run(this.settings.heartbeat_s);
    setInterval(() => this.tick(), TICK_MS);
    this.tick();
    if (this.settings.presence) void this.presence.start().then(() => this.screens.setWatching(true), () => this.blind());
    await this.loadMaps();
  }

  get phase(): KioskPhase {
    if (!isOpen(this.settings.hours, new Date())) return "closed";
    const connected = this.app.uiState !== "offline"; // a talk goes on, whatever becomes of the heartbeats
    return this.health.online || connected ? this.visit.phase : "offline";
  }

  get visitors(): number {
    return this.visit.visitors;
  }

  get people(): number {
    return this.presence.watching ? this.presence.attention.count : 0;
  }

  get faults(): { code: string; count: number }[] {
    return this.health.told();
  }

  /** Out of a touch where the browser wants a gesture before it makes sound. */
  async begin(language: Language): Promise<void> {
    if (this.phase !== "attract" || !this.visit.begin(now())) return;
    this.speak(language);
    this.show();
    await this.app.start(true);
    if (this.settings.follow_noise && this.app.microphone.active) {
      const tell = (gain: number): void => this.app.player.speaker.setVolume(gain);
      await this.room.start(() => this.app.player.speaking, tell).catch(() => undefined); // she speaks as ever
    }
  }

  /** Everything of the visitor goes: session and resume token, words, card, language, size. */
  private forget(): void {
    this.lastVisitor = now();
    this.visit.end();
    this.room.stop();
    this.app.end();
    this.app.player.speaker.setVolume(1);
    if (this.cards.open) this.cards.close();
    this.app.page.about.element.close();
    this.setElder(this.address.elder);
    this.speak(this.home);
    this.show();
  }

  private listen(): void {
    const { house, root } = this;
    const active = (): void => this.visit.active(now());
    for (const type of ["pointerdown", "keydown"]) root.addEventListener(type, active, { capture: true });
    root.querySelector(".attract")?.addEventListener("click", (event) => {
      if (!(event.target as Element).closest("button")) void this.begin(this.home);
    });
    house.addEventListener("click", () => void this.begin(this.home));
    house.addEventListener("shuren-heard", active);
    house.addEventListener("shuren-card", ({ detail }) => this.cards.show(detail));
    house.addEventListener("shuren-error", ({ detail }) => {
      if (detail.code === "session_idle") this.forget();
      else if (detail.code.startsWith("backend_")) this.health.note("server_error");
    });
  }

  private tick(): void {
    const at = now();
    const { player, uiState } = this.app;
    const coming = uiState !== "offline" && !this.app.ready;
    if (player.speaking || uiState === "thinking" || coming) this.visit.active(at); // they listen, or wait for her
    if (this.visit.tick(at) === "attract") this.forget();
    if (this.visit.phase === "ask") this.screens.countDown(this.language, this.visit.left(at));
    if (this.phase === "closed" && this.visit.phase !== "attract" && !this.app.player.speaking) this.forget();
    if (this.visit.phase === "attract" && at - this.looked > RENEW_S) void this.renew(at);
    this.show();
  }

  private show(): void {
    const { phase, root } = this;
    if (phase === "closed") this.screens.closed(opensNext(this.settings.hours, new Date()));
    if (root.dataset.phase !== phase) root.dataset.phase = phase;
    root.classList.toggle("busy", this.app.uiState === "connecting");
  }

  private seen(): void {
    const { attention } = this.presence;
    if (!attention.present) return;
    this.visit.attended(now());
    if (this.settings.wake_on_presence) void this.begin(this.home);
  }

  private blind(): void {
    this.health.note("camera_lost");
    this.screens.setWatching(false);
  }

  /** Takes the operator's new settings and a new page, while nobody is there. */
  private async renew(at: number): Promise<void> {
    this.looked = at;
    const before = this.settings;
    try {
      this.settings = await fetchSettings(this.base);
    } catch {
      return; // the heartbeat tells
    }
    const other = JSON.stringify(before) !== JSON.stringify(this.settings);
    if (this.visit.phase === "attract" && (other || this.health.uptimeS > OLD_S)) this.health.reload();
  }

  private async loadMaps(): Promise<void> {
    const personas = await fetch(new URL("v1/personas", this.base)).then((answer) => (answer.ok ? answer.json() : { personas: [] }), () => ({ personas: [] }));
    const found = (personas as { personas: { id: string; name: Record<string, string> }[] }).personas.find(({ id }) => id === this.address.persona);
    if (found) this.screens.setNames(found.name);
    this.maps = await fetchMaps(this.base, this.address.persona ?? "").catch(() => ({}));
    this.speak(this.language);
  }

  private get home(): Language {
    return this.address.language ?? "zh";
  }

  private speak(language: Language): void {
    this.language = language;
    this.root.lang = language;
    this.app.page.setLanguage(language);
    this.screens.translate(language, this.elder, Object.keys(this.maps).length > 0);
    this.cards.render();
  }

  private setElder(on: boolean): void {
    this.elder = on;
    this.root.classList.toggle("elder", on);
    this.app.setSpeed(on ? ELDER_SPEED : 1);
    this.speak(this.language);
  }

  private pulse() {
    const last = this.visit.phase === "attract" ? this.lastVisitor : now();
    return {
      phase: this.phase,
      persona: this.address.persona ?? "",
      visitors: this.visit.visitors,
      lastVisitorS: last === null ? null : Math.round(now() - last),
      frames: this.app.player.metrics.framesRendered,
    };
  }
}

function now(): number {
  return performance.now() / 1000;
}

function kioskState(kiosk: Kiosk): KioskState {
  return {
    get phase() {
      return kiosk.phase;
    },
    get visitors() {
      return kiosk.visitors;
    },
    get people() {
      return kiosk.people;
    },
    get faults() {
      return kiosk.faults;
    },
  };
}
