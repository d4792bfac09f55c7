/** The film of a recorded show: which part of it, how far it is drawn, and where it is kept. */

import { html, nothing, type TemplateResult } from "lit";
import { ask, fetched, type ShowView } from "./link";
import type { Say } from "./words";

/** Hands a file to the browser's downloads. */
export function download(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Nothing where the show is not recorded. */
export function filmPanel(show: ShowView, say: Say, tell: (problem: unknown) => void): TemplateResult | typeof nothing {
  const { state, done, of, problem } = show.film;
  if (state === "none") return nothing;
  const at = `v1/studio/shows/${show.id}`;
  const draw = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const seconds = (name: string): number => Number(form.get(name) || 0);
    ask(`${at}/film`, "POST", { from_s: seconds("from"), until_s: seconds("until") }).catch(tell);
  };
  const get = (path: string, ending: string): void =>
    void fetched(`${at}/${path}`).then((answer) => answer.blob()).then((file) => download(file, `${show.id}.${ending}`), tell);
  const number = (name: "from" | "until"): TemplateResult =>
    html`<label>${say(name === "from" ? "filmFrom" : "filmUntil")}<input name=${name} type="number" min="0" max="14400" step="0.1" inputmode="decimal" /></label>`;
  const drawing = state === "drawing";
  return html`<section class="panel" aria-labelledby="film-head"><h2 id="film-head">${say("film")}</h2>
    <p class="hint">${say("filmHint")}</p>
    <form class="row film" @submit=${draw}>${number("from")}${number("until")}
      <button class="primary" ?disabled=${drawing}>${say("filmDraw")}</button></form>
    ${problem ? html`<p class="trouble" role="alert">${problem}</p>` : nothing}
    <div class="row" role="status">${drawing
      ? html`<progress max=${Math.max(of, 1)} .value=${done} aria-label=${say("filmDrawing")}></progress><span>${say("filmDrawing")} ${done} / ${of}</span>`
      : nothing}
      ${state === "ready" ? html`<button type="button" @click=${() => get("film", "mp4")}>${say("filmGet")}</button>` : nothing}
      <button type="button" class="plain" @click=${() => get("clip", "shuren")}>${say("filmClip")}</button></div>
  </section>`;
}
