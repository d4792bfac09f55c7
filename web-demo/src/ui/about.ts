/** Whose service this is, on what it runs, what is kept, the filing numbers, and the terms: told by the service itself. */

import { h, nameControl, setText } from "./dom";
import type { Key, Language, Translate } from "./i18n";
import { icon } from "./icons";
import type { Part } from "./part";
import { prose } from "./prose";

/** What is shown of GET /v1/compliance/disclosure. */
interface Disclosure {
  provider: string;
  contact: string;
  complaints: string;
  filing: { model: string; algorithm: string; notice: string };
  models: { part: string; name: string; elsewhere: boolean }[];
  kept_days: Record<string, number>;
}

const PARTS: Record<string, Key> = { ears: "aboutEars", "language model": "aboutMind", voice: "aboutVoice" };

export class About implements Part {
  readonly element: HTMLDialogElement;
  private readonly title = h("h2", { id: "about-title" });
  private readonly close: HTMLButtonElement;
  private readonly body = h("div", { class: "about-body", tabindex: 0 });
  private t: Translate = (key) => key;
  private language: Language = "zh";
  private code = "";

  /** `base`: where the service is. */
  constructor(private readonly base: string) {
    this.close = h("button", { type: "button", class: "quiet square close", onclick: () => this.element.close() }, icon("close"));
    const head = h("header", { class: "panel-head" }, this.title, this.close);
    this.element = h("dialog", { class: "about", "aria-labelledby": "about-title" }, head, this.body);
    this.element.addEventListener("keydown", (event) => event.stopPropagation()); // Escape closes it and no more
    this.element.addEventListener("click", ({ target }) => target === this.element && this.element.close());
  }

  translate(t: Translate, language: Language): void {
    this.t = t;
    this.language = language;
    setText(this.title, t("about"));
    nameControl(this.close, t("dismiss"));
    if (this.element.open) void this.fill();
  }

  /** Whom the visitor talks with: the code she was issued, or "". */
  setCode(code: string): void {
    this.code = code;
    if (this.element.open) void this.fill();
  }

  async show(): Promise<void> {
    this.element.showModal();
    await this.fill();
  }

  private async fill(): Promise<void> {
    const { language } = this;
    try {
      const [told, terms] = await Promise.all([
        this.ask("v1/compliance/disclosure").then((answer) => answer.json() as Promise<Disclosure>),
        this.ask(`v1/compliance/terms?language=${language}`).then((answer) => answer.text()),
      ]);
      if (language === this.language) this.body.replaceChildren(...facts(told, this.code, this.t), ...prose(terms));
    } catch {
      this.body.replaceChildren(h("p", { role: "alert" }, this.t("aboutFailed")));
    }
  }

  private async ask(path: string): Promise<Response> {
    const answer = await fetch(new URL(path, this.base));
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer;
  }
}

/** What is told, without what is empty; a notice first. */
function facts(told: Disclosure, code: string, t: Translate): HTMLElement[] {
  const days = Math.max(0, ...Object.values(told.kept_days));
  const rows: [Key, string][] = [
    ["aboutCode", code],
    ["aboutProvider", told.provider],
    ["aboutContact", told.contact],
    ["aboutComplaints", told.complaints],
    ["aboutModelFiling", told.filing.model],
    ["aboutAlgorithmFiling", told.filing.algorithm],
    ...told.models.map(({ part, name, elsewhere }): [Key, string] => [
      PARTS[part] ?? "about",
      `${name}${elsewhere ? ` · ${t("aboutElsewhere")}` : ""}`,
    ]),
    ["aboutKept", days ? t("aboutDays", { days }) : t("aboutNothing")],
  ];
  const list = rows.filter(([, value]) => value).flatMap(([key, value]) => [h("dt", {}, t(key)), h("dd", {}, value)]);
  const notice = told.filing.notice && h("p", { class: "about-notice" }, told.filing.notice);
  return [...(notice ? [notice] : []), h("dl", {}, ...list)];
}
