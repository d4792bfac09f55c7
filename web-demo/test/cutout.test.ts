import { BufferGeometry, CustomBlending, Mesh, MeshStandardMaterial, NormalBlending, ShaderLib, ZeroFactor } from "three";
import { describe, expect, it } from "vitest";
import { smoothCutOut } from "../src/stage/cutout";

describe("smoothCutOut", () => {
  it("smooths what is cut out without letting the page shine through the canvas", () => {
    const hair = new MeshStandardMaterial({ alphaTest: 0.4 });
    smoothCutOut(new Mesh(new BufferGeometry(), hair));
    expect(hair.alphaToCoverage).toBe(true);
    expect([hair.blending, hair.blendDst, hair.blendSrcAlpha]).toEqual([CustomBlending, ZeroFactor, ZeroFactor]);
  });

  it("lights a card by the side its normal faces, not by the side that is seen", () => {
    const hair = new MeshStandardMaterial({ alphaTest: 0.4 });
    smoothCutOut(new Mesh(new BufferGeometry(), hair));
    const shader = { fragmentShader: ShaderLib.standard.fragmentShader };
    hair.onBeforeCompile(shader as never, {} as never);
    expect(shader.fragmentShader).toContain("float faceDirection = dot( vNormal, vViewPosition ) > 0.0 ?");
  });

  it("leaves closed and blended surfaces as they are", () => {
    const [skin, lash] = [new MeshStandardMaterial(), new MeshStandardMaterial({ transparent: true })];
    smoothCutOut(new Mesh(new BufferGeometry(), [skin, lash]));
    for (const material of [skin, lash]) expect([material.alphaToCoverage, material.blending]).toEqual([false, NormalBlending]);
  });
});
