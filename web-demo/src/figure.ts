/** What is seen of her: the avatar on a stage, and a portrait until it is there, or in its place where it cannot be. */

import { sceneOf, type Options } from "./options";
import { avatarUrl, type Persona } from "./personas";
import type { Player } from "./player";
import { Stage } from "./stage/stage";
import { viewOf } from "./stage/views";
import type { Page } from "./ui/page";

export class Figure {
  private shown = ""; // the avatar on stage, or on its way there

  constructor(
    private readonly player: Player,
    private readonly page: Page,
    private readonly base: string,
    private readonly options: Options,
  ) {
    try {
      player.stage = new Stage(page.view, options);
      page.watchInsets((insets) => player.stage?.setInsets(insets));
    } catch (error) {
      console.warn("Shuren: no stage", error); // no WebGL 2
    }
  }

  /** Brings a persona's avatar on, in its scene. */
  async show(persona: Persona | null): Promise<void> {
    if (!persona) return;
    const { message, portrait } = this.page;
    const { stage } = this.player;
    if (stage) this.compose(stage, persona);
    if (persona.avatar === this.shown) return;
    this.shown = persona.avatar;
    void portrait.show(new URL(`portraits/${encodeURIComponent(persona.avatar)}`, this.base).href);
    if (!stage) return message.show("noWebgl", 0, 8);
    message.show("loadingAvatar");
    try {
      await this.load(stage, persona.avatar);
      portrait.hide();
      message.hide();
    } catch (error) {
      console.warn("Shuren: the avatar could not be loaded", error);
      if (this.shown === persona.avatar) this.shown = ""; // to be tried again, unless another is on its way by now
      message.show("avatarFailed", 0, 8);
    }
  }

  /** What the address or the page around asks for goes before what the persona brings. */
  private compose(stage: Stage, { scene }: Persona): void {
    const own = sceneOf(scene?.backdrop, scene?.framing);
    stage.setBackdrop(this.options.backdrop ?? own.backdrop ?? "branch");
    stage.setView(viewOf(this.options.framing ?? own.framing ?? "chest"));
  }

  private async load(stage: Stage, name: string): Promise<void> {
    const low = this.options.lowDetail || stage.software;
    const progress = (part: number): void => this.page.message.show("loadingAvatar", Math.round(100 * part));
    try {
      await stage.load(avatarUrl(this.base, name, low), progress);
    } catch (error) {
      if (!low) throw error;
      await stage.load(avatarUrl(this.base, name, false), progress); // not every avatar has a low one
    }
  }
}
