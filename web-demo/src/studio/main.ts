/** The operator's desk: sign-in, which show, and the show. */

import "./studio.css";
import { html, nothing, render, type TemplateResult } from "lit";
import { takeToken, authorization } from "../net/token";
import type { Language } from "../ui/i18n";
import { Desk } from "./desk";
import { ask, key, Refused, type ShowView } from "./link";
import { words, type Say } from "./words";

const LANGUAGE = "shuren.console.language";

interface Persona {
  id: string;
  name: Record<string, string>;
}

class Studio {
  say!: Say;
  language!: Language;
  private personas: Persona[] = [];
  private shows: ShowView[] = [];
  private signedIn = false;
  private problem = "";
  private desk: Desk | null = null;
  private due = false;

  constructor(private readonly root: HTMLElement) {
    const kept = sessionStorage.getItem(LANGUAGE);
    this.speak(kept === "zh" || kept === "en" ? kept : navigator.language.startsWith("zh") ? "zh" : "en");
    if (!("Authorization" in authorization())) key.set(key.get()); // else the address brought a token
    void this.enter();
  }

  update(): void {
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => {
      this.due = false;
      render(this.desk ? this.desk.view() : this.signedIn ? this.choice() : this.gate(), this.root);
    });
  }

  tell(problem: unknown): void {
    this.problem = problem instanceof Error ? problem.message : String(problem);
    this.update();
  }

  switchLanguage(): void {
    this.speak(this.language === "zh" ? "en" : "zh");
  }

  leave(): void {
    this.desk?.close();
    this.desk = null;
    history.replaceState(null, "", location.pathname);
    void this.enter();
  }

  private speak(language: Language): void {
    this.language = language;
    this.say = words(language);
    sessionStorage.setItem(LANGUAGE, language);
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = `${this.say("title")} · 蜀人`;
    this.update();
  }

  private async enter(): Promise<void> {
    try {
      this.shows = (await ask<{ shows: ShowView[] }>("v1/studio/shows")).shows.filter(({ state }) => state !== "ended");
      this.personas = (await ask<{ personas: Persona[] }>("v1/personas")).personas;
      this.signedIn = true;
      this.problem = "";
      const wanted = new URLSearchParams(location.search).get("show");
      const show = this.shows.find(({ id }) => id === wanted);
      if (show) this.open(show);
    } catch (problem) {
      const denied = problem instanceof Refused && [401, 403].includes(problem.status);
      this.signedIn = false;
      this.problem = denied ? (key.get() ? this.say("wrongKey") : "") : String(problem);
    }
    this.update();
  }

  private open(show: ShowView): void {
    history.replaceState(null, "", `${location.pathname}?show=${show.id}`);
    this.desk = new Desk(this, show);
    this.update();
  }

  private async create(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const wish = { persona: String(form.get("persona")), rundown: String(form.get("rundown") ?? ""), film: form.has("film"), language: this.language };
    try {
      this.open(await ask<ShowView>("v1/studio/shows", "POST", wish));
    } catch (problem) {
      this.tell(problem);
    }
  }

  private head(): TemplateResult {
    const { say } = this;
    return html`<header class="top"><h1>${say("title")}</h1><span class="gap"></span>
      <button type="button" class="plain" @click=${() => this.switchLanguage()}>${say("language")}</button></header>`;
  }

  private gate(): TemplateResult {
    const { say } = this;
    const submit = (event: SubmitEvent): void => {
      event.preventDefault();
      key.set(String(new FormData(event.target as HTMLFormElement).get("key")).trim());
      void this.enter();
    };
    return html`${this.head()}<main class="gate"><form class="panel" @submit=${submit}>
      <label>${say("key")}<input name="key" type="password" autocomplete="off" required /></label>
      <p class="hint">${say("keyHint")}</p>
      <button class="primary">${say("enter")}</button>${this.trouble()}</form></main>`;
  }

  private choice(): TemplateResult {
    const { say, language } = this;
    const nameOf = ({ id, name }: Persona): string => name[language] ?? name.zh ?? id;
    const byHost = [...this.personas].sort((a, b) => Number(b.id === "live-host") - Number(a.id === "live-host"));
    return html`${this.head()}<main class="gate">
      ${this.shows.length
        ? html`<section class="panel"><h2>${say("running")}</h2><ul class="shows">${this.shows.map(
            (show) => html`<li><span>${show.persona} · ${say(show.state)}</span>
              <button type="button" class="plain" @click=${() => this.open(show)}>${say("open")}</button></li>`,
          )}</ul></section>`
        : nothing}
      <form class="panel" @submit=${(event: SubmitEvent) => void this.create(event)}>
        <h2>${say("newShow")}</h2>
        <label>${say("persona")}<select name="persona">${byHost.map((each) => html`<option value=${each.id}>${nameOf(each)}</option>`)}</select></label>
        <label>${say("ownRundown")}<textarea name="rundown" rows="6" spellcheck="false"></textarea></label>
        <label class="switch"><input type="checkbox" name="film" />${say("filmThis")}</label>
        <button class="primary">${say("create")}</button>${this.trouble()}
      </form></main>`;
  }

  private trouble(): TemplateResult | typeof nothing {
    return this.problem ? html`<p class="trouble" role="alert">${this.problem}</p>` : nothing;
  }
}

export type { Studio };

takeToken(location, history);
new Studio(document.getElementById("studio") as HTMLElement);
