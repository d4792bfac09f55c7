"""Reads binary glTF 2.0 of any maker: sparse, interleaved and quantised accessors, node transforms, many primitives.

Nothing in a foreign file is trusted: lengths, offsets and indices are checked before they are used, and what is wrong
is said in one sentence with what to do about it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from animation.formats import glb
from animation.formats.glb import wrong

_WIDTH = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_DTYPE: dict[int, type[np.generic]] = {
    5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32,
}  # fmt: skip
# Extensions that change how vertices are stored; without their decoder nothing can be measured.
_UNREADABLE = {
    "KHR_draco_mesh_compression": "Draco", "EXT_meshopt_compression": "meshopt", "KHR_meshopt_compression": "meshopt",
}  # fmt: skip


@dataclass(frozen=True)
class Primitive:
    """One drawable piece, placed in the world (metres, y up).

    positions: float64 [n, 3]. triangles: int64 [m, 3]. morphs: name → float64 [n, 3], in the world's axes.
    joints: int64 [n, k] and weights: float64 [n, k], k = 4 for each set of influences; both empty without a skin.
    """

    mesh: str
    node: int
    positions: np.ndarray
    triangles: np.ndarray
    morphs: dict[str, np.ndarray] = field(default_factory=dict)
    joints: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    weights: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    skin: int = -1


@dataclass(frozen=True)
class Gltf:
    """A parsed file: its JSON and its binary chunk."""

    path: Path
    js: dict[str, Any]
    blob: bytes

    @classmethod
    def read(cls, path: Path | str) -> Gltf:
        """Raises AvatarInvalid when the file is missing, no binary glTF 2.0, cut short, or too large to serve."""
        return cls(Path(path), *glb.read(path))

    @cached_property
    def compression(self) -> str:
        """The vertex compression that keeps this file from being measured, or ""."""
        used = [*self.js.get("extensionsRequired", ()), *self.js.get("extensionsUsed", ())]
        return next((_UNREADABLE[name] for name in used if name in _UNREADABLE), "")

    def rows(self, key: str) -> list[dict[str, Any]]:
        """`nodes`, `meshes` … as a list of objects; raises AvatarInvalid where the file has something else."""
        found = self.js.get(key, [])
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise wrong(self.path, f"has a broken list of {key}")
        return found

    def accessor(self, index: Any) -> np.ndarray:
        """[count, width] float64 or int64: integers that are normalised are scaled to 0..1 or -1..1, sparse applied."""
        try:
            return self._accessor(self.rows("accessors")[index])
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            raise wrong(self.path, f"has a broken accessor {index}: {error}", "Export it again.") from error

    def _accessor(self, a: dict[str, Any]) -> np.ndarray:
        width, kind, count = _WIDTH[a["type"]], _DTYPE[a["componentType"]], int(a["count"])
        if count * width > 50_000_000:
            raise ValueError(f"{count} elements")
        if "bufferView" in a:
            raw = self._view(a["bufferView"], int(a.get("byteOffset", 0)), kind, count, width)
        else:
            raw = np.zeros((count, width), kind)
        if "sparse" in a:
            s, raw = a["sparse"], raw.copy()
            at, n = s["indices"], int(s["count"])
            where = self._view(at["bufferView"], int(at.get("byteOffset", 0)), _DTYPE[at["componentType"]], n, 1)
            values = self._view(s["values"]["bufferView"], int(s["values"].get("byteOffset", 0)), kind, n, width)
            raw[where[:, 0]] = values
        if a.get("normalized") and kind is not np.float32:
            return np.maximum(raw.astype(np.float64) / np.iinfo(kind).max, -1.0)
        return raw.astype(np.float64 if kind is np.float32 else np.int64)

    def _view(self, index: int, offset: int, kind: type[np.generic], count: int, width: int) -> np.ndarray:
        view = self.rows("bufferViews")[index]
        if self.rows("buffers")[int(view.get("buffer", 0))].get("uri"):
            raise ValueError("its data lies outside the file")
        item = np.dtype(kind).itemsize * width
        stride = int(view.get("byteStride", item)) or item
        start = int(view.get("byteOffset", 0)) + offset
        end = start + max(count - 1, 0) * stride + item * (count > 0)
        if min(start, offset, count) < 0 or end > len(self.blob) or offset + (end - start) > int(view["byteLength"]):
            raise ValueError("it reaches beyond the data")
        if not count:
            return np.zeros((0, width), kind)
        return np.ndarray((count, width), kind, self.blob, start, (stride, np.dtype(kind).itemsize))

    @cached_property
    def world(self) -> np.ndarray:
        """float64 [nodes, 4, 4]: each node's place in the world at rest."""
        nodes = self.rows("nodes")
        out = np.tile(np.eye(4), (len(nodes), 1, 1))
        parents = {child: i for i, node in enumerate(nodes) for child in node.get("children", ())}
        for i in range(len(nodes)):
            at: int | None = i
            for _ in range(len(nodes) + 1):
                if at is None:
                    break
                out[i] = _local(nodes[at]) @ out[i]
                at = parents.get(at)
            else:
                raise wrong(self.path, "has nodes that are their own ancestors")
        return out

    def primitives(self) -> Iterator[Primitive]:
        """Every triangle primitive of every node. Raises AvatarInvalid for compressed or broken ones."""
        if self.compression:
            raise wrong(
                self.path, f"is compressed with {self.compression}, which cannot be measured",
                "Save it without mesh compression (for instance `gltf-transform copy in.glb out.glb`).",
            )  # fmt: skip
        meshes = self.rows("meshes")
        for i, node in enumerate(self.rows("nodes")):
            if "mesh" in node:
                try:
                    mesh = meshes[node["mesh"]]
                    primitives = mesh["primitives"]
                except (LookupError, TypeError) as error:
                    raise wrong(self.path, f"node {i} has no such mesh") from error
                for primitive in primitives:
                    if primitive.get("mode", 4) == 4:
                        yield self._primitive(i, node, mesh, primitive)

    def _primitive(self, at: int, node: dict[str, Any], mesh: dict[str, Any], primitive: dict[str, Any]) -> Primitive:
        attributes = primitive.get("attributes", {})
        points = self.accessor(attributes.get("POSITION"))
        index = self.accessor(primitive["indices"])[:, 0] if "indices" in primitive else np.arange(len(points))
        triangles = index[: len(index) // 3 * 3].reshape(-1, 3)
        if triangles.size and triangles.max() >= len(points):
            raise wrong(self.path, f"mesh {mesh.get('name', at)} has triangles without vertices", "Export it again.")
        joints, weights = self._influences(attributes, len(points))
        place = self._places(at, node, joints, weights)
        morphs = {}
        for name, target in zip(self.target_names(node["mesh"]), primitive.get("targets", ()), strict=False):
            if "POSITION" in target:
                moved = self.accessor(target["POSITION"])
                if len(moved) != len(points):
                    raise wrong(self.path, f"shape {name} has {len(moved)} vertices for {len(points)}")
                morphs[name] = _turned(place, moved)
        return Primitive(
            str(mesh.get("name", f"mesh {node['mesh']}")), at, _turned(place, points) + place[..., :3, 3], triangles,
            morphs, joints, weights, node.get("skin", -1),
        )  # fmt: skip

    def _places(self, at: int, node: dict[str, Any], joints: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Where vertices go at rest, [4, 4] or one each [n, 4, 4]: a skinned mesh is placed by its joints and not by
        its node (glTF 2.0, 3.7.3.3)."""
        skins = self.rows("skins")
        skin = node.get("skin")
        if not isinstance(skin, int) or not 0 <= skin < len(skins):
            return self.world[at]
        bones = skins[skin].get("joints", ())
        if not weights.size or not np.isfinite(weights).all() or joints.max(initial=-1) >= len(bones):
            return np.eye(4)  # broken, as avatar.inspect.skin will say
        try:
            world = self.world[np.array(bones, int)]
        except (IndexError, ValueError, TypeError) as error:
            raise wrong(self.path, f"skin {skin} names nodes that are not there") from error
        inverse = np.tile(np.eye(4), (len(bones), 1, 1))
        if "inverseBindMatrices" in skins[skin]:
            stored = self.accessor(skins[skin]["inverseBindMatrices"])
            if len(stored) < len(bones) or stored.shape[1] != 16:
                raise wrong(self.path, f"skin {skin} has too few inverse bind matrices")
            inverse = stored[: len(bones)].reshape(-1, 4, 4).transpose(0, 2, 1)
        total = np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
        return np.einsum("nk,nkij->nij", weights / total, (world @ inverse)[joints])

    def target_names(self, mesh: int) -> list[str]:
        """Names of a mesh's morph targets: from its extras or, in old VRM files, its primitives'; else numbers."""
        found = self.rows("meshes")[mesh]
        primitives = [p for p in found.get("primitives", ()) if isinstance(p, dict)]
        for holder in (found, *primitives):
            names = (holder.get("extras") or {}).get("targetNames")
            if isinstance(names, list):
                return [str(name) for name in names]
        return [f"{mesh}#{k}" for k in range(max((len(p.get("targets", ())) for p in primitives), default=0))]

    def _influences(self, attributes: dict[str, Any], count: int) -> tuple[np.ndarray, np.ndarray]:
        sets = [k for k in range(8) if f"JOINTS_{k}" in attributes and f"WEIGHTS_{k}" in attributes]
        if not sets:
            return np.zeros((count, 0), np.int64), np.zeros((count, 0))
        joints = np.concatenate([self.accessor(attributes[f"JOINTS_{k}"]) for k in sets], axis=1).astype(np.int64)
        weights = np.concatenate([self.accessor(attributes[f"WEIGHTS_{k}"]) for k in sets], axis=1)
        return joints, weights.astype(np.float64)


def _turned(place: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Vectors [n, 3] by the linear part of [4, 4] or [n, 4, 4]."""
    return rows @ place[:3, :3].T if place.ndim == 2 else np.einsum("nij,nj->ni", place[:, :3, :3], rows)


def _local(node: dict[str, Any]) -> np.ndarray:
    if "matrix" in node:
        return np.array(node["matrix"], np.float64).reshape(4, 4).T
    x, y, z, w = (float(v) for v in node.get("rotation", (0.0, 0.0, 0.0, 1.0)))
    scale = math.sqrt(x * x + y * y + z * z + w * w) or 1.0
    x, y, z, w = x / scale, y / scale, z / scale, w / scale
    out = np.eye(4)
    out[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    out[:3, :3] *= np.array(node.get("scale", (1.0, 1.0, 1.0)), np.float64)
    out[:3, 3] = node.get("translation", (0.0, 0.0, 0.0))
    return out
