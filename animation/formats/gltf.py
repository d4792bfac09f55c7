"""A performance inside an avatar's own GLB: any glTF viewer, Blender or game engine plays it.

The file is taken as it is and one animation is appended: a rotation track for each joint found by name and a weights
track for each mesh with morph targets. Rotations go on top of the rest pose, as on the page.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from animation.formats.tpose import times, turns_of
from animation.types import FIELDS, FPS, HANDS, SHAPES, Frames
from models.errors import AvatarInvalid

MAGIC, JSON_CHUNK, BINARY_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
_FLOAT = 5126


class Container:
    """A GLB: its JSON and its binary chunk, to which data can be appended."""

    def __init__(self, gltf: dict[str, Any], data: bytes = b"") -> None:
        self.gltf, self.data = gltf, bytearray(data)

    @classmethod
    def read(cls, path: Path | str) -> Container:
        """Raises AvatarInvalid for a file that is no GLB 2.0."""
        try:
            content = Path(path).read_bytes()
            magic, version, _ = struct.unpack_from("<III", content)
            size, kind = struct.unpack_from("<II", content, 12)
            gltf = json.loads(content[20 : 20 + size])
        except (OSError, ValueError, struct.error) as error:
            raise AvatarInvalid(f"{path} cannot be read as a GLB: {error}.") from error
        if (magic, version, kind) != (MAGIC, 2, JSON_CHUNK) or not isinstance(gltf, dict):
            raise AvatarInvalid(f"{path} is no GLB of version 2.")
        return cls(gltf, content[28 + size :])

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

    def bytes(self) -> bytes:
        self.data += b"\0" * (-len(self.data) % 4)
        others = self.gltf.get("buffers", [])[1:]  # those of a compressed file
        self.gltf["buffers"] = [{"byteLength": len(self.data)}, *others]
        text = json.dumps(self.gltf, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        text += b" " * (-len(text) % 4)
        head = struct.pack("<III", MAGIC, 2, 28 + len(text) + len(self.data))
        chunks = (struct.pack("<II", len(text), JSON_CHUNK) + text, struct.pack("<II", len(self.data), BINARY_CHUNK))
        return head + b"".join(chunks) + bytes(self.data)


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
    avatar: Path | str, rig: Mapping[str, Any], frames: Frames, *, name: str = "performance", fps: int = 60
) -> bytes:
    """The GLB with the performance in it. `rig`: the avatar's parsed rig.json; `fps`: a divisor of 60.

    Raises AvatarInvalid for a file that is no GLB.
    """
    file = Container.read(avatar)
    frames = sampled(frames, fps)
    tracks = Tracks(file, name, len(frames), fps)
    nodes = file.gltf.get("nodes", [])
    rest = rig.get("rest_hands", [0.0] * len(HANDS))
    for joint, turn in turns_of(frames, rig.get("fingers", {}), rest).items():
        node = _bone(file.gltf, joint)
        if node is not None:
            modelled = np.array(nodes[node].get("rotation", [0, 0, 0, 1]), np.float64)
            tracks.add(node, "rotation", times(turn, modelled), "VEC4")
    for at, node in enumerate(nodes):
        names = _targets(file.gltf, node)
        if names:
            columns = [SHAPES.index(n) if n in SHAPES else -1 for n in names]
            weights = np.where(np.array(columns) >= 0, frames.shapes[:, columns], 0.0)
            tracks.add(at, "weights", weights.ravel(), "SCALAR")
    return file.bytes()


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
    """Names of the morph targets of a node's mesh."""
    if "mesh" not in node:
        return []
    mesh = gltf["meshes"][node["mesh"]]
    count = len(mesh["primitives"][0].get("targets", []))
    names = mesh.get("extras", {}).get("targetNames", [])
    return names if count and len(names) == count else []
