import { BufferGeometry, CustomBlending, Mesh, MeshStandardMaterial, NormalBlending, ZeroFactor } from "three";
import { describe, expect, it } from "vitest";
import { smoothCutOut } from "../src/stage/cutout";

describe("smoothCutOut", () => {
  it("smooths what is cut out without letting the page shine through the canvas", () => {
    const hair = new MeshStandardMaterial({ alphaTest: 0.4 });
    smoothCutOut(new Mesh(new BufferGeometry(), hair));
    expect(hair.alphaToCoverage).toBe(true);
    expect([hair.blending, hair.blendDst, hair.blendSrcAlpha]).toEqual([CustomBlending, ZeroFactor, ZeroFactor]);
  });

  it("leaves closed and blended surfaces as they are", () => {
    const [skin, lash] = [new MeshStandardMaterial(), new MeshStandardMaterial({ transparent: true })];
    smoothCutOut(new Mesh(new BufferGeometry(), [skin, lash]));
    for (const material of [skin, lash]) expect([material.alphaToCoverage, material.blending]).toEqual([false, NormalBlending]);
  });
});
