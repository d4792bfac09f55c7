"""Dresses a look's figure without building its files, and moves skin and cloth as a client does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from animation.gestures import GESTURES, HANGING, READY
from animation.reach import quaternions
from animation.types import JOINTS
from avatar.looks import body, clothes, skeleton
from avatar.looks.figure import Figure, pose, shape
from avatar.looks.look import Look
from avatar.looks.mesh import Part
from avatar.looks.skeleton import SKELETON
from avatar.looks.source import Source


@dataclass
class Dressed:
    """A look's figure, its visible skin and its clothes, fine and low."""

    look: Look
    figure: Figure
    skin: Part
    fine: list[Part]
    low: list[Part]

    @classmethod
    def of(cls, look: Look, assets: Path) -> Dressed:
        source = Source.load(assets)
        figure = pose(source, shape(source, look), look)
        skin = body.skin(figure, {}, fine=False, bare=clothes.bare(look))
        fine, low = (clothes.dress(figure, skin, look, fine=fine) for fine in (True, False))
        return cls(look, figure, skin, fine, low)


def poses() -> dict[str, np.ndarray]:
    """Local turns of the protocol's joints [13, 4] by name: every gesture's stroke, hands waiting, and wide bends."""
    out = {"waiting": READY}
    for name, gesture in GESTURES.items():
        out[name] = gesture.stroke.vector("right", HANGING)
    turns = {name: quaternions(vector[: len(JOINTS) * 3].reshape(-1, 3)) for name, vector in out.items()}
    raised, bent = np.tile([0.0, 0.0, 0.0, 1.0], (2, len(JOINTS), 1))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        raised[JOINTS.index(f"{side}UpperArm")] = turn((0.0, 0.0, sign), 100)
        bent[JOINTS.index(f"{side}LowerArm")] = turn((-1.0, 0.0, 0.0), 120)
    return turns | {"arms raised to 100 degrees": raised, "elbows bent to 120 degrees": bent}


def turn(axis: tuple[float, float, float], degrees: float) -> np.ndarray:
    """A unit quaternion x y z w."""
    half = np.radians(degrees) / 2
    return np.array([*(np.array(axis) * np.sin(half)), np.cos(half)])


def moved(figure: Figure, part: Part, turns: np.ndarray) -> np.ndarray:
    """Positions [n, 3] by linear blend skinning with the four strongest joints, as in the file."""
    world: list[np.ndarray] = []
    for name, joint in zip(SKELETON, figure.joints, strict=True):
        local = np.eye(4)
        if name in JOINTS:
            local[:3, :3] = matrix(turns[JOINTS.index(name)])
        local[:3, 3] = joint.position - local[:3, :3] @ joint.position
        world.append(local if joint.parent < 0 else world[joint.parent] @ local)
    order = np.argsort(-part.weights, axis=1)[:, :4]
    weight = np.take_along_axis(part.weights, order, axis=1)
    weight /= weight.sum(axis=1, keepdims=True)
    binds = np.stack([joint.bind for joint in figure.joints])
    rest = (binds[order] * weight[..., None, None]).sum(axis=1)  # meshes are stored with the arms half raised
    posed = ((np.stack(world) @ binds)[order] * weight[..., None, None]).sum(axis=1)
    blend = posed @ np.linalg.inv(rest)
    return (blend[:, :3, :3] @ part.positions[..., None])[..., 0] + blend[:, :3, 3]


def matrix(q: np.ndarray) -> np.ndarray:
    """A rotation [3, 3] from a unit quaternion x y z w."""
    x, y, z, w = q
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def out_of(skin: np.ndarray, normals: np.ndarray, inner: np.ndarray, cloth: np.ndarray, near: float) -> np.ndarray:
    """How far cloth vertices lie outside the skin, metres, for those within `near` metres of a skin vertex.

    inner [n]: skin vertices with skin all around them; beyond the skin's edge there is nothing to be outside of.
    """
    out = [np.zeros(0)]
    for k in range(0, len(cloth), 512):
        p = cloth[k : k + 512]
        gap = (p**2).sum(axis=1)[:, None] - 2 * (p @ skin.T) + (skin**2).sum(axis=1)
        index = gap.argmin(axis=1)
        offset = p - skin[index]
        off = (offset * normals[index]).sum(axis=1)
        out.append(off[(np.linalg.norm(offset, axis=1) < near) & inner[index]])
    return np.concatenate(out)


def inside(part: Part) -> np.ndarray:
    """Vertices [n] that do not lie on the part's open edges; uv seams are no edges."""
    welded = part.weld[part.triangles]
    pairs = np.sort(np.concatenate([welded[:, [0, 1]], welded[:, [1, 2]], welded[:, [2, 0]]]), axis=1)
    edges, count = np.unique(pairs, axis=0, return_counts=True)
    return ~np.isin(part.weld, edges[count == 1])


def limbs(part: Part) -> np.ndarray:
    """0 for the trunk, 1 and 2 for the left and right arm, -1 for hands [n]."""
    sides = [part.weights[:, skeleton.arm(side)].sum(axis=1) for side in skeleton.SIDES]
    hands = part.weights[:, skeleton.hand("left") + skeleton.hand("right")].sum(axis=1)
    return np.where(hands > 0.5, -1, np.select([sides[0] > 0.5, sides[1] > 0.5], [1, 2], 0))


__all__ = ["Dressed", "inside", "limbs", "moved", "out_of", "poses"]
