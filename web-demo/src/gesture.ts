/** Browsers make no sound before somebody has touched the page or pressed a key. */

/** Calls `act` at each touch or key until it gives true. */
export function onGesture(act: () => boolean | Promise<boolean>): void {
  const types = ["pointerdown", "keydown"] as const;
  const listener = async (): Promise<void> => {
    if (await act()) for (const type of types) removeEventListener(type, listener);
  };
  for (const type of types) addEventListener(type, listener);
}
