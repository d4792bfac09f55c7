/** Cut-out surfaces (hair, beards): edges smoothed by multisampling, and light that does not depend on a card's side. */

import { CustomBlending, OneFactor, ShaderChunk, ZeroFactor, type Material, type Mesh } from "three";

const NORMAL = "normal_fragment_begin";

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
  // A card's normals are the head's. Turned over because the card's back is seen, they would flash or go black at the rim.
  material.onBeforeCompile = (shader) => {
    const towardsViewer = ShaderChunk[NORMAL].replace("gl_FrontFacing", "dot( vNormal, vViewPosition ) > 0.0");
    shader.fragmentShader = shader.fragmentShader.replace(`#include <${NORMAL}>`, towardsViewer);
  };
}
