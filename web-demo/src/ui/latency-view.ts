/** The last answer's times as a thin scale: understood, first sound, mouth moves; the server's stages beside it. */

import type { TurnLatency } from "../latency";
import { h, setText } from "./dom";
import type { Key, Translate } from "./i18n";
import type { Part } from "./part";

const STEPS: { field: "transcriptMs" | "firstSoundMs" | "firstMouthMs"; key: Key; mark: string }[] = [
  { field: "transcriptMs", key: "latencyTranscript", mark: "transcript" },
  { field: "firstSoundMs", key: "latencySound", mark: "sound" },
  { field: "firstMouthMs", key: "latencyMouth", mark: "mouth" },
];
/** The scale's full width, ms; longer turns stretch it. */
const SCALE = 1500;

export class LatencyStrip implements Part {
  readonly element: HTMLElement;
  private readonly heading = h("h2");
  private readonly from = h("span", { class: "from" });
  private readonly scale = h("div", { class: "scale", "aria-hidden": "true" });
  private readonly figures = h("dl", { class: "figures" });
  private readonly server = h("details", { class: "server" });
  private t: Translate = (key) => key;
  private turn: TurnLatency | null = null;

  constructor() {
    const head = h("header", {}, this.heading, this.from);
    this.element = h("section", { class: "latency" }, head, this.scale, this.figures, this.server);
  }

  translate(t: Translate): void {
    this.t = t;
    setText(this.heading, t("latency"));
    this.show(this.turn);
  }

  show(turn: TurnLatency | null): void {
    this.turn = turn;
    const has = turn !== null && turn.firstSoundMs !== null;
    this.element.classList.toggle("none", !has);
    setText(this.from, has ? this.t(turn.asked === "text" ? "latencyFromText" : "latencyFrom") : this.t("latencyNone"));
    this.scale.replaceChildren();
    this.figures.replaceChildren();
    this.server.replaceChildren();
    this.server.hidden = true;
    if (has) this.fill(turn);
  }

  private fill(turn: TurnLatency): void {
    const full = Math.max(SCALE, ...STEPS.map(({ field }) => turn[field] ?? 0));
    for (const { field, key, mark } of STEPS) {
      const value = turn[field];
      if (value === null) continue;
      const dot = h("i", { class: mark });
      dot.style.left = `${(100 * value) / full}%`;
      this.scale.append(dot);
      this.figures.append(h("div", { class: mark }, h("dt", {}, this.t(key)), h("dd", {}, this.ms(value))));
    }
    const stages = Object.entries(turn.server);
    this.server.hidden = stages.length === 0;
    const entries = stages.map(([stage, value]) => h("li", {}, h("code", {}, stage.replace(/_ms$/, "")), h("span", {}, this.ms(value))));
    this.server.append(h("summary", {}, this.t("latencyServer")), h("ul", {}, ...entries));
  }

  private ms(value: number): string {
    return `${Math.round(value)} ${this.t("ms")}`;
  }
}
