/** `/stage?session=…`: a session's stage and nothing else, for OBS and for screens. Its background is transparent. */

import "./stage.css";
import { CaptionTrack } from "../captions";
import { RealtimeClient } from "../net/client";
import type { CardEvent, ServerEvent } from "../net/events";
import { takeToken } from "../net/token";
import { sceneOf } from "../options";
import { avatarUrl } from "../personas";
import { Player } from "../player";
import { Stage } from "../stage/stage";
import { viewOf } from "../stage/views";
import { Captions } from "../ui/captions-view";
import { AiLabel } from "../ui/label";
import { Layers } from "./layers";

/** `background=room`: whatever is behind her persona elsewhere. */
const ROOM = "room";
const LAYOUTS = ["full", "half", "corner"];

class StagePage {
  readonly player: Player;
  private readonly captions = new CaptionTrack();
  private readonly view = new Captions();
  private readonly layers: Layers;
  private readonly label: AiLabel;
  private readonly client: RealtimeClient;
  private shown = ""; // the avatar on stage, or on its way there

  constructor(
    private readonly scene: HTMLElement,
    private readonly base: string,
    private readonly asked: URLSearchParams,
  ) {
    const layout = asked.get("layout") ?? "full";
    scene.dataset.layout = LAYOUTS.includes(layout) ? layout : "full";
    scene.querySelector(".ai-label")?.remove(); // the one that cannot be taken away stands in its place
    this.label = new AiLabel(scene);
    this.label.setLanguage(asked.get("lang") === "en" ? "en" : "zh");
    this.layers = new Layers(scene);
    scene.append(this.view.element);
    this.player = new Player({ playhead: () => undefined, tick: (pts) => this.tick(pts), measured: () => undefined });
    this.client = new RealtimeClient(() => this.address(), {
      onEvent: (event) => this.onEvent(event),
      onMedia: (message) => this.player.media(message),
      onStatus: ({ kind }) => {
        scene.dataset.connection = kind;
        if (kind === "connecting") this.player.reset();
      },
      showLabel: (label) => {
        this.label.setTexts(label.text, label.text_en);
        return this.label.shown();
      },
    });
  }

  async run(): Promise<void> {
    const canvas = this.scene.querySelector("canvas") as HTMLCanvasElement;
    try {
      const { backdrop } = sceneOf(this.background, null);
      this.player.stage = new Stage(canvas, { morph: null, fullLooks: false, transparent: !backdrop && this.background !== ROOM });
      this.compose({});
      this.show(this.asked.get("avatar") ?? "");
    } catch (error) {
      console.warn("Shuren: no stage", error); // captions, cards and voice go on
    }
    void this.sound();
    this.client.connect();
  }

  private get background(): string | null {
    return this.asked.get("background");
  }

  /** What the address asks for goes before what the persona brings; a backdrop is shown only where one is asked for. */
  private compose(own: { backdrop?: string; framing?: string }): void {
    const { stage } = this.player;
    const { backdrop, framing } = sceneOf(this.background === ROOM ? own.backdrop : this.background, this.asked.get("framing") ?? own.framing);
    if (backdrop) stage?.setBackdrop(backdrop);
    if (framing) stage?.setView(viewOf(framing));
  }

  private show(avatar: string): void {
    const { stage } = this.player;
    if (!stage || !avatar || avatar === this.shown) return;
    this.shown = avatar;
    const load = (low: boolean): Promise<void> => stage.load(avatarUrl(this.base, avatar, low), () => undefined);
    void load(stage.software).catch(() => load(false)).catch((error) => console.warn("Shuren: no avatar", error));
  }

  /** OBS lets pages sound; a browser waits for a touch. */
  private async sound(): Promise<void> {
    if (await this.player.speaker.resume(400)) return;
    const retry = async (): Promise<void> => {
      if (!(await this.player.speaker.resume())) return;
      for (const type of ["pointerdown", "keydown"]) removeEventListener(type, retry);
    };
    for (const type of ["pointerdown", "keydown"]) addEventListener(type, retry);
  }

  private address(): string {
    const url = new URL(`v1/stages/${encodeURIComponent(this.asked.get("session") ?? "")}`, this.base);
    url.protocol = url.protocol.replace("http", "ws");
    return url.href;
  }

  private tick(pts: number): void {
    this.layers.tick(pts);
    this.view.show(this.captions.at(pts));
  }

  private onEvent(event: ServerEvent): void {
    switch (event.type) {
      case "shuren.animation.header":
        this.compose(event.scene ?? {});
        if (!this.asked.get("avatar")) this.show(event.avatar ?? "");
        return this.player.header(event);
      case "shuren.sentence":
        return this.captions.addSentence(event);
      case "shuren.caption":
        return this.captions.addWords(event);
      case "shuren.state":
        this.scene.dataset.state = event.state;
        return;
      case "shuren.interrupted":
        if (event.final) this.client.killTurn(event.turn);
        this.player.interrupt(event.turn, event.pts);
        this.layers.queue.cut(event.turn, event.pts);
        return this.captions.cut(event.turn, event.pts, event.final);
      case "shuren.card": {
        const { card, turn, pts } = event as CardEvent & { turn?: number; pts?: number };
        return this.layers.queue.add(card, turn, pts);
      }
    }
  }
}

takeToken(location, history);
const page = new StagePage(document.getElementById("scene") as HTMLElement, new URL(".", location.href).href, new URLSearchParams(location.search));
void page.run();
