/** A small helper to build elements. */

type Child = Node | string | null | undefined | false;
type Properties = Record<string, string | number | boolean | ((event: never) => void) | undefined>;

/** Creates an element. Functions become listeners (`onclick`), the rest attributes; false and undefined are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/** Sets text only when it differs: needless writes cost layout and announce to screen readers. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Names a control for everybody: tooltip and accessible name. */
export function nameControl(element: Element, name: string): void {
  element.setAttribute("aria-label", name);
  element.setAttribute("title", name);
}

/** Where keys are listened for: the whole page is hers, or only what is inside another maker's page. */
export function keysOf(house: HTMLElement): EventTarget {
  return house.getRootNode() instanceof ShadowRoot ? house : window;
}
