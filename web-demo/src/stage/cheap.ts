/** Materials for machines that draw on the CPU: physically based shading costs them ten times as much a pixel. */

import { MeshLambertMaterial, MeshPhongMaterial, MeshStandardMaterial, type Material, type Mesh } from "three";

/** Smoother than this keeps a highlight: eyes without one look dead. */
const GLOSSY = 0.3;

export function cheapen(mesh: Mesh): void {
  mesh.material = Array.isArray(mesh.material) ? mesh.material.map(cheap) : cheap(mesh.material);
}

function cheap(material: Material): Material {
  if (!(material instanceof MeshStandardMaterial)) return material;
  const { name, color, map, vertexColors, transparent, opacity, alphaTest, alphaHash, side, depthWrite } = material;
  const common = { name, color, map, vertexColors, transparent, opacity, alphaTest, alphaHash, side, depthWrite };
  material.dispose();
  if (material.roughness >= GLOSSY || material.roughnessMap) return new MeshLambertMaterial(common);
  return new MeshPhongMaterial({ ...common, shininess: 400, specular: 0x404040 });
}
