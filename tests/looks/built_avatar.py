"""Reads a built avatar back from its GLB, so that tests judge what a client gets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from avatar.looks.glb import Glb


@dataclass
class Mesh:
    positions: np.ndarray  # [n, 3]
    normals: np.ndarray
    triangles: np.ndarray  # [m, 3]
    joints: np.ndarray
    weights: np.ndarray
    morphs: dict[str, np.ndarray]

    def posed(self, **shapes: float) -> np.ndarray:
        return self.positions + sum(weight * self.morphs[name] for name, weight in shapes.items())


def read_mesh(glb: Glb, name: str) -> Mesh:
    mesh = next(m for m in glb.js["meshes"] if m["name"] == name)
    primitive = mesh["primitives"][0]
    at = primitive["attributes"]
    names = mesh.get("extras", {}).get("targetNames", [])
    return Mesh(
        positions=glb.accessor(at["POSITION"]).astype(float),
        normals=glb.accessor(at["NORMAL"]),
        triangles=glb.accessor(primitive["indices"]).reshape(-1, 3).astype(int),
        joints=glb.accessor(at["JOINTS_0"]),
        weights=glb.accessor(at["WEIGHTS_0"]),
        morphs={
            name: glb.accessor(target["POSITION"]).astype(float)
            for name, target in zip(names, primitive.get("targets", []), strict=True)
        },
    )


def mesh_names(glb: Glb) -> list[str]:
    return [mesh["name"] for mesh in glb.js["meshes"]]


def read_rig(folder: Path) -> dict:
    return json.loads((folder / "rig.json").read_text(encoding="utf-8"))
