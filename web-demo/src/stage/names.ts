/** Names of the channels until the server's `shuren.animation.header` tells the ones in force. */

export interface ChannelNames {
  shapes: readonly string[];
  joints: readonly string[];
  hands: readonly string[];
}

const SHAPES =
  "eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft eyeWideLeft eyeBlinkRight " +
  "eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight eyeSquintRight eyeWideRight jawForward jawLeft " +
  "jawRight jawOpen mouthClose mouthFunnel mouthPucker mouthLeft mouthRight mouthSmileLeft mouthSmileRight " +
  "mouthFrownLeft mouthFrownRight mouthDimpleLeft mouthDimpleRight mouthStretchLeft mouthStretchRight " +
  "mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper mouthPressLeft mouthPressRight mouthLowerDownLeft " +
  "mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight browDownLeft browDownRight browInnerUp browOuterUpLeft " +
  "browOuterUpRight cheekPuff cheekSquintLeft cheekSquintRight noseSneerLeft noseSneerRight tongueOut";

const JOINTS =
  "hips spine chest neck head leftShoulder leftUpperArm leftLowerArm leftHand rightShoulder rightUpperArm " +
  "rightLowerArm rightHand";

const HANDS =
  "leftThumb leftIndex leftMiddle leftRing leftLittle leftSpread " +
  "rightThumb rightIndex rightMiddle rightRing rightLittle rightSpread";

export const DEFAULT_NAMES: ChannelNames = {
  shapes: SHAPES.split(" "),
  joints: JOINTS.split(" "),
  hands: HANDS.split(" "),
};
