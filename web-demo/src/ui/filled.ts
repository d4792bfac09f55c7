/** `text` with each `{name}` replaced by `values.name`; a gap without a value stays to be seen. */
export function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
