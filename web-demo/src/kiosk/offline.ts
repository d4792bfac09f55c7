/** Keeps the page, her avatar and the maps on the device, so that the kiosk comes up without the service too. */

const AFTER_MS = 8000;

/** Browsers allow it on https and on this machine alone; elsewhere the kiosk is as well as its connection. */
export async function keepForOffline(): Promise<void> {
  if (!("serviceWorker" in navigator) || !isSecureContext) return;
  try {
    const { scope } = await navigator.serviceWorker.register(new URL("kiosk-worker.js", location.href), { scope: "./kiosk" });
    const { active } = await navigator.serviceWorker.ready;
    await new Promise((resolve) => setTimeout(resolve, AFTER_MS)); // what came before the worker did
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    active?.postMessage({ keep: [scope, location.href, ...loaded] });
  } catch (error) {
    console.warn("Shuren: nothing is kept for a time without the service", error);
  }
}
