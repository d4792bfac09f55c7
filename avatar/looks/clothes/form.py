"""The body as clothes see it: the base mesh's tights, a smooth suit from neck to feet half a centimetre off the skin,
refined, with weights made soft for cloth and a tube for trunk and each limb."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatar.looks import skeleton
from avatar.looks.clothes.tubes import Tube
from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.mesh import edges_of, smooth, triangulate, vertex_normals
from avatar.looks.refine import Refinement

ARM = ("Arm", "ForeArm", "Hand")
LEG = ("UpLeg", "Leg", "Foot", "ToeBase")
TRUNK_AXIS = 0.045  # metres the trunk's axis lies in front of the neck joint
LOW = 0.07  # metres below the hips joint where refinement ends
FEET = 0.25  # metres of the unshaped mesh below which everything is leg
SOFT = 3  # rounds that soften weights, on the unrefined mesh


@dataclass
class Form:
    """positions, normals [n, 3], triangles [m, 3], weights [n, j] of the tights.

    arm, leg: side -> how much a point belongs to that limb [n], 0..1. tubes: trunk, leftArm, … rightLeg.
    """

    figure: Figure
    fine: bool
    positions: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    edges: np.ndarray
    weights: np.ndarray
    arm: dict[str, np.ndarray]
    leg: dict[str, np.ndarray]
    tubes: dict[str, Tube]

    @classmethod
    def of(cls, figure: Figure, *, fine: bool) -> Form:
        source = figure.source
        used, quads = np.unique(source.faces["helper-tights"], return_inverse=True)
        quads = quads.reshape(-1, 4)
        edges = edges_of(triangulate(quads))
        masks = [
            sum(source.bone_weights[f"{side}{bone}"][used] for bone in bones)
            for bones in (ARM, LEG)
            for side in ("Left", "Right")
        ]
        low = figure.source.vertices[used][:, 1] < FEET  # some of the toes' helper vertices are hardly bound
        for mask, sign in zip(masks[2:], (1, -1), strict=True):
            mask[low] = figure.source.vertices[used][low, 0] * sign > 0
        table = np.column_stack([smooth(_skin_weights(figure, used), edges, SOFT), np.stack(masks, axis=1)])
        points = figure.positions[used]
        if fine:
            step = Refinement(quads, _seen(figure, points[quads].mean(axis=1), masks, quads), len(used))
            points, table, triangles = step.smooth(points), step.linear(table), step.triangles
        else:
            triangles = triangulate(quads)
        weights, masks = table[:, :-4], table[:, -4:].T
        weights /= weights.sum(axis=1, keepdims=True)
        arm, leg = dict(zip(skeleton.SIDES, masks[:2], strict=True)), dict(zip(skeleton.SIDES, masks[2:], strict=True))
        tubes = _tubes(figure, points, arm, leg)
        normals = vertex_normals(points, triangles)
        return cls(figure, fine, points, normals, triangles, edges_of(triangles), weights, arm, leg, tubes)

    def coarse(self) -> Form:
        """The same without refinement, for what is seen from afar."""
        return Form.of(self.figure, fine=False) if self.fine else self

    @property
    def neck(self) -> np.ndarray:
        return self.figure.joint("neck")

    @property
    def hips(self) -> np.ndarray:
        return self.figure.joint("hips")

    @property
    def waist(self) -> float:
        """Height of the waist, metres."""
        return float(self.figure.joint("spine")[1] + 0.02)

    @property
    def on_arm(self) -> np.ndarray:
        return self.arm["left"] + self.arm["right"]

    @property
    def on_leg(self) -> np.ndarray:
        return self.leg["left"] + self.leg["right"]


def _skin_weights(figure: Figure, used: np.ndarray) -> np.ndarray:
    """Weights [k, j] of the skin beneath tights' vertices, so that cloth moves as the skin does.

    Looked for on the unposed mesh, where the hands are not beside the thighs.
    """
    body, points = np.unique(figure.source.faces["body"]), figure.source.vertices
    skin, out = points[body], np.empty((len(used), figure.weights.shape[1]))
    for k in range(0, len(used), 512):
        p = points[used[k : k + 512]]
        gap = (p**2).sum(axis=1)[:, None] - 2 * (p @ skin.T) + (skin**2).sum(axis=1)
        near = np.argpartition(gap, 3, axis=1)[:, :4]
        out[k : k + 512] = figure.weights[body[near]].mean(axis=1)
    return out


def _seen(figure: Figure, middles: np.ndarray, masks: list[np.ndarray], quads: np.ndarray) -> np.ndarray:
    """Faces worth refining: sleeves and the front above the hips; nobody looks closely at back and legs."""
    arm = (masks[0] + masks[1])[quads].mean(axis=1) > 0.3
    front = middles[:, 2] > figure.joint("neck")[2] - 0.01
    return (arm | front | (middles[:, 1] > figure.joint("neck")[1] - 0.10)) & (
        middles[:, 1] > figure.joint("hips")[1] - LOW
    )


def _tubes(figure: Figure, points: np.ndarray, arm: dict, leg: dict) -> dict[str, Tube]:
    neck, hips = figure.joint("neck"), figure.joint("hips")
    axis = neck[2] + TRUNK_AXIS
    knots = np.array([0.0, 2.0])
    trunk = Tube(
        np.array([0.0, neck[1], axis]), np.array([0.0, -1.0, 0.0]), np.array([0.0, 0.0, 1.0]),
        np.array([1.0, 0.0, 0.0]), knots, np.zeros((2, 2)),
    )  # fmt: skip
    tubes = {"trunk": trunk}
    for side in ("left", "right"):
        mine = points[arm[side] > 0.5]
        top, wrist = figure.joint(f"{side}UpperArm"), figure.joint(f"{side}Hand")
        tubes[f"{side}Arm"] = Tube.through(mine, top, wrist)
        floor = points[:, 1].min()
        mine = points[(leg[side] > 0.5) & (points[:, 1] > floor + 0.09)]
        low = mine[mine[:, 1] < floor + 0.15].mean(axis=0)
        top = np.array([0.5 * (low[0] + np.sign(low[0]) * 0.08), hips[1] - 0.06, hips[2]])
        tubes[f"{side}Leg"] = Tube.through(mine, top, np.array([low[0], floor + 0.03, low[2]]))
    return tubes


def share(mask: np.ndarray) -> np.ndarray:
    """A limb's mask made firm: 1 on the limb proper, 0 where it joins the trunk."""
    return ramp(mask, 0.55, 0.97)
