/** The token with which this page may talk. Whoever frames the page puts it behind `#token=`: what follows `#` is sent to
 * no server and stands in no log. The widget is given one by the page it is on. */

const KEY = "openai-insecure-api-key."; // browsers cannot set headers on WebSockets, so it goes as a subprotocol
let token = "";

/** Takes the token out of the address, so that it is not copied or bookmarked with it. */
export function takeToken(location: Pick<Location, "hash" | "href">, history: Pick<History, "replaceState">): void {
  const asked = new URLSearchParams(location.hash.slice(1));
  token = asked.get("token") ?? "";
  if (!token) return;
  asked.delete("token");
  const url = new URL(location.href);
  url.hash = asked.toString();
  history.replaceState(null, "", url);
}

export function setToken(value: string): void {
  token = value;
}

export function subprotocols(): string[] {
  return token ? ["shuren.v1", KEY + token] : ["shuren.v1"];
}

export function authorization(): Record<string, string> {
  return token ? { Authorization: `Bearer ${token}` } : {};
}
