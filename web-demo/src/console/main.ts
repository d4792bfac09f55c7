/** The operator console: sign-in, its parts, and what they share. */

import "./console.css";
import { html, nothing, render, type TemplateResult } from "lit";
import { get, key, Refused, send, type Me } from "./api";
import { Audit } from "./audit";
import { Compliance } from "./compliance";
import { Figures } from "./figures";
import { Health } from "./health";
import { Keys } from "./keys";
import { Live } from "./live";
import { Packs } from "./packs";
import { Quality } from "./quality";
import type { House, View } from "./view";
import { words, type Language, type Say } from "./words";

const LANGUAGE = "shuren.console.language";
const PARTS = ["live", "quality", "packs", "figures", "keys", "audit", "compliance", "health"] as const;
type Part = (typeof PARTS)[number];
/** What the roles see that do not run talks; operators see all but packs, admins everything. */
const OF_ROLES: Record<string, readonly Part[]> = {
  editor: ["packs"],
  compliance: ["packs", "audit", "compliance"],
  auditor: ["packs", "audit", "compliance"],
  operator: PARTS.filter((part) => part !== "packs"),
};
/** What has words of its own; anybody can write an address. */
const REFUSALS = ["forbidden", "backend_unavailable"];

class Console implements House {
  me!: Me;
  say!: Say;
  language!: Language;
  private signedIn = false;
  private problem = "";
  private accounts = false;
  private part: Part = "live";
  private drawing = false;
  private views!: Record<Part, View>;
  private live!: Live;

  constructor(private readonly root: HTMLElement) {
    const kept = sessionStorage.getItem(LANGUAGE);
    this.speak(kept === "zh" || kept === "en" ? kept : navigator.language.startsWith("zh") ? "zh" : "en");
    addEventListener("hashchange", () => this.signedIn && this.show());
    void this.enter(true).then(() => (this.signedIn ? undefined : this.offer()));
  }

  /** The organisation's accounts, where there are any; and why one of them was refused, when its provider sent us back. */
  private async offer(): Promise<void> {
    const refused = new URLSearchParams(location.search).get("refused");
    if (refused) {
      this.problem = this.say(REFUSALS.includes(refused) ? `refused_${refused}` : "refused_sign_in_failed");
      history.replaceState(null, "", location.pathname + location.hash);
    }
    this.accounts = (await get<{ sign_in: boolean }>("v1/oidc")).sign_in;
    this.update();
  }

  /** Those the role may see; packs belong to the whole service. */
  private get parts(): readonly Part[] {
    const { scope, tenant } = this.me;
    return (OF_ROLES[scope] ?? PARTS).filter((part) => part !== "packs" || tenant === "default");
  }

  private async signOut(): Promise<void> {
    if (this.views[this.part].leaving?.() === false) return;
    if (this.me.signed_in) await send("POST", "v1/oidc/logout").catch((problem: unknown) => this.tell(problem));
    this.leave();
    await this.offer();
  }

  update(): void {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      render(this.signedIn ? this.whole() : this.gate(), this.root);
    });
  }

  tell(problem: unknown): void {
    if (problem instanceof Refused && problem.status === 401) return this.leave(this.say("wrongKey"));
    this.problem = problem instanceof Error ? problem.message : String(problem);
    this.update();
  }

  private speak(language: Language): void {
    this.language = language;
    this.say = words(language);
    sessionStorage.setItem(LANGUAGE, language);
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = this.say("title");
    this.update();
  }

  /** `silently`: with the key this tab has, or none where this machine is trusted. */
  private async enter(silently = false): Promise<void> {
    try {
      this.me = await get<Me>("v1/console/me");
    } catch (problem) {
      const status = problem instanceof Refused ? problem.status : 0;
      key.set("");
      this.problem = silently && status === 401 ? "" : this.say(status === 403 ? "notAllowed" : "wrongKey");
      if (status && status !== 401 && status !== 403) this.problem = (problem as Error).message;
      return this.update();
    }
    this.problem = "";
    this.live = new Live(this);
    const others = { quality: new Quality(this), figures: new Figures(this), keys: new Keys(this), audit: new Audit(this) };
    this.views = { live: this.live, ...others, packs: new Packs(this), compliance: new Compliance(this), health: new Health(this) };
    this.signedIn = true;
    if (this.parts.includes("live")) this.live.begin();
    this.show();
  }

  private leave(problem = ""): void {
    this.views?.[this.part].close();
    this.live?.end();
    key.set("");
    this.signedIn = false;
    this.problem = problem;
    this.update();
  }

  private show(): void {
    const asked = location.hash.slice(1) as Part;
    const before = this.part;
    const next = this.parts.includes(asked) ? asked : (this.parts[0] ?? "live");
    if (next !== before && this.views[before].leaving?.() === false) return history.replaceState(null, "", `#${before}`);
    this.part = next;
    this.views[before].close();
    this.views[this.part].open();
    this.update();
  }

  private top(): TemplateResult {
    const other: Language = this.language === "zh" ? "en" : "zh";
    return html`<button class="quiet" lang=${other} @click=${() => this.speak(other)}>${this.say("language")}</button>`;
  }

  private gate(): TemplateResult {
    const enter = (event: SubmitEvent): void => {
      event.preventDefault();
      const field = (event.target as HTMLFormElement).elements.namedItem("key") as HTMLInputElement;
      key.set(field.value.trim());
      field.value = "";
      void this.enter();
    };
    return html`
      <main class="gate">
        <header><span class="mark" aria-hidden="true">蜀</span><h1>${this.say("title")}</h1>${this.top()}</header>
        <form @submit=${enter}>
          <label for="key">${this.say("keyLabel")}</label>
          <input id="key" name="key" type="password" autocomplete="off" spellcheck="false" required aria-describedby="key-hint" autofocus />
          <p id="key-hint" class="soft">${this.say("keyHint")}</p>
          ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
          <button class="main">${this.say("signIn")}</button>
          ${this.accounts ? html`<button type="button" @click=${() => location.assign("v1/oidc/login")}>${this.say("byAccount")}</button>` : nothing}
        </form>
      </main>
    `;
  }

  private whole(): TemplateResult {
    const waiting = this.live.waiting;
    document.title = (waiting ? `(${waiting}) ` : "") + this.say("title");
    const link = (part: Part): TemplateResult => html`
      <a href="#${part}" aria-current=${part === this.part ? "page" : nothing}>${this.say(part)}${part === "live" && waiting ? html` <span class="count urgent">${waiting}</span>` : nothing}</a>
    `;
    return html`
      <header class="bar">
        <span class="mark" aria-hidden="true">蜀</span>
        <h1>${this.say("title")}</h1>
        <nav aria-label=${this.say("parts")}>${this.parts.map(link)}</nav>
        <span class="soft me">${this.me.name} · ${this.me.tenant}</span>
        ${this.top()}
        ${key.get() || this.me.signed_in ? html`<button class="quiet" @click=${() => void this.signOut()}>${this.say("signOut")}</button>` : nothing}
      </header>
      ${this.problem ? html`<div class="problem" role="alert"><span>${this.problem}</span><button class="quiet" @click=${() => this.tell("")}>${this.say("close")}</button></div>` : nothing}
      <main>${this.views[this.part].render()}</main>
    `;
  }
}

new Console(document.getElementById("console") as HTMLElement);
