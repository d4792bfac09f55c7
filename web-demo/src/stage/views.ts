/** From where she is looked at, and how much of her is seen. */

/** What the picture must hold around the eyes, in her metres, and from where it is taken, in degrees. */
export interface View {
  above: number;
  below: number;
  halfWidth: number;
  /** The camera walks towards her left. */
  yaw: number;
  /** The camera rises. */
  pitch: number;
  /** Vertical field of view. A long lens flatters: at 22° the nose does not grow. */
  lens: number;
}

/** Crown and some air above, half the chest below, the shoulders. */
export const CHEST_UP: View = { above: 0.175, below: 0.35, halfWidth: 0.23, yaw: 0, pitch: 0, lens: 22 };

/** What a persona, an address or a page may ask for. */
const FRAMINGS = {
  face: { ...CHEST_UP, above: 0.19, below: 0.165, halfWidth: 0.15 },
  chest: CHEST_UP,
  waist: { ...CHEST_UP, above: 0.2, below: 0.6, halfWidth: 0.36 }, // with room for her hands
};
export type FramingName = keyof typeof FRAMINGS;

export function isFraming(name: unknown): name is FramingName {
  return typeof name === "string" && Object.hasOwn(FRAMINGS, name);
}

export function viewOf(name: FramingName): View {
  return FRAMINGS[name];
}
