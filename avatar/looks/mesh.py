"""Triangle meshes: the part of an avatar, its normals, cutting and joining."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np


@dataclass
class Part:
    """One mesh of the avatar, n vertices.

    positions [n, 3] metres, triangles int [m, 3], uv [n, 2] with v downwards (glTF), colour [n, 4] linear or None.
    weights: [n, j] over the skeleton's joints, rows sum to 1.
    morphs: shape name -> displacement [n, 3]; normals: [n, 3], computed when missing.
    base: int [n], the base mesh's vertex a vertex stands for (or a larger number between them), to find landmarks by.
    sheet: [n, 2], where a vertex lies in the base mesh's own uv square (v upwards), to look up its masks.
    weld: int [n]; vertices with the same number are one point of the surface (uv seams), so they share a normal.
    """

    name: str
    positions: np.ndarray
    triangles: np.ndarray
    weights: np.ndarray
    material: str
    uv: np.ndarray | None = None
    colour: np.ndarray | None = None
    normals: np.ndarray | None = None
    weld: np.ndarray | None = None
    base: np.ndarray | None = None
    sheet: np.ndarray | None = None
    morphs: dict[str, np.ndarray] = field(default_factory=dict)
    morph_normals: bool = False

    def with_normals(self) -> Part:
        """A copy whose normals are set."""
        if self.normals is not None:
            return replace(self, normals=self.normals / np.linalg.norm(self.normals, axis=1, keepdims=True))
        return replace(self, normals=vertex_normals(self.positions, self.triangles, self.weld))

    def pick(self, keep: np.ndarray) -> Part:
        """Only the triangles where keep [m] is true, without the vertices that become unused."""
        used, inverse = np.unique(self.triangles[keep], return_inverse=True)

        def cut(a: np.ndarray | None) -> np.ndarray | None:
            return None if a is None else a[used]

        return replace(
            self, positions=self.positions[used], triangles=inverse.reshape(-1, 3), weights=self.weights[used],
            uv=cut(self.uv), colour=cut(self.colour), normals=cut(self.normals), weld=cut(self.weld),
            base=cut(self.base), sheet=cut(self.sheet),
            morphs={name: delta[used] for name, delta in self.morphs.items()},
        )  # fmt: skip


def triangulate(quads: np.ndarray) -> np.ndarray:
    """[m, 4] -> [2 m, 3], the two halves of a quad next to each other."""
    return quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)


def vertex_normals(positions: np.ndarray, triangles: np.ndarray, weld: np.ndarray | None = None) -> np.ndarray:
    """Area-weighted unit normals [n, 3]; a vertex without area points forward."""
    a, b, c = (positions[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    index = triangles if weld is None else weld[triangles]
    size = int(index.max()) + 1
    total = np.stack([np.bincount(index.ravel(), np.repeat(face[:, k], 3), minlength=size) for k in range(3)], axis=1)
    total = total if weld is None else total[weld]
    if len(total) < len(positions):
        total = np.vstack([total, np.zeros((len(positions) - len(total), 3))])
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.where(length > 1e-14, total / np.maximum(length, 1e-14), [0.0, 0.0, 1.0])


def join(name: str, parts: list[Part]) -> Part:
    """One mesh of several that share material and have the same optional fields."""
    first = parts[0]
    offsets = np.cumsum([0] + [len(p.positions) for p in parts])
    shapes = sorted({shape for p in parts for shape in p.morphs})

    def stack(field_name: str) -> np.ndarray | None:
        arrays = [getattr(p, field_name) for p in parts]
        return None if arrays[0] is None else np.concatenate(arrays)

    welds = None
    if all(p.weld is not None for p in parts):
        base = np.cumsum([0] + [int(p.weld.max()) + 1 for p in parts])
        welds = np.concatenate([p.weld + b for p, b in zip(parts, base, strict=False)])
    return Part(
        name=name,
        positions=stack("positions"),
        triangles=np.concatenate([p.triangles + o for p, o in zip(parts, offsets, strict=False)]),
        weights=stack("weights"),
        material=first.material,
        uv=stack("uv"),
        colour=stack("colour"),
        normals=stack("normals"),
        weld=welds,
        morphs={s: np.concatenate([p.morphs.get(s, np.zeros_like(p.positions)) for p in parts]) for s in shapes},
        morph_normals=any(p.morph_normals for p in parts),
    )


def grid_triangles(rows: int, columns: int, *, closed: bool = False) -> np.ndarray:
    """Triangles of a lattice of vertices in row-major order; closed joins the last column to the first."""
    r, c = np.meshgrid(np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    d = (c + 1) % columns
    a, b = r * columns + c, r * columns + d
    quads = np.stack([a, b, b + columns, a + columns], axis=-1).reshape(-1, 4)
    return triangulate(quads)


def coarsen(part: Part, cell: np.ndarray, movable: np.ndarray) -> Part:
    """Merge vertices that fall into the same cell, where movable [n]; triangles that collapse vanish.

    cell: int [n, k], any grouping key. Attributes are those of one member of each group.
    """
    keys = np.column_stack([np.where(movable[:, None], cell, 0), np.where(movable, -1, np.arange(len(cell)))])
    _, first, group = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    triangles = first[group.reshape(-1)[part.triangles]]
    a, b, c = triangles.T
    return replace(part, triangles=triangles, normals=None).pick((a != b) & (b != c) & (c != a))


def facing_out(positions: np.ndarray, triangles: np.ndarray, core: np.ndarray) -> np.ndarray:
    """The triangles, all turned over if most of their area faces the point `core` [3]."""
    a, b, c = (positions[triangles[:, k]] for k in range(3))
    outwards = (np.cross(b - a, c - a) * (a - core)).sum()
    return triangles if outwards >= 0 else triangles[:, ::-1]


def edges_of(triangles: np.ndarray) -> np.ndarray:
    """Unique undirected edges [e, 2]."""
    pairs = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    return np.unique(pairs, axis=0)


def smooth(values: np.ndarray, edges: np.ndarray, rounds: int, keep: np.ndarray | None = None) -> np.ndarray:
    """Laplacian smoothing of per-vertex values [n, k] over edges; rows where keep [n] is true do not change."""
    n = len(values)
    degree = np.maximum(np.bincount(edges.ravel(), minlength=n), 1)[:, None]
    out = values.copy()
    for _ in range(rounds):
        total = np.zeros_like(out)
        for k in range(out.shape[1]):
            for here, there in ((0, 1), (1, 0)):
                total[:, k] += np.bincount(edges[:, here], out[edges[:, there], k], n)
        mean = total / degree
        out = mean if keep is None else np.where(keep[:, None], values, mean)
    return out


def clip(part: Part, signed: np.ndarray) -> Part:
    """Cut a mesh along the zero line of a per-vertex function [n] and keep where it is positive.

    Triangles that cross the line are split, so the cut is as smooth as the function, not a saw along the edges.
    """
    tri, s = part.triangles, signed
    inside = s[tri] > 0
    count = inside.sum(axis=1)
    crossing = tri[(count == 1) | (count == 2)]
    pairs = np.sort(np.concatenate([crossing[:, [0, 1]], crossing[:, [1, 2]], crossing[:, [2, 0]]]), axis=1)
    pairs = np.unique(pairs[(s[pairs[:, 0]] > 0) != (s[pairs[:, 1]] > 0)], axis=0)
    if not len(pairs):
        return part.pick(count == 3)
    t = s[pairs[:, 0]] / (s[pairs[:, 0]] - s[pairs[:, 1]])
    new = {tuple(p): len(part.positions) + i for i, p in enumerate(pairs)}
    made = [_split(row, s, new) for row in crossing]
    triangles = np.concatenate([tri[count == 3], np.array([x for group in made for x in group]).reshape(-1, 3)])

    def extend(a: np.ndarray | None) -> np.ndarray | None:
        if a is None:
            return None
        return np.concatenate([a, a[pairs[:, 0]] * (1 - t)[:, None] + a[pairs[:, 1]] * t[:, None]])

    longer = replace(
        part, positions=extend(part.positions), triangles=triangles, weights=extend(part.weights), uv=extend(part.uv),
        colour=extend(part.colour), normals=extend(part.normals), weld=None, base=None, sheet=None,
        morphs={name: extend(delta) for name, delta in part.morphs.items()},
    )  # fmt: skip
    return longer.pick(np.ones(len(triangles), bool))


def _split(row: np.ndarray, s: np.ndarray, new: dict[tuple[int, int], int]) -> list[tuple[int, int, int]]:
    """The kept pieces of one triangle that the line crosses."""
    positive = [s[v] > 0 for v in row]
    lone = positive.index(sum(positive) == 1)
    a, b, c = (int(row[(lone + k) % 3]) for k in range(3))
    ab, ac = new[min(a, b), max(a, b)], new[min(a, c), max(a, c)]
    return [(a, ab, ac)] if positive[lone] else [(ab, b, c), (ab, c, ac)]
