/** Unsaved edits of one version: texts by file. They are mirrored in the tab's storage, so that neither a reload nor a
 * key that is no good any more loses them; they leave it when they are saved or thrown away. */

import { get } from "./api";
import { at, type Files } from "./packs-shapes";

const KEPT = "shuren.console.edits";

interface Kept {
  persona: string;
  base: string;
  edits: [string, string | null][];
}

export class Edits {
  /** null: the file is to go. */
  private edits = new Map<string, string | null>();
  private readonly texts = new Map<string, string>();
  private bytes = new Map<string, number>();

  private constructor(readonly persona: string, readonly base: string) {}

  /** Nothing edited yet, of a version. */
  static async of(persona: string, base: string): Promise<Edits> {
    const made = new Edits(persona, base);
    const found = await get<Files>(at(persona, "files", { version: base }));
    made.bytes = new Map(found.files.map((each) => [each.file, each.bytes]));
    return made;
  }

  /** What this tab holds, if anything. */
  static kept(): { persona: string; base: string } | null {
    try {
      return JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Kept | null;
    } catch {
      return null;
    }
  }

  static discard(): void {
    sessionStorage.removeItem(KEPT);
  }

  /** `anyBase`: also those of another version of the persona, which is not there any more. */
  restore(anyBase = false): void {
    const kept = Edits.kept() as Kept | null;
    if (kept?.persona === this.persona && (anyBase || kept.base === this.base)) this.edits = new Map(kept.edits);
  }

  get dirty(): boolean {
    return this.edits.size > 0;
  }

  /** All files, edited, new and removed ones too. */
  get files(): string[] {
    return [...new Set([...this.bytes.keys(), ...this.edits.keys()])].sort((a, b) => depth(a) - depth(b) || a.localeCompare(b));
  }

  get edited(): Record<string, string | null> {
    return Object.fromEntries(this.edits);
  }

  state(file: string): "" | "edited" | "new" | "removed" {
    if (!this.edits.has(file)) return "";
    return this.edits.get(file) === null ? "removed" : this.bytes.has(file) ? "edited" : "new";
  }

  has(file: string): boolean {
    return this.bytes.has(file) || this.edits.has(file);
  }

  /** The text as it stands; null of a file that is to go. */
  async text(file: string): Promise<string | null> {
    const original = await this.original(file);
    const edit = this.edits.get(file);
    return edit === undefined ? original : edit;
  }

  async original(file: string): Promise<string> {
    if (!this.bytes.has(file)) return "";
    const known = this.texts.get(file);
    if (known !== undefined) return known;
    const text = (await get<{ text: string }>(at(this.persona, "file", { version: this.base, file }))).text.replaceAll("\r\n", "\n");
    this.texts.set(file, text);
    return text;
  }

  /** Back at what it was, a file is not edited any more. */
  write(file: string, text: string | null): void {
    const same = this.bytes.has(file) ? text === this.texts.get(file) : text === null;
    if (same) this.edits.delete(file);
    else this.edits.set(file, text);
    this.keep();
  }

  undo(file: string): void {
    this.edits.delete(file);
    this.keep();
  }

  /** The same edits of another version, and which of their files differ there from what they were made of: these stand as
   * they were edited here. */
  async onto(base: string): Promise<{ edits: Edits; both: string[] }> {
    const there = await Edits.of(this.persona, base);
    const both = [];
    for (const [file, text] of this.edits) {
      if ((await there.original(file)) !== (await this.original(file))) both.push(file);
      there.write(file, text);
    }
    return { edits: there, both };
  }

  private keep(): void {
    if (!this.dirty) return Edits.discard();
    const kept: Kept = { persona: this.persona, base: this.base, edits: [...this.edits] };
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(kept));
    } catch {
      // more than the tab may hold: they live in the page alone
    }
  }
}

const depth = (file: string): number => file.split("/").length;
