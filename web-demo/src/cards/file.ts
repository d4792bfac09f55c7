/** The form on which she is sent a picture or a document she asked for. */

import type { Card } from "../net/events";
import { h } from "../ui/dom";
import type { Drawn } from "./bodies";
import { asDataUrl, smaller } from "./shrink";
import { word } from "./words";

/** Chosen, it is made small enough and sent; only what went out is called sent. */
export function fileForm(card: Card, { language, sendFile }: Drawn): HTMLElement {
  const kind = card.wants === "document" ? "document" : "photo";
  const most = Number(card.most_bytes) || 0;
  const says = h("p", { class: "line", role: "status" });
  const name = word(language, kind === "photo" ? "choosePhoto" : "chooseDocument");
  const input = h("input", { type: "file", accept: kind === "photo" ? "image/*" : "application/pdf", "aria-label": name });
  const take = async (): Promise<void> => {
    const file = input.files?.[0];
    if (!file) return;
    input.disabled = true;
    says.textContent = word(language, "sending");
    says.textContent = word(language, await sent(file), { size: Math.floor(most / 1000) });
    input.disabled = says.textContent === word(language, "sent");
    input.value = ""; // the same file may be chosen again
  };
  const sent = async (file: File): Promise<"sent" | "tooLarge" | "unreadable"> => {
    const small = kind === "photo" ? await smaller(file, most).catch(() => null) : file;
    if (!small) return "unreadable";
    if (small.size > most) return "tooLarge";
    return (await sendFile(kind, await asDataUrl(small), file.name)) ? "sent" : "unreadable";
  };
  input.onchange = () => void take();
  const button = h("label", { class: "file-choice primary" }, h("span", {}, name), input);
  return h("div", { class: "asked" }, button, h("p", { class: "note" }, word(language, "fileNote")), says);
}
