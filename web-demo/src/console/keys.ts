/** API keys and tenants. A new key is shown once and kept nowhere. */

import { html, nothing, type TemplateResult } from "lit";
import { get, send } from "./api";
import { attempt, type House, type View } from "./view";

interface Key {
  id: string;
  tenant: string;
  name: string;
  scope: string;
  state: "active" | "revoked" | "expired";
  created: string;
  expires: string | null;
  used: string | null;
}

interface Tenant {
  id: string;
  origins: string[];
  sessions: number;
  minutes_per_day: number;
  requests_per_minute: number;
}

const SCOPES = ["operator", "admin", "editor", "compliance", "auditor", "visitor", "stage"];
const NUMBERS = [
  ["sessions", "maxSessions"],
  ["minutes_per_day", "minutesDay"],
  ["requests_per_minute", "requestsMinute"],
] as const;

export class Keys implements View {
  private keys: Key[] = [];
  private tenants: Tenant[] = [];
  private made = "";
  private revoking = "";
  private note = "";

  constructor(private readonly house: House) {}

  open(): void {
    if (this.house.me.of_the_house) void attempt(this.house, () => this.load())();
  }

  close(): void {
    this.made = this.revoking = this.note = "";
  }

  private async load(): Promise<void> {
    const found = await get<{ keys: Key[]; tenants: Tenant[] }>("v1/console/keys");
    this.keys = found.keys.reverse();
    this.tenants = found.tenants;
  }

  private do(work: () => Promise<unknown>): () => Promise<void> {
    return attempt(this.house, async () => {
      await work();
      await this.load();
    });
  }

  render(): TemplateResult {
    const { say, me } = this.house;
    if (!me.of_the_house) return html`<p class="empty">${say("onlyHouse")}</p>`;
    return html`
      <div class="page">
        ${this.made ? html`<div class="good" role="status"><p>${say("shownOnce")}</p><output class="code secret">${this.made}</output> <button @click=${() => this.forget()}>${say("close")}</button></div>` : nothing}
        <section>
          <h2>${say("makeKey")}</h2>
          <form class="row" @submit=${this.make}>
            <label>${say("tenant")} <input name="tenant" value="default" required pattern="[A-Za-z0-9\\-]{1,64}" autocomplete="off" /></label>
            <label>${say("scope")} <select name="scope">${SCOPES.map((scope) => html`<option>${scope}</option>`)}</select></label>
            <label>${say("name")} <input name="name" maxlength="128" autocomplete="off" /></label>
            <label>${say("expiresDays")} <input name="days" type="number" min="0" max="3650" value="90" /></label>
            <button class="main">${say("create")}</button>
          </form>
        </section>
        <section>
          <h2>${say("keys")}</h2>
          <div class="scroll" tabindex="0"><table>
            <thead><tr><th>Id</th>${["tenant", "scope", "name", "state", "created", "used"].map((name) => html`<th>${say(name)}</th>`)}<th>${say("do")}</th></tr></thead>
            <tbody>${this.keys.map((each) => this.row(each))}</tbody>
          </table></div>
        </section>
        <section><h2>${say("tenants")}</h2>${this.note ? html`<p class="good" role="status">${this.note}</p>` : nothing}${this.tenants.map((each) => this.tenant(each))}</section>
      </div>
    `;
  }

  private readonly make = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = Object.fromEntries(new FormData(form)) as Record<string, string>;
    void this.do(async () => {
      this.made = (await send<{ key: string }>("POST", "v1/console/keys", { ...given, days: Number(given["days"]) })).key;
      form.reset();
    })();
  };

  private forget(): void {
    this.made = "";
    this.house.update();
  }

  private row(each: Key): TemplateResult {
    const { say, language } = this.house;
    const when = (at: string | null): string => (at ? new Date(at).toLocaleString(language, { dateStyle: "short", timeStyle: "short" }) : "–");
    const rotate = this.do(async () => {
      this.made = (await send<{ key: string }>("POST", `v1/console/keys/${each.id}/rotate`, { hours: 24 })).key;
    });
    const revoke = this.do(async () => {
      if (this.revoking === each.id) await send("DELETE", `v1/console/keys/${each.id}`);
      this.revoking = each.id;
    });
    return html`
      <tr>
        <td class="code">${each.id}</td><td>${each.tenant}</td><td>${each.scope}</td><td>${each.name}</td>
        <td><span class="badge ${each.state === "active" ? "holds-yes" : "holds-no"}">${say(each.state)}</span></td>
        <td class="nowrap">${when(each.created)}</td><td class="nowrap">${when(each.used)}</td>
        <td class="nowrap">${each.state === "active" ? html`<button @click=${rotate}>${say("rotate")}</button> <button class="danger" @click=${revoke}>${this.revoking === each.id ? say("reallyRevoke") : say("revoke")}</button>` : nothing}</td>
      </tr>
    `;
  }

  private tenant(each: Tenant): TemplateResult {
    const { say } = this.house;
    const save = (event: SubmitEvent): void => {
      event.preventDefault();
      const given = new FormData(event.target as HTMLFormElement);
      const limits = Object.fromEntries(NUMBERS.map(([name]) => [name, Number(given.get(name))]));
      const origins = String(given.get("origins")).split(/\s+/).filter(Boolean);
      void this.do(async () => {
        await send("PUT", `v1/console/tenants/${each.id}`, { origins, ...limits });
        this.note = say("saved");
      })();
    };
    return html`
      <form class="row" @submit=${save} aria-label=${each.id}>
        <strong>${each.id}</strong>
        <label>${say("origins")} <input name="origins" class="wide" .value=${each.origins.join(" ")} autocomplete="off" /></label>
        ${NUMBERS.map(([name, word]) => html`<label>${say(word)} <input name=${name} type="number" min="0" .value=${String(each[name])} /></label>`)}
        <button>${say("save")}</button>
      </form>
    `;
  }
}
