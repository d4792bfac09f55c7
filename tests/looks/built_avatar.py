"""Reads a built avatar back from its GLB, so that tests judge what a client gets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from animation.formats.glb import read

WIDTH = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
DTYPE = {5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}


@dataclass
class Glb:
    """A parsed file with its accessors as they are stored, where the product's reader turns all into floats."""

    js: dict
    blob: bytes

    @classmethod
    def read(cls, path: Path) -> Glb:
        """Raises AvatarInvalid when the file is not a whole binary glTF 2.0."""
        return cls(*read(path))

    def accessor(self, index: int) -> np.ndarray:
        """[count, width] in the stored type, sparse values applied."""
        a = self.js["accessors"][index]
        width = WIDTH[a["type"]]
        out = np.zeros((a["count"], width), DTYPE[a["componentType"]])
        if "bufferView" in a:
            stride = self.js["bufferViews"][a["bufferView"]].get("byteStride", width * out.itemsize) // out.itemsize
            rows = self._read(a["bufferView"], a["componentType"], a["count"] * stride)
            out = rows.reshape(-1, stride)[:, :width].copy()
        if "sparse" in a:
            s = a["sparse"]
            where = self._read(s["indices"]["bufferView"], s["indices"]["componentType"], s["count"])
            values = self._read(s["values"]["bufferView"], a["componentType"], s["count"] * width)
            out[where] = values.reshape(-1, width)
        return out

    def values(self, index: int) -> np.ndarray:
        """The same as floats, normalised integers brought to -1..1."""
        stored = self.accessor(index)
        return stored / float(np.iinfo(stored.dtype).max if self.js["accessors"][index].get("normalized") else 1)

    def _read(self, view: int, kind: int, count: int) -> np.ndarray:
        return np.frombuffer(self.blob, DTYPE[kind], count, self.js["bufferViews"][view]["byteOffset"])


@dataclass
class Bones:
    """The skin's joints: names, parents by index (-1 for the root), offsets from the parent, inverse bind matrices."""

    names: list[str]
    parents: list[int]
    offsets: np.ndarray  # [j, 3]
    inverse: np.ndarray  # [j, 4, 4]

    @classmethod
    def of(cls, glb: Glb) -> Bones:
        nodes, skin = glb.js["nodes"], glb.js["skins"][0]
        joints = skin["joints"]
        parent = {child: k for k, node in enumerate(nodes) for child in node.get("children", [])}
        inverse = glb.accessor(skin["inverseBindMatrices"]).reshape(-1, 4, 4).transpose(0, 2, 1).astype(float)
        return cls(
            [nodes[j]["name"] for j in joints],
            [joints.index(parent[j]) if j in parent else -1 for j in joints],
            np.array([nodes[j]["translation"] for j in joints], float),
            inverse,
        )

    def matrices(self, turns: dict[str, np.ndarray]) -> np.ndarray:
        """Skinning matrices [j, 4, 4] for local rotations [3, 3] by joint name; the others rest."""
        world = np.tile(np.eye(4), (len(self.names), 1, 1))
        for k, (name, parent) in enumerate(zip(self.names, self.parents, strict=True)):
            world[k, :3, 3] = self.offsets[k]
            world[k, :3, :3] = turns.get(name, np.eye(3))
            if parent >= 0:
                world[k] = world[parent] @ world[k]
        return world @ self.inverse


@dataclass
class Mesh:
    """positions and normals [n, 3] stand at rest as a client shows them; `stored` are those of the file."""

    stored: np.ndarray
    positions: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray  # [m, 3]
    joints: np.ndarray
    weights: np.ndarray
    morphs: dict[str, np.ndarray]

    def posed(self, **shapes: float) -> np.ndarray:
        return self.positions + sum(weight * self.morphs[name] for name, weight in shapes.items())

    def skinned(self, matrices: np.ndarray) -> np.ndarray:
        return _skinned(self.stored, 1.0, self.joints, self.weights, matrices)

    @property
    def edges(self) -> np.ndarray:
        return np.unique(np.sort(self.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)


def _skinned(rows: np.ndarray, w: float, joints: np.ndarray, weights: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    blend = (matrices[joints] * (weights / np.iinfo(weights.dtype).max)[..., None, None]).sum(axis=1)
    return (blend[:, :3, :3] @ rows[..., None])[..., 0] + w * blend[:, :3, 3]


def read_mesh(glb: Glb, name: str) -> Mesh:
    mesh = next(m for m in glb.js["meshes"] if m["name"] == name)
    primitive = mesh["primitives"][0]
    at = primitive["attributes"]
    names = mesh.get("extras", {}).get("targetNames", [])
    stored, normals = glb.values(at["POSITION"]), glb.values(at["NORMAL"])
    joints, weights = glb.accessor(at["JOINTS_0"]), glb.accessor(at["WEIGHTS_0"])
    rest = Bones.of(glb).matrices({})
    return Mesh(
        stored=stored,
        positions=_skinned(stored, 1.0, joints, weights, rest),
        normals=normals,
        triangles=glb.accessor(primitive["indices"]).reshape(-1, 3).astype(int),
        joints=joints,
        weights=weights,
        morphs={
            name: glb.values(target["POSITION"])
            for name, target in zip(names, primitive.get("targets", []), strict=True)
        },
    )


def mesh_names(glb: Glb) -> list[str]:
    return [mesh["name"] for mesh in glb.js["meshes"]]


def read_rig(folder: Path) -> dict:
    return json.loads((folder / "rig.json").read_text(encoding="utf-8"))
