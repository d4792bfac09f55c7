/** Persona and knowledge: edited, checked, compared, tried, measured, kept as a version, published and taken back. */

import "./packs.css";
import { html, nothing, type TemplateResult } from "lit";
import { get } from "./api";
import { changes } from "./packs-changes";
import { Deed } from "./packs-deed";
import { Edits } from "./packs-edits";
import { Editor } from "./packs-editor";
import { Evals } from "./packs-evals";
import { Shelf } from "./packs-shelf";
import { approves, at, type Change, type Version, type Versions } from "./packs-shapes";
import { TryOut } from "./packs-try";
import type { House, View } from "./view";

const TABS = ["edit", "changes", "try", "evals", "versions"] as const;
type Tab = (typeof TABS)[number];
const NEWS_MS = 15_000; // between two looks for what others do
const SERVED_MS = 1500; // the same while new talks do not get the version in use yet

export class Packs implements View {
  private personas: string[] = [];
  private persona = "";
  private version = ""; // the one looked at
  private versions: Versions | null = null;
  private seen: Versions | null = null; // as they were when this operator last looked
  private both: string[] = []; // files that somebody else changed, too
  private note = "";
  private tab: Tab = "edit";
  private changed: Change[] | null = null;
  private timer = 0;
  private away = true;
  private readonly editor: Editor;
  private readonly trying: TryOut;
  private readonly evals: Evals;
  private readonly shelf: Shelf;
  private readonly reading: Deed;
  private comparing: Deed;

  constructor(private readonly house: House) {
    const { me } = house;
    const about = (): ReturnType<Packs["about"]> => this.about();
    this.editor = new Editor(house, () => edits(me.scope), {
      saved: (made) => this.saved(made),
      upToDate: () => this.upToDate(),
      busy: () => this.reading.busy,
    });
    this.trying = new TryOut(house, about);
    this.evals = new Evals(house, about);
    this.shelf = new Shelf(house, () => ({ ...about(), versions: this.versions as Versions }), {
      look: (version) => void this.look(version),
      reload: () => this.reload(),
    });
    [this.reading, this.comparing] = [new Deed(house), new Deed(house)];
  }

  private about(): { persona: string; version: string; active: string; may: boolean; dirty: boolean } {
    const { scope } = this.house.me;
    const may = edits(scope) || approves(this.house.me);
    return { persona: this.persona, version: this.version, active: this.versions?.active ?? "", may, dirty: this.editor.dirty };
  }

  open(): void {
    this.away = false;
    addEventListener("beforeunload", this.warn);
    void this.reading.do(async () => {
      const kept = Edits.kept();
      this.personas = (await get<{ ids: string[] }>("v1/console/personas")).ids;
      if (kept && this.personas.includes(kept.persona)) return this.begin(kept.persona, kept.base);
      return this.begin(this.persona || (this.personas[0] ?? ""));
    });
  }

  close(): void {
    this.away = true;
    removeEventListener("beforeunload", this.warn);
    window.clearTimeout(this.timer);
    this.evals.close();
  }

  /** Whether the operator may go elsewhere: edits that are not saved are thrown away by leaving, so they are asked. */
  leaving(): boolean {
    if (!this.editor.dirty) return true;
    const files = Object.keys(this.editor.edits?.edited ?? {}).join(", ");
    if (!confirm(this.house.say("reallyLeave", files))) return false;
    Edits.discard();
    this.editor.edits = null;
    return true;
  }

  private readonly warn = (event: BeforeUnloadEvent): void => {
    if (this.editor.dirty) event.preventDefault();
  };

  /** `base`: the version to look at; undefined: the one in use. */
  private async begin(persona: string, base?: string): Promise<void> {
    if (!persona) return;
    const versions = await get<Versions>(at(persona, "versions"));
    [this.persona, this.versions, this.seen] = [persona, versions, versions];
    const there = base === "" || versions.versions.some((each) => each.version === base);
    await this.show(there ? (base as string) : versions.active, base !== undefined);
    this.watch();
  }

  /** Look at a version; unsaved edits of it that this tab holds are back. `kept`: also those of a version that is gone. */
  private async show(version: string, kept = false): Promise<void> {
    this.version = version;
    this.both = [];
    this.changed = null;
    this.trying.forget();
    this.shelf.forget();
    const edits = await Edits.of(this.persona, version);
    edits.restore(kept);
    this.note = edits.dirty ? this.house.say("editsBack") : "";
    await this.editor.begin(edits);
    await this.follow();
  }

  private async look(version: string): Promise<void> {
    if (version === this.version) return this.go("edit");
    if (this.reading.busy || !this.leaving()) return;
    if (this.tab === "versions") this.tab = "changes";
    await this.reading.do(() => this.show(version));
  }

  private readonly pick = (event: Event): void => {
    const field = event.target as HTMLSelectElement;
    const wanted = field.value;
    const gone = !this.reading.busy && this.leaving() ? this.reading.do(() => this.begin(wanted)) : Promise.resolve(false);
    void gone.then(() => (field.value = this.persona));
  };

  private readonly choose = (event: Event): void => {
    const field = event.target as HTMLSelectElement;
    void this.look(field.value).then(() => (field.value = this.version));
  };

  private async go(tab: Tab): Promise<void> {
    [this.tab, this.note] = [tab, ""];
    this.evals.close();
    this.house.update();
    await this.follow();
  }

  /** What the tab shows is read. */
  private async follow(): Promise<void> {
    if (this.tab === "evals") await this.evals.open();
    if (this.tab === "changes") await this.compare();
    this.house.update();
  }

  private async compare(): Promise<void> {
    this.changed = null;
    const comparing = (this.comparing = new Deed(this.house)); // only the last one counts
    await comparing.do(async () => {
      const { persona, version, editor } = this;
      const told = editor.dirty ? await editor.checked() : await get<{ changes: Change[] }>(at(persona, "changes", { version }));
      if (comparing === this.comparing) this.changed = told.changes;
    });
  }

  private async saved(made: Version): Promise<void> {
    this.versions = this.seen = await get<Versions>(at(this.persona, "versions"));
    this.tab = "changes";
    await this.show(made.version);
    this.note = this.house.say("versionSaved", made.version.slice(0, 8));
  }

  // --- what others do ---------------------------------------------------------------------------------------------

  private watch(): void {
    window.clearTimeout(this.timer);
    if (this.away) return;
    const waits = this.versions && this.versions.active && this.versions.serving !== this.versions.active;
    this.timer = window.setTimeout(() => {
      void this.upToDate().catch(() => undefined).then(() => this.watch());
    }, waits ? SERVED_MS : NEWS_MS);
  }

  /** Whether nothing was saved or published by others since the operator looked. */
  private async upToDate(): Promise<boolean> {
    const { persona } = this;
    const now = await get<Versions>(at(persona, "versions"));
    if (persona !== this.persona) return true;
    this.versions = now;
    this.house.update();
    return !this.news().length && now.active === this.seen?.active;
  }

  private news(): Version[] {
    const known = new Set(this.seen?.versions.map((each) => each.version));
    return (this.versions?.versions ?? []).filter((each) => !known.has(each.version));
  }

  private async reload(): Promise<void> {
    this.versions = this.seen = await get<Versions>(at(this.persona, "versions"));
    this.changed = null;
    this.watch();
  }

  private meanwhile(): TemplateResult | typeof nothing {
    const { say, language } = this.house;
    const news = this.news();
    const other = this.versions?.active !== this.seen?.active;
    if (!this.versions || !(news.length || other)) return nothing;
    const newest = news[0];
    const when = (each: Version): string => new Date(each.uploaded).toLocaleTimeString(language, { timeStyle: "short" });
    const top = other ? this.versions.active : (newest?.version ?? "");
    return html`
      <div class="notice" role="alert">
        <div>
          ${news.map((each) => html`<p>${say("savedMeanwhile", each.by, each.version.slice(0, 8), when(each))} ${each.note ? html`<q>${each.note}</q>` : nothing}</p>`)}
          ${other ? html`<p>${say("publishedMeanwhile", this.versions.active.slice(0, 8) || say("shipped"))}</p>` : nothing}
        </div>
        <div class="actions">
          ${top !== this.version ? html`<button @click=${() => void this.onto(top)}>${say(this.editor.dirty ? "editOnTop" : "lookAtIt")}</button>` : nothing}
          <button @click=${this.acknowledge}>${say("goOn")}</button>
        </div>
      </div>
    `;
  }

  private readonly acknowledge = (): void => {
    this.seen = this.versions;
    void this.follow();
  };

  /** The unsaved edits go on on top of somebody else's version. */
  private async onto(version: string): Promise<void> {
    await this.reading.do(async () => {
      this.seen = this.versions;
      const { edits } = this.editor;
      if (!edits?.dirty) return this.show(version);
      const moved = await edits.onto(version);
      this.evals.close();
      this.version = version;
      [this.both, this.note, this.tab] = [moved.both, "", "changes"];
      await this.editor.begin(moved.edits);
      await this.follow();
    });
  }

  // --- drawing ----------------------------------------------------------------------------------------------------

  render(): TemplateResult {
    const { say } = this.house;
    const { versions } = this;
    if (!versions) return html`${this.reading.trouble()}<p class="empty">${this.reading.busy ? say("loading") : ""}</p>`;
    const option = (version: string, told: string): TemplateResult =>
      html`<option value=${version} ?selected=${version === this.version}>${told}${version === versions.active ? ` · ${say("inUse")}` : ""}</option>`;
    return html`
      <div class="page packs">
        <div class="filters">
          <label>${say("persona")} <select name="persona" @change=${this.pick}>${this.personas.map((name) => html`<option ?selected=${name === this.persona}>${name}</option>`)}</select></label>
          <label>${say("version")} <select name="version" @change=${this.choose}>${versions.versions.map((each) => option(each.version, `${each.version.slice(0, 8)} · ${each.note || each.by}`))}${option("", say("shipped"))}</select></label>
        </div>
        ${this.meanwhile()}
        ${this.reading.trouble()}
        ${this.note ? html`<p class="good" role="status">${this.note}</p>` : nothing}
        ${this.both.length ? html`<p class="notice" role="alert">${say("bothChanged", this.both.join(", "))}</p>` : nothing}
        <div role="tablist" class="tabs" aria-label=${say("packs")} @keydown=${this.walk}>${TABS.map((tab) => this.handle(tab))}</div>
        <div role="tabpanel" id="pack-panel" aria-labelledby="tab-${this.tab}">${this.panel()}</div>
      </div>
    `;
  }

  private handle(tab: Tab): TemplateResult {
    const here = tab === this.tab;
    return html`<button role="tab" id="tab-${tab}" aria-selected=${here} aria-controls="pack-panel" tabindex=${here ? 0 : -1} @click=${() => void this.go(tab)}>${this.house.say(`tab_${tab}`)}${tab === "edit" && this.editor.dirty ? html` <span class="count">${this.editor.count}<span class="unseen"> ${this.house.say("filesUnsaved")}</span></span>` : nothing}</button>`;
  }

  /** Arrow keys, Home and End go from tab to tab. */
  private readonly walk = (event: KeyboardEvent): void => {
    const now = TABS.indexOf(this.tab);
    const steps: Record<string, number> = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: TABS.length - 1 };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const tab = TABS[(to + TABS.length) % TABS.length] as Tab;
    void this.go(tab);
    document.getElementById(`tab-${tab}`)?.focus();
  };

  private panel(): TemplateResult {
    if (this.tab === "edit") return this.editor.render();
    if (this.tab === "changes") return this.compared();
    if (this.tab === "try") return this.trying.render();
    return this.tab === "evals" ? this.evals.render() : this.shelf.render();
  }

  private compared(): TemplateResult {
    const { say } = this.house;
    const wrong = this.editor.dirty ? (this.editor.mistakes?.length ?? 0) : 0;
    return html`
      <section aria-label=${say("tab_changes")}>
        <p class="soft">${say(this.editor.dirty ? "changesUnsaved" : "changesSaved")}</p>
        ${wrong ? html`<p class="problem"><span>${say("mistakesFound", wrong)}</span> <button @click=${() => void this.go("edit")}>${say("tab_edit")}</button></p>` : nothing}
        ${this.comparing.trouble()}
        ${this.changed ? changes(this.changed, say) : this.comparing.busy ? html`<p class="empty" role="status">${say("loading")}</p>` : nothing}
      </section>
    `;
  }
}

const edits = (scope: string): boolean => scope === "admin" || scope === "editor";
