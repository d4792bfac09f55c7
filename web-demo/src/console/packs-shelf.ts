/** The versions that are kept; publishing one of them, and rolling back. Before either, what it changes is shown, and
 * where another person has to approve it, who. */

import { html, nothing, type TemplateResult } from "lit";
import { get, Refused, send, type Me } from "./api";
import { changes } from "./packs-changes";
import { Deed } from "./packs-deed";
import { approves, at, mine, type Change, type Version, type Versions } from "./packs-shapes";
import type { House } from "./view";

interface Deciding {
  version: string;
  back: boolean; // by rolling back
  insteadOf: string;
  changes: Change[];
}

export interface Shelving {
  look(version: string): void;
  /** The versions were read anew, since something was put to use. */
  reload(): Promise<void>;
}

export class Shelf {
  private deciding: Deciding | null = null;
  private done = "";
  private readonly reading: Deed;
  private readonly publishing: Deed;

  constructor(
    private readonly house: House,
    private readonly about: () => { persona: string; version: string; versions: Versions },
    private readonly whole: Shelving,
  ) {
    [this.reading, this.publishing] = [new Deed(house), new Deed(house)];
  }

  forget(): void {
    this.deciding = null;
    this.done = "";
    this.reading.forget();
    this.publishing.forget();
  }

  render(): TemplateResult {
    const { say } = this.house;
    const { versions } = this.about();
    const back = versions.before[0];
    const may = approves(this.house.me);
    return html`
      <section aria-label=${say("tab_versions")}>
        <p>${who(this.house.me, say)}</p>
        ${this.done ? html`<p class="good" role="status">${this.done}</p>` : nothing}
        ${this.reading.trouble()} ${this.publishing.trouble()}
        ${this.deciding ? this.decide(this.deciding) : nothing}
        <div class="scroll" tabindex="0"><table>
          <thead><tr><th>${say("version")}</th><th>${say("created")}</th><th>${say("actor")}</th><th>${say("note")}</th><th>${say("do")}</th></tr></thead>
          <tbody>${[...versions.versions, null].map((each) => this.row(each, versions, back))}</tbody>
        </table></div>
        ${may && back === undefined ? html`<p class="soft">${say("nothingBefore")}</p>` : nothing}
      </section>
    `;
  }

  private row(each: Version | null, versions: Versions, back: string | undefined): TemplateResult {
    const { say, language, me } = this.house;
    const version = each?.version ?? "";
    const used = version === versions.active;
    const own = each ? mine(me, each) : false;
    return html`<tr>
      <td><span class="code">${version.slice(0, 8) || say("shipped")}</span>
        ${used ? html` <span class="badge holds-yes">${say(versions.serving === version || !version ? "inUse" : "inUseSoon")}</span>` : nothing}
        ${version === this.about().version ? html` <span class="badge">${say("lookedAt")}</span>` : nothing}
        ${version === back && !used ? html` <span class="badge">${say("wasBefore")}</span>` : nothing}</td>
      <td class="nowrap">${each ? new Date(each.uploaded).toLocaleString(language, { dateStyle: "short", timeStyle: "short" }) : "–"}</td>
      <td>${each?.by ?? "–"}</td>
      <td>${each?.note || "–"}</td>
      <td class="nowrap">
        <button @click=${() => this.whole.look(version)}>${say("lookAt")}</button>
        ${approves(me) && !used
          ? version === back
            ? html`<button @click=${this.ask(version, true)}>${say("rollBackTo")}</button>`
            : own
              ? html`<span class="soft">${say("ownVersion")}</span>`
              : html`<button @click=${this.ask(version, false)}>${say("publish")}</button>`
          : nothing}
      </td>
    </tr>`;
  }

  /** Shows what publishing would change. */
  private ask(version: string, back: boolean): () => void {
    return () =>
      void this.reading.do(async () => {
        this.forget();
        const { persona, versions } = this.about();
        const insteadOf = versions.active;
        const found = (await get<{ changes: Change[] }>(at(persona, "changes", { version }))).changes;
        this.deciding = { version, back, insteadOf, changes: found };
        requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById("deciding")?.focus()));
      });
  }

  private decide({ version, back, changes: found }: Deciding): TemplateResult {
    const { say } = this.house;
    const name = version.slice(0, 8) || say("shipped");
    return html`
      <div class="card" role="group" aria-labelledby="deciding">
        <h3 id="deciding" tabindex="-1">${say(back ? "reallyRollBack" : "reallyPublish", name)}</h3>
        ${changes(found, say)}
        <div class="actions">
          <button class="main" ?disabled=${this.publishing.busy} @click=${this.put}>${say(back ? "rollBackNow" : "publishNow")}</button>
          <button @click=${() => { this.deciding = null; this.house.update(); }}>${say("cancel")}</button>
        </div>
      </div>
    `;
  }

  private readonly put = (): void => {
    const { deciding } = this;
    if (!deciding) return;
    const { version, back, insteadOf } = deciding;
    const { persona } = this.about();
    void this.publishing.do(async () => {
      try {
        // rolling back is always to what stands here as the one before: were it another by now, this is told
        if (back) await this.expectBefore(version, insteadOf);
        await (back ? send("POST", at(persona, "rollback")) : send("POST", at(persona, "activate"), { version, instead_of: insteadOf }));
      } catch (problem) {
        if (problem instanceof Refused && problem.code === "version_changed") {
          this.deciding = null;
          await this.whole.reload();
        }
        throw problem;
      }
      this.deciding = null;
      await this.whole.reload();
      if (persona === this.about().persona) this.done = this.house.say(back ? "rolledBack" : "published");
    });
  };

  private async expectBefore(version: string, active: string): Promise<void> {
    const now = await get<Versions>(at(this.about().persona, "versions"));
    if (now.active !== active || now.before[0] !== version) throw new Refused(409, "version_changed", "");
  }
}

function who(me: Me, say: House["say"]): string {
  if (!approves(me)) return say("publishNot");
  return say(me.four_eyes || me.scope !== "admin" ? "publishFourEyes" : "publishMay");
}
