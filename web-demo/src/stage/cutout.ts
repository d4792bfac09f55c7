/** Cut-out surfaces (hair, beards): edges smoothed by multisampling, and cards lit as the head's surface is. */

import { CustomBlending, Mesh, MeshStandardMaterial, OneFactor, ZeroFactor, type Material } from "three";

/** Our own hair's materials: their normals are the head's, the same from both sides of a card. */
const HAIR = /^(hair|hair_under|beard)$/;
const FLIPPED = "#include <normal_fragment_begin>";

export function smoothCutOut(mesh: Mesh): void {
  for (const material of Array.isArray(mesh.material) ? mesh.material : [mesh.material]) smooth(material);
}

function smooth(material: Material): void {
  if (material.alphaTest === 0) return;
  material.alphaToCoverage = true;
  // Alpha only says how many samples are covered: written into the canvas it would let the page shine through.
  material.blending = CustomBlending;
  [material.blendSrc, material.blendDst] = [OneFactor, ZeroFactor];
  [material.blendSrcAlpha, material.blendDstAlpha] = [ZeroFactor, OneFactor];
  if (!(material instanceof MeshStandardMaterial) || !HAIR.test(material.name)) return;
  material.onBeforeCompile = (shader) => {
    // A card seen from behind would turn its normal and flash in the light from the other side.
    shader.fragmentShader = shader.fragmentShader.replace(FLIPPED, `#undef DOUBLE_SIDED\n${FLIPPED}`);
  };
}
