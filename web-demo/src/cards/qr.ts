/** A QR code, drawn as SVG. */

import { encode } from "uqr";
import { h } from "../ui/dom";

const NS = "http://www.w3.org/2000/svg";

/** `name`: what it is for those who do not see it. Throws where `text` is too long for any code. */
export function qr(text: string, name = text): HTMLElement {
  const { size, data } = encode(text, { ecc: "M", border: 2 });
  const dots = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  const svg = shape("svg", { viewBox: `0 0 ${size} ${size}`, "shape-rendering": "crispEdges" });
  svg.append(shape("rect", { width: size, height: size, fill: "#fff" }), shape("path", { d: dots.join(""), fill: "#000" }));
  return h("span", { class: "qr", role: "img", "aria-label": name }, svg);
}

function shape(tag: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
