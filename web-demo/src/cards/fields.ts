/** What may be taken from a card: texts as they are, lists as lists, addresses only where they lead to a web page. Cards
 * come over the wire, so nothing of them is trusted to have the right form. Nothing of the page: it can be tried alone. */

import type { Card } from "../net/events";
import type { Language } from "../ui/i18n";

/** One thing a form asks for; with options it is chosen, else typed. */
export interface Field {
  label: string;
  options: string[];
}

export function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}

/** A web address, or "". */
export function link(value: unknown): string {
  return typeof value === "string" && /^https?:\/\/[a-z0-9]/i.test(value) ? value : "";
}

/** What takes a phone's map to the place, or "". */
export function place({ latitude, longitude }: Card): string {
  return Number.isFinite(latitude) && Number.isFinite(longitude) ? `geo:${latitude},${longitude}?q=${latitude},${longitude}` : "";
}

/** Rows of a table, each as long as its head. */
export function table(card: Card): { columns: string[]; rows: string[][] } {
  const columns = texts(card.columns);
  const rows = Array.isArray(card.rows) ? card.rows.map(texts) : [];
  return { columns, rows: rows.map((row) => columns.map((_, k) => row[k] ?? "")) };
}

export function fields(card: Card): Field[] {
  if (!Array.isArray(card.fields)) return [];
  return card.fields.map((field) => ({ label: text(field?.label), options: texts(field?.options) })).filter(({ label }) => label);
}

/** A filled-in form as a message to her; "" where nothing was filled in. */
export function filledIn(asked: readonly Field[], values: readonly string[], language: Language): string {
  const [colon, stop] = language === "zh" ? ["：", "；"] : [": ", "; "];
  return asked.flatMap(({ label }, k) => (values[k]?.trim() ? [`${label}${colon}${values[k].trim()}`] : [])).join(stop);
}
