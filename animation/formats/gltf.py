"""A performance inside an avatar's own GLB: any glTF viewer, Blender or game engine plays it.

The file is taken as it is and one animation is appended: a rotation track for each joint found by name and a weights
track for each mesh with morph targets. Rotations go on top of the rest pose, as on the page. Avatars of other makers
are driven by what their rig.json says of their shapes, bones and stance (docs/avatars.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from animation.formats import glb
from animation.formats.tpose import IDENTITY, ease_at, inverse, parent_of, times, turns_of
from animation.types import FIELDS, FPS, HANDS, SHAPES, Frames

_FLOAT = 5126
HALF_TURN = np.array([0.0, 1.0, 0.0, 0.0])  # about y


class Container:
    """A GLB: its JSON and its binary chunk, to which data can be appended."""

    def __init__(self, gltf: dict[str, Any], data: bytes = b"") -> None:
        self.gltf, self.data = gltf, bytearray(data)

    @classmethod
    def read(cls, path: Path | str) -> Container:
        """Raises AvatarInvalid for a file that is no GLB 2.0."""
        return cls(*glb.read(path))

    def accessor(self, values: np.ndarray, kind: str) -> int:
        """Append float32 data [n] or [n, k]; returns the accessor's index."""
        flat = np.ascontiguousarray(values, "<f4")
        self.data += b"\0" * (-len(self.data) % 4)
        views, accessors = (self.gltf.setdefault(key, []) for key in ("bufferViews", "accessors"))
        views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": flat.nbytes})
        self.data += flat.tobytes()
        entry = {"bufferView": len(views) - 1, "componentType": _FLOAT, "count": len(values), "type": kind}
        if kind == "SCALAR":
            entry |= {"min": [float(flat.min())], "max": [float(flat.max())]}
        accessors.append(entry)
        return len(accessors) - 1

    def remark(self, extras: Mapping[str, Any]) -> None:
        """Put `extras` beside what the file says of itself."""
        if extras:
            self.gltf["asset"]["extras"] = self.gltf["asset"].get("extras", {}) | extras

    def bytes(self) -> bytes:
        self.data += b"\0" * (-len(self.data) % 4)
        others = self.gltf.get("buffers", [])[1:]  # those of a compressed file
        self.gltf["buffers"] = [{"byteLength": len(self.data)}, *others]
        return glb.packed(self.gltf, bytes(self.data))


class Tracks:
    """One animation of a container, all of its tracks on the same times."""

    def __init__(self, file: Container, name: str, frames: int, fps: int) -> None:
        self._file = file
        self._times = file.accessor(np.arange(frames) / fps, "SCALAR")
        self._animation: dict[str, Any] = {"name": name, "samplers": [], "channels": []}
        file.gltf.setdefault("animations", []).append(self._animation)

    def add(self, node: int, path: str, values: np.ndarray, kind: str) -> None:
        """`values`: rotation [n, 4], translation [n, 3], or weights [n · targets]."""
        samplers, channels = self._animation["samplers"], self._animation["channels"]
        samplers.append({"input": self._times, "output": self._file.accessor(values, kind), "interpolation": "LINEAR"})
        channels.append({"sampler": len(samplers) - 1, "target": {"node": node, "path": path}})


def animated(
    avatar: Path | str,
    rig: Mapping[str, Any],
    frames: Frames,
    *,
    name: str = "performance",
    fps: int = 60,
    extras: Mapping[str, Any] | None = None,
) -> bytes:
    """The GLB with the performance in it. `rig`: the avatar's parsed rig.json; `fps`: a divisor of 60; `extras`: what
    stands in the file's `asset.extras`.

    Raises AvatarInvalid for a file that is no GLB.
    """
    file = Container.read(avatar)
    file.remark(extras or {})
    frames = sampled(frames, fps)
    tracks = Tracks(file, name, len(frames), fps)
    nodes = file.gltf.get("nodes", [])
    rest = rig.get("rest_hands", [0.0] * len(HANDS))
    world = _world_turns(nodes, HALF_TURN if rig.get("faces") == "-z" else IDENTITY)
    for joint, turn in turns_of(frames, rig.get("fingers", {}), rest).items():
        node = _bone(file.gltf, rig.get("nodes", {}).get(joint, joint))
        if node is not None:
            tracks.add(node, "rotation", _on_node(turn, joint, rig.get("ease", {}), *world[node]), "VEC4")
    for at, node in enumerate(nodes):
        names = _targets(file.gltf, node)
        if names:
            weights = frames.shapes @ _recipe(names, rig.get("morphs", {}))
            tracks.add(at, "weights", weights.ravel(), "SCALAR")
    return file.bytes()


def _on_node(turn: np.ndarray, joint: str, ease: Mapping[str, Any], above: np.ndarray, here: np.ndarray) -> np.ndarray:
    """Local rotations [n, 4] of a node: `turn` is relative to standing at ease, in the world's axes; `above` and `here`
    [4] are how the node's parent and the node stand in the file."""
    own, parents = ease_at(joint, ease), ease_at(parent_of(joint), ease)
    return times(times(inverse(times(parents, above)), turn), times(own, here))


def _recipe(names: list[str], morphs: Mapping[str, Mapping[str, float]]) -> np.ndarray:
    """What each of the 52 shapes puts into each morph target, [52, targets]."""
    out = np.zeros((len(SHAPES), len(names)))
    for k, shape in enumerate(SHAPES):
        for name, factor in morphs.get(shape, {shape: 1.0}).items():
            if name in names:
                out[k, names.index(name)] += factor
    return out


def _world_turns(nodes: list[dict[str, Any]], root: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """How each node's parent and the node itself stand, quaternions [4] in the world's axes turned by `root`."""
    parents = {child: k for k, node in enumerate(nodes) for child in node.get("children", ())}

    def stands(k: int | None) -> np.ndarray:
        if k is None:
            return root
        return times(stands(parents.get(k)), np.array(nodes[k].get("rotation", IDENTITY), np.float64))

    return [(stands(parents.get(k)), stands(k)) for k in range(len(nodes))]


def sampled(frames: Frames, fps: int) -> Frames:
    """Every so many frames. Raises ValueError unless `fps` divides 60."""
    if fps < 1 or FPS % fps:
        raise ValueError(f"Frames come at a divisor of {FPS} a second, not at {fps}.")
    step = FPS // fps
    return Frames(frames.pts, *(getattr(frames, field)[::step] for field in FIELDS))


def _bone(gltf: dict[str, Any], name: str) -> int | None:
    """The node of that name that a skin uses as a joint, or any node of that name."""
    joints = {joint for skin in gltf.get("skins", []) for joint in skin.get("joints", [])}
    found = [k for k, node in enumerate(gltf.get("nodes", [])) if node.get("name") == name]
    return next((k for k in found if k in joints), found[0] if found else None)


def _targets(gltf: dict[str, Any], node: dict[str, Any]) -> list[str]:
    """Names of the morph targets of a node's mesh, numbers where it has none (as `avatar.inspect.gltf` has them)."""
    if "mesh" not in node:
        return []
    mesh, first = gltf["meshes"][node["mesh"]], gltf["meshes"][node["mesh"]]["primitives"][0]
    count = len(first.get("targets", []))
    for holder in (mesh, first):  # old VRM files name them with the primitive
        names = (holder.get("extras") or {}).get("targetNames", [])
        if count and len(names) == count:
            return names
    return [f"{node['mesh']}#{k}" for k in range(count)]
