/** Lines of texts and of changes, and their numbers. */

export interface Numbered {
  kind: "added" | "removed" | "same" | "place";
  number: number | "";
  text: string;
}

/** Each line with its number: of what stands now, or, where it is removed, of what stood before. */
export function numbered(lines: string[]): Numbered[] {
  let before = 0;
  let now = 0;
  return lines.map((text) => {
    const place = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text);
    if (place) {
      [before, now] = [Number(place[1]), Number(place[2])];
      return { kind: "place", number: "", text: "" };
    }
    if (text.startsWith("+")) return { kind: "added", number: now++, text: text.slice(1) };
    if (text.startsWith("-")) return { kind: "removed", number: before++, text: text.slice(1) };
    before++;
    return { kind: "same", number: now++, text: text.slice(1) };
  });
}

/** From where to where a line goes in a text. */
export function span(text: string, line: number): [from: number, to: number] {
  let from = 0;
  for (let passed = 1; passed < line; passed++) {
    const end = text.indexOf("\n", from);
    if (end < 0) break;
    from = end + 1;
  }
  const end = text.indexOf("\n", from);
  return [from, end < 0 ? text.length : end];
}

/** The numbers beside the lines; those with a mistake have a sign. */
export function numbers(count: number, wrong: Set<number>): string {
  return Array.from({ length: count }, (_, index) => (wrong.has(index + 1) ? `▸${index + 1}` : `${index + 1}`)).join("\n");
}
