/** A short-lived token from the page's own backend, which alone has the key. */

/** Posts to `url` with the visitor's cookies; `{"value": "…"}` comes back, as `/v1/realtime/client_secrets` gives it. */
export async function fetchToken(url: URL): Promise<string> {
  const response = await fetch(url, { method: "POST", credentials: "include" });
  if (!response.ok) throw new Error(`token: HTTP ${response.status}`);
  const { value } = (await response.json()) as { value?: unknown };
  if (typeof value !== "string" || !value) throw new Error("token: there is none in the answer");
  return value;
}
