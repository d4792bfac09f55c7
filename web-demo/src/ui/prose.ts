/** The little Markdown of the terms as elements: headings, paragraphs, lists. Everything else stays text. */

import { h } from "./dom";

const ITEM = /^(?:\d+\.|-) /;

/** Headings begin one level below the dialogue's own. */
export function prose(markdown: string): HTMLElement[] {
  return markdown.split(/\n\s*\n/).filter((block) => block.trim()).map(block);
}

function block(text: string): HTMLElement {
  const lines = text.trim().split("\n");
  const [first = ""] = lines;
  if (first.startsWith("#")) return h(first.startsWith("##") ? "h4" : "h3", {}, first.replace(/^#+ /, ""));
  if (!ITEM.test(first)) return h("p", {}, lines.join(" "));
  const items: string[] = [];
  for (const line of lines) {
    if (ITEM.test(line)) items.push(line.replace(ITEM, ""));
    else items.push(`${items.pop() ?? ""} ${line.trim()}`);
  }
  return h(first.startsWith("-") ? "ul" : "ol", {}, ...items.map((item) => h("li", {}, item)));
}
