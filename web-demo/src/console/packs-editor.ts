/** The files of a version, one of them in a plain text editor with line numbers; every mistake leads to its line. */

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { Refused, send, type Mistake } from "./api";
import { Deed } from "./packs-deed";
import { Edits } from "./packs-edits";
import { numbers, span } from "./packs-lines";
import { at, type Checked, type Version } from "./packs-shapes";
import type { House } from "./view";

const NAME = /^((knowledge|flows|evals)\/)?[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,79}\.(md|yaml|txt|json)$/u;
const SHOWN = 60; // mistakes

export interface Editing {
  /** A new version was kept. */
  saved(made: Version): Promise<void>;
  /** What others did meanwhile is known; false where it has to be looked at before anything is saved. */
  upToDate(): Promise<boolean>;
  /** Another version is being read. */
  busy(): boolean;
}

export class Editor {
  edits: Edits | null = null;
  mistakes: Mistake[] | null = null; // null: not checked yet
  private stale = false; // edited since the check
  private file = "";
  private text: string | null = "";
  private line = 1;
  private note = "";
  private readonly checking: Deed;
  private readonly saving: Deed;
  private reading: Deed;

  constructor(
    private readonly house: House,
    private readonly may: () => boolean,
    private readonly whole: Editing,
  ) {
    [this.checking, this.saving, this.reading] = [new Deed(house), new Deed(house), new Deed(house)];
  }

  get dirty(): boolean {
    return this.edits?.dirty ?? false;
  }

  /** Files with unsaved edits. */
  get count(): number {
    return Object.keys(this.edits?.edited ?? {}).length;
  }

  /** Whether nothing can be edited now: what is typed while edits are sent away, or moved, would be in neither. */
  private get locked(): boolean {
    return !this.may() || this.saving.busy || this.whole.busy();
  }

  /** What would be wrong with a version with these edits, and what it would change of the one in use. */
  async checked(): Promise<Checked> {
    const edits = this.edits as Edits;
    [this.mistakes, this.stale] = [null, false];
    const told = await send<Checked>("POST", at(edits.persona, "check"), { base: edits.base, files: edits.edited });
    if (edits === this.edits) this.mistakes = told.mistakes;
    return told;
  }

  async begin(edits: Edits): Promise<void> {
    this.edits = edits;
    [this.mistakes, this.stale] = [null, false];
    for (const deed of [this.checking, this.saving, this.reading]) deed.forget();
    await this.open(edits.has(this.file) ? this.file : "persona.yaml");
  }

  private async open(file: string, line = 0): Promise<void> {
    const { edits } = this;
    if (!edits) return;
    const reading = (this.reading = new Deed(this.house));
    await reading.do(async () => {
      const text = await edits.text(file);
      if (edits !== this.edits || reading !== this.reading) return; // another version or file meanwhile
      [this.file, this.text, this.line] = [file, text, line || 1];
    });
    if (line) await this.jump(line);
  }

  /** Puts the caret on a line, in sight. */
  private async jump(line: number): Promise<void> {
    this.house.update();
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const area = document.getElementById("pack-text") as HTMLTextAreaElement | null;
    if (!area) return;
    const [from, to] = span(area.value, line);
    area.focus();
    area.setSelectionRange(from, to);
    area.scrollTop = Math.max(0, (line - 4) * lineHeight(area));
    area.scrollLeft = 0;
  }

  render(): TemplateResult {
    const { say } = this.house;
    const { edits } = this;
    if (!edits) return html`${this.reading.trouble()}`;
    const changed = this.count;
    return html`
      ${this.mistakes ? this.told(this.mistakes) : nothing}
      ${this.checking.trouble()} ${this.saving.trouble()} ${this.reading.trouble()}
      <div class="workbench">
        <nav class="files" aria-label=${say("packFiles")}>
          <ul>${edits.files.map((file) => this.entry(file))}</ul>
          ${this.may() ? this.another() : nothing}
        </nav>
        ${this.area()}
      </div>
      ${this.may()
        ? html`<form class="row saving" @submit=${this.save}>
            <button type="button" ?disabled=${this.checking.busy} @click=${this.check}>${say(this.checking.busy ? "checking" : "check")}</button>
            <label class="grow">${say("versionNote")} <input name="note" maxlength="300" autocomplete="off" .value=${live(this.note)} @input=${this.noted} /></label>
            <button class="main" ?disabled=${!changed || this.saving.busy}>${say(this.saving.busy ? "checking" : "saveVersion")}</button>
            <span class="soft" role="status">${changed ? say("unsaved", changed) : say("nothingUnsaved")}</span>
          </form>`
        : html`<p class="soft">${say("readOnly")}</p>`}
    `;
  }

  private entry(file: string): TemplateResult {
    const { say } = this.house;
    const state = this.edits?.state(file) ?? "";
    const wrong = this.mistakes?.filter((each) => each.file === file).length ?? 0;
    return html`<li><button class="file" aria-current=${file === this.file ? "true" : nothing} @click=${() => void this.open(file)}>
      <span class="code">${file}</span>
      ${state ? html`<span class="badge">${say(`file_${state}`)}</span>` : nothing}
      ${wrong ? html`<span class="badge holds-no">${say("mistakesIn", wrong)}</span>` : nothing}
    </button></li>`;
  }

  private area(): TemplateResult {
    const { say } = this.house;
    const state = this.edits?.state(this.file) ?? "";
    const text = this.text ?? "";
    const lines = text.split("\n").length;
    const marked = this.stale ? [] : (this.mistakes ?? []); // lines may have moved since
    const wrong = new Set(marked.filter((each) => each.file === this.file).map((each) => each.line));
    return html`
      <div class="writing">
        <div class="row">
          <label for="pack-text" class="code">${this.file}</label>
          <span class="soft">${say("lineOf", Math.min(this.line, lines), lines)}</span>
          ${this.may() && state ? html`<button class="quiet" ?disabled=${this.locked} @click=${this.undo}>${say("undoFile")}</button>` : nothing}
          ${this.may() && state !== "removed" ? html`<button class="quiet danger" ?disabled=${this.locked} @click=${this.remove}>${say("removeFile")}</button>` : nothing}
        </div>
        ${this.text === null
          ? html`<p class="empty">${say("fileGoes")}</p>`
          : html`<div class="editor code">
              <pre class="gutter" aria-hidden="true">${numbers(lines, wrong)}</pre>
              <textarea id="pack-text" class="code" wrap="off" spellcheck="false" autocomplete="off" autocapitalize="off" ?readonly=${this.locked} .value=${live(text)}
                @input=${this.typed} @scroll=${scrolled} @select=${this.moved} @keyup=${this.moved} @click=${this.moved}></textarea>
            </div>`}
      </div>
    `;
  }

  private another(): TemplateResult {
    const { say } = this.house;
    const add = (event: SubmitEvent): void => {
      event.preventDefault();
      const field = (event.target as HTMLFormElement).elements.namedItem("file") as HTMLInputElement;
      const file = field.value.trim();
      const wrong = !NAME.test(file) ? say("fileName") : this.edits?.has(file) ? say("fileThere") : "";
      field.setCustomValidity(wrong);
      if (wrong) return void field.reportValidity();
      this.edits?.write(file, "");
      this.stale = true;
      field.value = "";
      void this.open(file, 1);
    };
    const again = (event: Event): void => (event.target as HTMLInputElement).setCustomValidity("");
    return html`<form class="another" novalidate @submit=${add}>
      <label>${say("newFile")} <input name="file" placeholder="knowledge/…md" autocomplete="off" spellcheck="false" @input=${again} /></label>
      <button ?disabled=${this.locked}>${say("add")}</button>
    </form>`;
  }

  private told(mistakes: Mistake[]): TemplateResult {
    const { say } = this.house;
    if (!mistakes.length) return html`<p class="good" role="status">${say(this.stale ? "checkedBefore" : "noMistakes")}</p>`;
    return html`
      <section class="problem mistakes" role="alert" aria-label=${say("mistakes")}>
        <div>
          <strong>${say("mistakesFound", mistakes.length)}</strong> ${this.stale ? html`<span class="soft">${say("checkedBefore")}</span>` : nothing}
          <ul>${this.mineFirst(mistakes).slice(0, SHOWN).map((each) => html`<li>
            <button class="place code" @click=${() => void this.open(each.file, each.line || 1)}>${each.file}${each.line ? `:${each.line}` : ""}</button>
            <span lang="en">${without(each)}. ${each.mend}</span>
          </li>`)}</ul>
        </div>
      </section>
    `;
  }

  /** Those in files that were edited come first: an item that cannot be read is then missed by others that name it. */
  private mineFirst(mistakes: Mistake[]): Mistake[] {
    const edited = (each: Mistake): number => Number(Boolean(this.edits?.state(each.file)));
    return [...mistakes].sort((a, b) => edited(b) - edited(a));
  }

  private readonly typed = (event: Event): void => {
    this.text = (event.target as HTMLTextAreaElement).value;
    this.edits?.write(this.file, this.text);
    this.stale = true;
    this.moved(event);
  };

  private readonly moved = (event: Event): void => {
    const area = event.target as HTMLTextAreaElement;
    const line = area.value.slice(0, area.selectionStart).split("\n").length;
    if (line === this.line && event.type !== "input") return;
    this.line = line;
    this.house.update();
  };

  private readonly noted = (event: Event): void => {
    this.note = (event.target as HTMLInputElement).value;
  };

  private readonly undo = (): void => {
    const back = this.edits?.state(this.file) === "new" ? "persona.yaml" : this.file;
    this.edits?.undo(this.file);
    this.stale = true;
    void this.open(back);
  };

  private readonly remove = (): void => {
    this.edits?.write(this.file, null);
    this.stale = true;
    void this.open(this.edits?.has(this.file) ? this.file : "persona.yaml");
  };

  private readonly check = (): void => {
    if (this.edits) void this.checking.do(() => this.checked());
  };

  private readonly save = (event: SubmitEvent): void => {
    event.preventDefault();
    const { edits } = this;
    if (!edits?.dirty) return;
    void this.saving.do(async () => {
      if (!(await this.whole.upToDate())) return this.saving.blame("", this.house.say("lookFirst"));
      const wanted = { base: edits.base, files: edits.edited, note: this.note.trim() };
      try {
        const made = await send<Version>("POST", at(edits.persona, "versions"), wanted);
        this.note = "";
        Edits.discard();
        await this.whole.saved(made);
      } catch (problem) {
        if (!(problem instanceof Refused) || !problem.mistakes.length) throw problem;
        [this.mistakes, this.stale] = [problem.mistakes, false];
      }
    });
  };
}

/** What is wrong, without the place that stands before it. */
function without(mistake: Mistake): string {
  const place = new RegExp(`^${mistake.file.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(, line \\d+)?: `);
  return mistake.what.replace(place, "");
}

function scrolled(event: Event): void {
  const area = event.target as HTMLTextAreaElement;
  (area.previousElementSibling as HTMLElement).scrollTop = area.scrollTop;
}

const lineHeight = (area: HTMLElement): number => parseFloat(getComputedStyle(area).lineHeight);
