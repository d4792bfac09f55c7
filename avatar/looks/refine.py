"""Catmull-Clark subdivision of a chosen part of a quad mesh, as a linear operator that also carries morphs and uvs."""

from __future__ import annotations

import numpy as np


class Refinement:
    """One step over the faces where `chosen` [m] is true; the neighbours are cut so that no crack opens.

    quads: int [m, 4] over n vertices. After construction `triangles` indexes the rows `smooth` or `linear` give:
    the n old vertices, one per split edge, one per chosen face. `split` [m, 4] says which sides were cut; pass it to a
    second Refinement over the uv mesh (same faces, other vertices) to get matching triangles in the same order.
    """

    def __init__(self, quads: np.ndarray, chosen: np.ndarray, count: int, split: np.ndarray | None = None) -> None:
        self.count, self.faces = count, quads[chosen]
        sides = np.sort(np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1), axis=-1)  # [m, 4, 2]
        edges, which = np.unique(sides.reshape(-1, 2), axis=0, return_inverse=True)
        which = which.reshape(-1, 4)
        if split is None:
            marked = np.zeros(len(edges), bool)
            marked[which[chosen]] = True
            split = marked[which]
        self.split = split
        cut = np.zeros(len(edges), bool)
        cut[which[split]] = True
        number = np.cumsum(cut) - 1
        self.edges = edges[cut]
        self._edge_faces = np.bincount(number[which[chosen]].ravel(), minlength=len(self.edges))
        self._side_edge = number[which[chosen]]
        self._inner = self._inner_vertices(quads, chosen)
        self.triangles = self._emit(quads, chosen, count + number[which], count + len(self.edges))

    def _inner_vertices(self, quads: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Vertices all of whose faces are chosen and that do not lie on the mesh's border."""
        around = np.bincount(quads.ravel(), minlength=self.count)
        mine = np.bincount(self.faces.ravel(), minlength=self.count)
        spokes = np.bincount(self.edges.ravel(), minlength=self.count)
        return (around == mine) & (mine > 0) & (spokes == mine)

    def _emit(self, quads: np.ndarray, chosen: np.ndarray, middle: np.ndarray, first_centre: int) -> np.ndarray:
        out = []
        centre = first_centre
        for quad, mids, cut, inside in zip(quads.tolist(), middle.tolist(), self.split.tolist(), chosen, strict=True):
            if inside:
                for k in range(4):
                    out += [(quad[k], mids[k], centre), (quad[k], centre, mids[k - 1])]
                centre += 1
                continue
            ring = [v for k in range(4) for v in ((quad[k], mids[k]) if cut[k] else (quad[k],))]
            start = ring.index(mids[cut.index(True)]) if any(cut) else 0
            ring = ring[start:] + ring[:start]
            out += [(ring[0], ring[k], ring[k + 1]) for k in range(1, len(ring) - 1)]
        return np.array(out)

    def linear(self, values: np.ndarray) -> np.ndarray:
        """Values [n, k] at the new vertices by plain interpolation (uvs, weights, colours)."""
        return np.concatenate([values, values[self.edges].mean(axis=1), values[self.faces].mean(axis=1)])

    def smooth(self, values: np.ndarray) -> np.ndarray:
        """Positions or displacements [n, k] by the Catmull-Clark rules; the border of the chosen part stays put."""
        centres = values[self.faces].mean(axis=1)
        ends = values[self.edges].mean(axis=1)
        beside = _gather(self._side_edge, centres, len(self.edges)) / np.maximum(self._edge_faces, 1)[:, None]
        edge_points = np.where((self._edge_faces == 2)[:, None], (ends + beside) / 2, ends)
        valence = np.maximum(np.bincount(self.faces.ravel(), minlength=self.count), 1)[:, None]
        face_mean = _gather(self.faces, centres, self.count) / valence
        edge_mean = _gather(self.edges, ends, self.count) / valence
        moved = (face_mean + 2 * edge_mean + (valence - 3) * values) / valence
        return np.concatenate([np.where(self._inner[:, None], moved, values), edge_points, centres])


def _gather(index: np.ndarray, rows: np.ndarray, count: int) -> np.ndarray:
    """Sum rows [f, k] into every slot index [f, c] names; [count, k]."""
    corners = index.shape[1]
    columns = [np.bincount(index.ravel(), np.repeat(rows[:, k], corners), count) for k in range(rows.shape[1])]
    return np.stack(columns, axis=1)
