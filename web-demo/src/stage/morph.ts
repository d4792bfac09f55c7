/**
 * Morphing on the CPU, for machines whose WebGL is software: there, fetching 52 morph targets for every vertex costs
 * far more than adding the few thousand deltas that are really in use.
 */

import { BufferAttribute, type BufferGeometry, type Mesh } from "three";

/** Weights below this change nothing that can be seen. */
const EPSILON = 5e-4;
/** Deltas below this (metres, or normal components) are noise of the export. */
const NEGLIGIBLE = 1e-6;

/** One target's deltas for one attribute: vertex numbers and three floats each. */
export interface SparseTarget {
  vertices: Uint32Array;
  deltas: Float32Array;
}

/** Keeps the vertices that a dense target moves. */
export function sparse(dense: ArrayLike<number>): SparseTarget {
  const vertices: number[] = [];
  for (let vertex = 0; vertex * 3 < dense.length; vertex++) {
    const at = 3 * vertex;
    if (Math.max(Math.abs(dense[at]!), Math.abs(dense[at + 1]!), Math.abs(dense[at + 2]!)) > NEGLIGIBLE) vertices.push(vertex);
  }
  const deltas = new Float32Array(vertices.length * 3);
  vertices.forEach((vertex, k) => {
    for (let axis = 0; axis < 3; axis++) deltas[3 * k + axis] = dense[3 * vertex + axis]!;
  });
  return { vertices: Uint32Array.from(vertices), deltas };
}

/** base + Σ weight · target, touching only the vertices that targets move. */
export class SparseBlend {
  private readonly base: Float32Array;
  private readonly touched: Uint32Array;

  constructor(
    readonly values: Float32Array,
    private readonly targets: SparseTarget[],
  ) {
    this.base = values.slice();
    const touched = new Set<number>();
    for (const { vertices } of targets) for (const vertex of vertices) touched.add(vertex);
    this.touched = Uint32Array.from(touched);
  }

  apply(weights: Float32Array): void {
    const { values, base } = this;
    for (const vertex of this.touched) {
      const at = 3 * vertex;
      values[at] = base[at]!;
      values[at + 1] = base[at + 1]!;
      values[at + 2] = base[at + 2]!;
    }
    this.targets.forEach((target, k) => {
      if (Math.abs(weights[k]!) > EPSILON) addTarget(values, target, weights[k]!);
    });
  }
}

function addTarget(values: Float32Array, { vertices, deltas }: SparseTarget, weight: number): void {
  for (let k = 0; k < vertices.length; k++) {
    const at = 3 * vertices[k]!;
    const from = 3 * k;
    values[at] = values[at]! + weight * deltas[from]!;
    values[at + 1] = values[at + 1]! + weight * deltas[from + 1]!;
    values[at + 2] = values[at + 2]! + weight * deltas[from + 2]!;
  }
}

/** Takes a mesh's morph targets over from the GPU. */
export class CpuMorph {
  readonly weights: Float32Array;
  private readonly shown: Float32Array;
  private readonly blends: { attribute: BufferAttribute; blend: SparseBlend }[] = [];

  constructor(mesh: Mesh) {
    const geometry = (mesh.geometry = mesh.geometry.clone());
    const count = mesh.morphTargetInfluences?.length ?? 0;
    this.weights = new Float32Array(count);
    this.shown = new Float32Array(count);
    for (const name of ["position", "normal"] as const) this.take(geometry, name);
    geometry.morphAttributes = {};
    mesh.morphTargetInfluences = undefined;
  }

  /** Recomputes the mesh when a weight has changed. */
  update(): void {
    if (!this.weights.some((weight, k) => Math.abs(weight - this.shown[k]!) > EPSILON)) return;
    this.shown.set(this.weights);
    for (const { attribute, blend } of this.blends) {
      blend.apply(this.weights);
      attribute.needsUpdate = true;
    }
  }

  private take(geometry: BufferGeometry, name: "position" | "normal"): void {
    const targets = geometry.morphAttributes[name];
    const source = geometry.getAttribute(name);
    if (!targets?.length || !source) return;
    const values = floats(source);
    const bases = geometry.morphTargetsRelative ? null : values;
    const blend = new SparseBlend(values, targets.map((target) => sparse(relative(floats(target), bases))));
    const attribute = new BufferAttribute(values, 3);
    geometry.setAttribute(name, attribute);
    this.blends.push({ attribute, blend });
  }
}

type Readable = { count: number; getX(i: number): number; getY(i: number): number; getZ(i: number): number };

/** Any attribute, quantised or interleaved, as plain floats. */
function floats(attribute: Readable): Float32Array {
  const out = new Float32Array(attribute.count * 3);
  for (let i = 0; i < attribute.count; i++) out.set([attribute.getX(i), attribute.getY(i), attribute.getZ(i)], 3 * i);
  return out;
}

function relative(target: Float32Array, base: Float32Array | null): Float32Array {
  return base ? target.map((value, i) => value - base[i]!) : target;
}
