"""What closing the lips takes on one avatar's mesh.

Blend shapes are linear, so the height of the gap between the lips is a rest gap plus a sum of weights times what each
shape moves the mid inner-lip vertices by. `animation.calibrate` measures those numbers on any mesh; a rig.json holds
them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from animation.types import SHAPES
from models.errors import AvatarInvalid

INDEX = {name: i for i, name in enumerate(SHAPES)}
JAW, CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]
SHRUG = INDEX["mouthShrugLower"]
LIGHTLY = 0.25  # mm past touching that lips shut: another part of them than was measured may be the one that must meet
MOST_SHRUG = 0.4  # of the lower lip pushed up by a closure
LABIODENTAL = (0.04, 0.45, 0.32, 0.46)  # on the base mesh of _GENERIC_LIPS

# Millimetres by which one unit of a shape raises the inner edge of the (upper, lower) lip: measured on the MPFB base
# mesh (asian-female-young) with the CC0 "Face Units 01" targets, vertices 537 and 540. They serve heads without a rig.
_GENERIC_LIPS: dict[str, tuple[float, float]] = {
    "jawOpen": (0.6, -32.9), "mouthClose": (-7.4, 26.5), "mouthFunnel": (2.8, -7.2), "mouthPucker": (-2.1, 1.1),
    "mouthLeft": (-0.9, 0.6), "mouthRight": (-0.9, 0.6), "mouthRollUpper": (-1.2, 0.0), "mouthRollLower": (0.0, 1.9),
    "mouthShrugUpper": (3.4, 0.0), "mouthShrugLower": (0.0, 5.2), "mouthUpperUpLeft": (2.4, 0.0),
    "mouthUpperUpRight": (2.4, 0.0), "mouthLowerDownLeft": (0.0, -2.0), "mouthLowerDownRight": (0.0, -2.0),
    "mouthPressLeft": (0.3, 1.5), "mouthPressRight": (0.3, 1.5), "mouthSmileLeft": (1.6, 3.0),
    "mouthSmileRight": (1.6, 3.0), "mouthStretchLeft": (-0.2, -0.4), "mouthStretchRight": (-0.2, -0.4),
    "mouthDimpleLeft": (0.3, 0.2), "mouthDimpleRight": (0.3, 0.2), "jawForward": (-0.2, -1.6),
    "cheekPuff": (-0.9, 0.2), "noseSneerLeft": (0.1, 0.0), "noseSneerRight": (0.1, 0.0),
}  # fmt: skip


@dataclass(frozen=True)
class Rig:
    """Lip geometry and limits of one avatar.

    gap_mm: float64 [52], what one unit of each shape adds to the lip gap.
    lower_mm: float64 [52], what one unit of each shape raises the lower lip by.
    closure: float64 [k, 2], rows (jawOpen, mouthClose per jawOpen that closes the lips), jawOpen ascending.
    incisor_mm: height of the upper incisors' edge above the lower lip at rest.
    limits: float64 [52], the largest weight the mesh stands.
    labiodental: jawOpen, mouthRollLower, mouthShrugLower, mouthUpperUp that bring the lower lip to the upper teeth.
    """

    name: str
    rest_gap_mm: float
    gap_mm: np.ndarray
    lower_mm: np.ndarray
    closure: np.ndarray
    incisor_mm: float
    limits: np.ndarray
    labiodental: tuple[float, float, float, float] = LABIODENTAL
    glb: str = ""
    joints: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path | str) -> Rig:
        """Read a rig.json. Raises AvatarInvalid naming the file and the field that is wrong."""
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise AvatarInvalid(f"Cannot read the rig {path}: {error}.", hint="Run `shuren avatar build`.") from error
        return cls.of(data, str(path))

    @classmethod
    def of(cls, data: Any, where: str) -> Rig:
        """A rig from what a rig.json holds. Raises AvatarInvalid naming `where` and the field that is wrong."""
        return _Reader(data, where).rig()

    @classmethod
    def generic(cls) -> Rig:
        """A head with ARKit shapes of ordinary proportions."""
        upper, lower = np.zeros(len(SHAPES)), np.zeros(len(SHAPES))
        for name, (up, low) in _GENERIC_LIPS.items():
            upper[INDEX[name]], lower[INDEX[name]] = up, low
        closure = np.array([[0.0, 1.0], [1.0, 1.0]])
        return cls("generic", 0.24, upper - lower, lower, closure, 2.4, np.ones(len(SHAPES)))

    def lip_gap(self, shapes: np.ndarray) -> np.ndarray:
        """Height of the gap between the lips in mm [n] for weights [n, 52]; negative where they press together."""
        # A product and a row sum, not a matrix product: BLAS may round differently for different numbers of rows.
        return self.rest_gap_mm + (np.asarray(shapes, np.float64) * self.gap_mm).sum(axis=1)

    def teeth_distance(self, shapes: np.ndarray) -> np.ndarray:
        """Height of the upper incisors' edge above the lower lip in mm [n]; 0 where the lip meets the teeth."""
        return self.incisor_mm - (np.asarray(shapes, np.float64) * self.lower_mm).sum(axis=1)

    def close_limit(self, jaw: np.ndarray) -> np.ndarray:
        """The mouthClose [n] that closes the lips at jawOpen [n], and the most that is anatomically meant."""
        return np.interp(jaw, self.closure[:, 0], self.closure[:, 1]) * jaw

    def _press_mm(self) -> float:
        """The lip gap of a firm press: half a millimetre below touching, or below rest where the lips rest pressed."""
        return min(self.rest_gap_mm, 0.0) - 0.5

    def close(self, shapes: np.ndarray, closure: np.ndarray) -> None:
        """Set mouthClose in `shapes` [n, 52] so that the lips meet where `closure` [n] is 1 and are free where it is 0.

        Solved from the gap that all other shapes leave, so that a smile or a funnel cannot keep the lips apart.
        """
        shapes[:, CLOSE] = 0.0
        gap = self.lip_gap(shapes)
        # Lips that would press through one another (a smile on pursed lips) push the jaw down a little instead.
        shapes[:, JAW] += np.maximum(self._press_mm() - gap, 0.0) / self.gap_mm[JAW]
        wanted = np.maximum(gap + LIGHTLY, 0.0) / -self.gap_mm[CLOSE]
        most = self.close_limit(shapes[:, JAW])
        shapes[:, CLOSE] = closure * np.minimum(wanted, most)
        # mouthClose must not close what the jaw did not open: a lip still rolled in from an f is pushed up instead.
        if self.gap_mm[SHRUG] < -1.0:
            missing = np.maximum(wanted - most, 0.0) * self.gap_mm[CLOSE] / self.gap_mm[SHRUG]
            shapes[:, SHRUG] += closure * np.minimum(missing, MOST_SHRUG)


class _Reader:
    """Checks rig.json field by field, so that an error names the field."""

    def __init__(self, data: Any, path: str) -> None:
        self.path = path
        self.data = self._mapping(data, "the file")

    def rig(self) -> Rig:
        probe = self._mapping(self._need("lip_probe"), "lip_probe")
        upper, lower = (self._heights(probe, side) for side in ("upper", "lower"))
        gap = upper - lower
        if gap[JAW] < 1.0 or gap[CLOSE] > -1.0:
            raise self._wrong("lip_probe", "jawOpen must open the lips and mouthClose must close them")
        return Rig(
            name=self._text("name"),
            glb=self._text("glb"),
            rest_gap_mm=self._number(self._need("rest_gap_mm"), "rest_gap_mm"),
            gap_mm=gap,
            lower_mm=lower,
            closure=self._closure(),
            incisor_mm=self._number(self.data.get("incisor_mm", 2.4), "incisor_mm"),
            limits=self._limits(),
            labiodental=self._labiodental(),
            joints=self._mapping(self.data.get("joints", {}), "joints"),
        )

    def _heights(self, probe: Mapping[str, Any], side: str) -> np.ndarray:
        where = f"lip_probe.{side}"
        heights = np.zeros(len(SHAPES))
        for name, move in self._mapping(probe.get(side), where).items():
            if not isinstance(move, list) or len(move) != 3:
                raise self._wrong(f"{where}.{name}", "must be three numbers, millimetres along x, y, z")
            heights[self._shape(name, where)] = self._number(move[1], f"{where}.{name}")
        return heights

    def _closure(self) -> np.ndarray:
        gain = self._number(self._need("closure_gain"), "closure_gain")
        if not 0.2 <= gain <= 3.0:
            raise self._wrong("closure_gain", f"is {gain}; mouthClose per jawOpen lies between 0.2 and 3")
        rows = self.data.get("closure_gain_by_jaw") or [[0.0, gain], [1.0, gain]]
        try:
            table = np.array(rows, np.float64).reshape(-1, 2)
        except (TypeError, ValueError) as error:
            raise self._wrong("closure_gain_by_jaw", "must be rows of [jawOpen, gain]") from error
        if not np.isfinite(table).all() or (np.diff(table[:, 0]) <= 0).any():
            raise self._wrong("closure_gain_by_jaw", "must rise in jawOpen and hold finite numbers")
        return table

    def _limits(self) -> np.ndarray:
        limits = np.ones(len(SHAPES))
        for name, value in self._mapping(self.data.get("max", {}), "max").items():
            limit = self._number(value, f"max.{name}")
            if not 0.0 <= limit <= 1.0:
                raise self._wrong(f"max.{name}", f"is {limit}; a weight lies between 0 and 1")
            limits[self._shape(name, "max")] = limit
        return limits

    def _labiodental(self) -> tuple[float, float, float, float]:
        row = self._mapping(self.data.get("labiodental", {}), "labiodental")
        names = ("jawOpen", "mouthRollLower", "mouthShrugLower", "mouthUpperUp")
        jaw, roll, shrug, up = (
            self._number(row.get(name, usual), f"labiodental.{name}")
            for name, usual in zip(names, LABIODENTAL, strict=True)
        )
        return jaw, roll, shrug, up

    def _need(self, name: str) -> Any:
        if name not in self.data:
            raise self._wrong(name, "is missing")
        return self.data[name]

    def _text(self, name: str) -> str:
        value = self._need(name)
        if not isinstance(value, str):
            raise self._wrong(name, "must be text")
        return value

    def _shape(self, name: str, where: str) -> int:
        if name not in INDEX:
            raise self._wrong(f"{where}.{name}", "is not one of the 52 ARKit shapes")
        return INDEX[name]

    def _mapping(self, value: Any, where: str) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self._wrong(where, "must be an object")
        return value

    def _number(self, value: Any, where: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self._wrong(where, "must be a finite number")
        return float(value)

    def _wrong(self, where: str, problem: str) -> AvatarInvalid:
        return AvatarInvalid(f"{self.path}: {where} {problem}.", hint="Build the avatar again: `shuren avatar build`.")
