/** The kiosk's service worker: what the page is made of is kept on the device; conversations never are. */

interface Worker extends EventTarget {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}
interface Fetching extends ExtendableEvent {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

const worker = self as unknown as Worker;
const NAME = "shuren-kiosk";
/** Files of older pages are let go of when there are more than this. */
const MOST_ASSETS = 120;
const PATIENCE_MS = 5000;

/** How a request is answered: named by their content, files never change; the rest is asked for while the service is there. */
function wayOf(url: URL): "kept" | "fresh" | "none" {
  const path = url.pathname.slice(new URL("./", self.location.href).pathname.length - 1);
  if (url.origin !== self.location.origin) return "none";
  if (path.startsWith("/assets/")) return "kept";
  return /^\/(kiosk(\/.*)?|avatars\/.*|maps\/.*|v1\/kiosk|v1\/personas)$/.test(path) ? "fresh" : "none";
}

/** The page's address has the kiosk's name in it: one copy does for all. */
const keyOf = (request: Request): string => {
  const url = new URL(request.url);
  return url.origin + url.pathname;
};

async function put(request: Request, answer: Response): Promise<void> {
  if (!answer.ok || answer.type !== "basic") return;
  const cache = await caches.open(NAME);
  await cache.put(keyOf(request), answer);
  const assets = (await cache.keys()).filter(({ url }) => url.includes("/assets/"));
  await Promise.all(assets.slice(0, -MOST_ASSETS).map((old) => cache.delete(old)));
}

async function kept(request: Request): Promise<Response> {
  const found = await caches.match(keyOf(request));
  if (found) return found;
  const answer = await fetch(request);
  await put(request, answer.clone());
  return answer;
}

async function fresh(request: Request): Promise<Response> {
  const found = await caches.match(keyOf(request));
  try {
    const answer = await fetch(request, found ? { signal: AbortSignal.timeout(PATIENCE_MS) } : {});
    void put(request, answer.clone());
    return answer.status >= 500 && found ? found : answer;
  } catch (error) {
    if (found) return found;
    throw error;
  }
}

worker.addEventListener("install", () => void worker.skipWaiting());
worker.addEventListener("activate", (event) => (event as ExtendableEvent).waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (event) => {
  const { request } = event as Fetching;
  const way = request.method === "GET" && request.cache !== "no-store" ? wayOf(new URL(request.url)) : "none";
  if (way !== "none") (event as Fetching).respondWith(way === "kept" ? kept(request) : fresh(request));
});
worker.addEventListener("message", (event) => {
  const { keep } = (event as MessageEvent<{ keep: string[] }>).data;
  const wanted = keep.map((url) => new Request(url)).filter(({ url }) => wayOf(new URL(url)) !== "none");
  (event as unknown as ExtendableEvent).waitUntil(Promise.allSettled(wanted.map(kept)));
});

export {};
