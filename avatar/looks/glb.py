"""Writes binary glTF 2.0: skinned meshes, sparse morph targets, PBR materials, images inside the file."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from animation.formats.glb import packed
from avatar.looks.mesh import Part, vertex_normals

FLOAT, USHORT, UINT, UBYTE, BYTE, SHORT = 5126, 5123, 5125, 5121, 5120, 5122
_DTYPE = {FLOAT: np.float32, USHORT: np.uint16, UINT: np.uint32, UBYTE: np.uint8, BYTE: np.int8, SHORT: np.int16}
_UNIT = {USHORT: 65_535, UBYTE: 255, BYTE: 127, SHORT: 32_767}  # what stands for 1 in a normalised accessor
# What a morph leaves out of its sparse accessors: displacements below so many metres and turns of a normal below so
# much, in compact files and in files of floats, where each that is kept takes twice the room.
SMALLEST_MOVE, SMALLEST_TURN = {True: 1.5e-5, False: 8e-5}, {True: 0.05, False: 0.2}


@dataclass
class Material:
    """A glTF material without its textures' indices: texture fields name images of the avatar."""

    name: str
    pbr: dict
    textures: dict[str, str] = field(default_factory=dict)  # slot: base, normal, rough -> image name
    extra: dict = field(default_factory=dict)  # alphaMode, doubleSided, extensions …
    normal_scale: float = 1.0


@dataclass
class Joint:
    name: str
    parent: int  # index, -1 for the root
    position: np.ndarray  # [3] metres, world
    bind: np.ndarray = field(default_factory=lambda: np.eye(4))  # from the pose meshes are stored in to that at rest


class Writer:
    """Collects the pieces of one file; `bytes()` gives it. The same input always gives the same bytes.

    compact: normals and morphs in small whole numbers (KHR_mesh_quantization; a morph's steps are 0.03 mm), which every
    web client reads but not every program for VRM files. Without it they are floats, and less is kept of them.
    """

    def __init__(self, copyright_: str, *, compact: bool = True) -> None:
        self.blob = bytearray()
        self.compact = compact
        self._weight = USHORT if compact else UBYTE
        self.js: dict = {
            "asset": {"version": "2.0", "generator": "shuren", "copyright": copyright_},
            "scene": 0, "scenes": [{"nodes": []}], "nodes": [], "meshes": [], "skins": [], "materials": [],
            "accessors": [], "bufferViews": [], "images": [], "textures": [],
            "extensionsUsed": ["KHR_mesh_quantization"] * compact,
            "extensionsRequired": ["KHR_mesh_quantization"] * compact,
            "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 10497, "wrapT": 10497}],
        }  # fmt: skip
        self._joints: list[Joint] = []
        self._images: dict[str, int] = {}
        self._materials: dict[str, int] = {}

    def skeleton(self, joints: list[Joint], shown: list[Joint] | None = None) -> None:
        """Joints without rotation: their local axes are the world's, so protocol quaternions apply as they come.

        Meshes are stored in the pose their weights were painted in, arms half raised: linear skinning then bends a
        shoulder half as far from there to either extreme as it would from hanging to raised.
        shown: the same joints in another rest pose, which the file's nodes take.
        """
        self._joints = joints
        joints = shown or joints
        nodes = self.js["nodes"]
        for joint in joints:
            origin = joints[joint.parent].position if joint.parent >= 0 else np.zeros(3)
            nodes.append({"name": joint.name, "translation": _floats(joint.position - origin)})
        for index, joint in enumerate(joints):
            if joint.parent >= 0:
                nodes[joint.parent].setdefault("children", []).append(index)
            else:
                self.js["scenes"][0]["nodes"].append(index)
        inverse = np.stack([joint.bind for joint in joints])
        inverse[:, :3, 3] -= [joint.position for joint in joints]
        accessor = self._accessor(inverse.transpose(0, 2, 1).reshape(-1, 16), FLOAT, "MAT4")
        self.js["skins"].append({"inverseBindMatrices": accessor, "joints": list(range(len(joints))), "skeleton": 0})

    def image(self, name: str, data: bytes, mime: str) -> None:
        self.js["images"].append({"name": name, "mimeType": mime, "bufferView": self._view(data)})
        self.js["textures"].append({"sampler": 0, "source": len(self.js["images"]) - 1})
        self._images[name] = len(self.js["textures"]) - 1

    def material(self, material: Material) -> None:
        pbr = dict(material.pbr)
        out = {"name": material.name, "pbrMetallicRoughness": pbr} | material.extra
        if "base" in material.textures:
            pbr["baseColorTexture"] = {"index": self._images[material.textures["base"]]}
        if "rough" in material.textures:
            pbr["metallicRoughnessTexture"] = {"index": self._images[material.textures["rough"]]}
        if "normal" in material.textures:
            out["normalTexture"] = {"index": self._images[material.textures["normal"]], "scale": material.normal_scale}
        used = self.js.setdefault("extensionsUsed", [])
        used.extend(e for e in out.get("extensions", {}) if e not in used)
        self.js["materials"].append(out)
        self._materials[material.name] = len(self.js["materials"]) - 1

    def part(self, part: Part) -> None:
        part = part.with_normals()
        wide = len(part.positions) > 65_535
        joints, weights = _four(part.weights, _UNIT[self._weight])
        positions, normals = self._stored(part, joints, weights / _UNIT[self._weight])
        attributes = {
            "POSITION": self._accessor(positions, FLOAT, "VEC3", bounds=True),
            "NORMAL": self._unit(normals),
            "JOINTS_0": self._accessor(joints, UBYTE, "VEC4"),
            "WEIGHTS_0": self._accessor(weights, self._weight, "VEC4", normalized=True),
        }
        if part.uv is not None:
            inside = part.uv.min() >= 0 and part.uv.max() <= 1
            row = (np.round(part.uv * 65_535), USHORT) if inside else (part.uv, FLOAT)
            attributes["TEXCOORD_0"] = self._accessor(*row, "VEC2", normalized=bool(inside))
        if part.colour is not None:
            colour = np.round(np.clip(part.colour, 0, 1) * 255)
            attributes["COLOR_0"] = self._accessor(colour, UBYTE, "VEC4", normalized=True)
        primitive = {
            "attributes": attributes,
            "indices": self._accessor(part.triangles.reshape(-1, 1), UINT if wide else USHORT, "SCALAR", target=34963),
            "material": self._materials[part.material],
        }
        mesh: dict = {"name": part.name, "primitives": [primitive]}
        if part.morphs:
            primitive["targets"] = [self._target(part, delta) for delta in part.morphs.values()]
            mesh["extras"] = {"targetNames": list(part.morphs)}
            mesh["weights"] = [0] * len(part.morphs)
        self.js["meshes"].append(mesh)
        self.js["nodes"].append({"name": part.name, "mesh": len(self.js["meshes"]) - 1, "skin": 0})
        self.js["scenes"][0]["nodes"].append(len(self.js["nodes"]) - 1)

    def _unit(self, rows: np.ndarray) -> int:
        if self.compact:
            return self._accessor(np.round(rows * _UNIT[SHORT]), SHORT, "VEC3", normalized=True)
        return self._accessor(rows, FLOAT, "VEC3")

    def _stored(self, part: Part, joints: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions and normals [n, 3] that skinning brings to the rest pose."""
        binds = np.stack([joint.bind for joint in self._joints])
        skinning = (binds[joints] * weights[..., None, None]).sum(axis=1)
        inverse = np.linalg.inv(skinning[:, :3, :3])
        positions = (inverse @ (part.positions - skinning[:, :3, 3])[..., None])[..., 0]
        normals = (inverse @ part.normals[..., None])[..., 0]
        return positions, normals / np.linalg.norm(normals, axis=1, keepdims=True)

    def mesh_nodes(self) -> dict[int, list[str]]:
        """Node of every mesh with morphs -> their names."""
        meshes = self.js["meshes"]
        named = {k: meshes[node["mesh"]] for k, node in enumerate(self.js["nodes"]) if "mesh" in node}
        return {k: mesh["extras"]["targetNames"] for k, mesh in named.items() if "extras" in mesh}

    def bytes(self) -> bytes:
        js = {key: value for key, value in self.js.items() if value != []}
        self._pad()
        js["buffers"] = [{"byteLength": len(self.blob)}]
        return packed(js, bytes(self.blob))

    def _target(self, part: Part, delta: np.ndarray) -> dict[str, int]:
        target = {"POSITION": self._sparse(delta, SHORT if self.compact else FLOAT)}
        if part.morph_normals:
            moved = vertex_normals(part.positions + delta, part.triangles, part.weld)
            still = vertex_normals(part.positions, part.triangles, part.weld)
            change = moved - still
            turned = np.abs(change).max(axis=1, keepdims=True) > SMALLEST_TURN[self.compact]
            change = np.where(turned, change, 0.0)
            target["NORMAL"] = self._sparse(np.clip(change, -1, 1), BYTE if self.compact else FLOAT)
        return target

    def _sparse(self, rows: np.ndarray, kind: int = FLOAT) -> int:
        least = SMALLEST_MOVE[self.compact]
        rows = rows.astype(np.float32) if kind == FLOAT else np.round(rows * _UNIT[kind]).astype(_DTYPE[kind])
        moving = np.flatnonzero(np.abs(rows).max(axis=1) > least)
        accessor: dict = {"componentType": kind, "count": len(rows), "type": "VEC3"}
        if kind != FLOAT:
            accessor["normalized"] = True
        kept = np.zeros_like(rows)
        kept[moving] = rows[moving]
        accessor |= {"min": _floats(kept.min(axis=0)), "max": _floats(kept.max(axis=0))}
        if len(moving):
            wide = len(rows) > 65_535
            accessor["sparse"] = {
                "count": len(moving),
                "indices": {
                    "bufferView": self._view(moving.astype(np.uint32 if wide else np.uint16).tobytes()),
                    "componentType": UINT if wide else USHORT,
                },
                "values": {"bufferView": self._view(rows[moving].tobytes())},
            }
        self.js["accessors"].append(accessor)
        return len(self.js["accessors"]) - 1

    def _accessor(self, array: np.ndarray, kind: int, shape: str, *, target: int = 34962, bounds: bool = False,
                  normalized: bool = False) -> int:  # fmt: skip
        array = np.ascontiguousarray(array, _DTYPE[kind])
        stored = np.pad(array, ((0, 0), (0, 1))) if kind == SHORT else array  # rows start at multiples of four bytes
        accessor = {"bufferView": self._view(stored.tobytes(), None if shape == "MAT4" else target)}
        if kind == SHORT:
            self.js["bufferViews"][-1]["byteStride"] = 8
        accessor |= {"componentType": kind, "count": len(array), "type": shape}
        if normalized:
            accessor["normalized"] = True
        if bounds:
            accessor |= {"min": _floats(array.min(axis=0)), "max": _floats(array.max(axis=0))}
        self.js["accessors"].append(accessor)
        return len(self.js["accessors"]) - 1

    def _view(self, data: bytes, target: int | None = None) -> int:
        self._pad()
        view = {"buffer": 0, "byteOffset": len(self.blob), "byteLength": len(data)}
        self.blob.extend(data)
        self.js["bufferViews"].append(view | ({"target": target} if target else {}))
        return len(self.js["bufferViews"]) - 1

    def _pad(self) -> None:
        self.blob.extend(b"\0" * (-len(self.blob) % 4))


def _four(weights: np.ndarray, unit: int) -> tuple[np.ndarray, np.ndarray]:
    """The four strongest joints of each vertex [n, 4] and their weights in units of 1/unit, summing to exactly 1."""
    weights = np.pad(weights, ((0, 0), (0, max(0, 4 - weights.shape[1]))))
    order = np.argsort(-weights, axis=1, kind="stable")[:, :4]
    top = np.take_along_axis(weights, order, axis=1)
    top = np.where(top < 1e-4, 0.0, top)
    whole = np.round(top / top.sum(axis=1, keepdims=True) * unit).astype(np.int64)
    whole[:, 0] += unit - whole.sum(axis=1)
    return np.where(whole > 0, order, 0), whole


def _floats(row: np.ndarray) -> list[float]:
    return [float(x) for x in np.asarray(row, np.float32)]
