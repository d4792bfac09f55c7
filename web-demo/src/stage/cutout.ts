/** Cut-out surfaces (hair, beards): edges smoothed by multisampling. */

import { CustomBlending, OneFactor, ZeroFactor, type Material, type Mesh } from "three";

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
}
