"""Finds the lips of any face and solves what closing them takes, from nothing but its vertices and shapes.

No vertex numbers, names of bones or sizes of a particular base mesh: the lips are where vertices that lie together at
rest are torn apart by jawOpen, the corners are where that tear ends, and the upper incisors are the lowest things
behind it that stay when the jaw drops. What comes out is the part of a rig.json that `animation.rig` needs.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from animation.types import SHAPES
from models.errors import AvatarInvalid

CLOSED_MM = 0.3  # lips closer than this are closed
JAWS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
LEAST_OPENING_MM = 3.0  # jawOpen must part the lips by this much, or the face cannot talk
WIDEST = 0.62  # the lip gap may grow to this share of the mouth's width: a wide open mouth, not a dislocated jaw
# f and v: the lower lip comes within TOUCH_MM of the upper incisors with as little rolling in as this face needs.
TOUCH_MM = 0.4
LABIODENTAL = ("jawOpen", "mouthRollLower", "mouthShrugLower", "mouthUpperUp")
_UPPER_UP = 0.30  # the upper lip clears the teeth
_TRIES = tuple(itertools.product((0.04, 0.07, 0.1, 0.13), np.arange(0.45, 1.001, 0.05).round(2), (0.0, 0.16, 0.32)))
_HINT = "The face needs a jawOpen shape (ARKit), a VRM `aa` or an Oculus `viseme_aa` that opens the lips."


@dataclass(frozen=True)
class Surface:
    """positions: float64 [n, 3], metres, y up. triangles: int [m, 3]. morphs: ARKit name → displacements [n, 3]."""

    positions: np.ndarray
    triangles: np.ndarray
    morphs: Mapping[str, np.ndarray]

    @classmethod
    def joined(cls, parts: Sequence[Surface]) -> Surface:
        """One surface of several; a part without a shape does not move in it."""
        offsets = np.cumsum([0, *(len(part.positions) for part in parts)])
        morphs = {
            name: np.concatenate([part.morphs.get(name, np.zeros_like(part.positions)) for part in parts])
            for name in {name for part in parts for name in part.morphs}
        }
        triangles = [part.triangles + offset for part, offset in zip(parts, offsets, strict=False)]
        return cls(np.concatenate([part.positions for part in parts]), np.concatenate(triangles), morphs)


@dataclass(frozen=True)
class Lips:
    """upper, lower: the vertices that meet on the middle of the lips. corners: left and right (+x, -x) vertices of the
    mouth. skin: bool [n], the piece of surface the lips belong to. forward: +1 where the face looks along +z, or -1."""

    upper: int
    lower: int
    corners: tuple[int, int]
    skin: np.ndarray
    forward: float
    width_mm: float


@dataclass(frozen=True)
class Calibration:
    """Lengths in millimetres; `upper` and `lower` say what one unit of each shape moves the two lips by [3].

    labiodental: weights of f and v, {} where the face has no teeth or no mouthRollLower; touch_mm: how near the lip
    comes to the incisors with them.
    """

    lips: Lips
    rest_gap_mm: float
    upper: dict[str, np.ndarray]
    lower: dict[str, np.ndarray]
    closure: list[tuple[float, float]]
    incisor_mm: float | None
    limits: dict[str, float]
    labiodental: dict[str, float]
    touch_mm: float | None

    def manifest(self) -> dict[str, Any]:
        """Its fields of a rig.json."""
        out: dict[str, Any] = {
            "closure_gain": max(gain for _, gain in self.closure),
            "closure_gain_by_jaw": [list(row) for row in self.closure],
            "rest_gap_mm": round(self.rest_gap_mm, 4),
            "lip_probe": {"upper": _moving(self.upper), "lower": _moving(self.lower)},
            "max": self.limits,
        }
        out |= {"labiodental": self.labiodental} if self.labiodental else {}
        return out | ({} if self.incisor_mm is None else {"incisor_mm": round(self.incisor_mm, 3)})


def calibrate(face: Surface) -> Calibration:
    """Raises AvatarInvalid when the face has no jawOpen, or one that does not open any lips, or a mouthClose that does
    not close them."""
    lips = find_lips(face)
    up = {name: 1000.0 * move[lips.upper] for name, move in face.morphs.items()}
    low = {name: 1000.0 * move[lips.lower] for name, move in face.morphs.items()}
    rest = 1000.0 * float(face.positions[lips.upper, 1] - face.positions[lips.lower, 1])
    opening = float(up["jawOpen"][1] - low["jawOpen"][1])
    limits = {} if opening <= WIDEST * lips.width_mm else {"jawOpen": round(WIDEST * lips.width_mm / opening, 2)}
    for name in ("mouthRollUpper", "mouthRollLower"):
        if name in face.morphs:  # a rim that turns away leaves more of a gap than its one vertex tells
            low[name][1] = min(low[name][1], up[name][1] - _parted(face, lips, name))
    closure, touch = _closure(rest, opening, up, low), _labiodental(face, lips)
    return Calibration(lips, rest, up, low, closure, _incisor_mm(face, lips), limits, *touch)


def _closure(
    rest: float, opening: float, up: Mapping[str, np.ndarray], low: Mapping[str, np.ndarray]
) -> list[tuple[float, float]]:
    """(jawOpen, mouthClose per jawOpen that leaves the lips as close as at rest, or touching where they rest apart)."""
    if "mouthClose" not in up:
        raise AvatarInvalid("The face has no mouthClose.", hint="Without it the lips cannot close over an open jaw.")
    closing = float(low["mouthClose"][1] - up["mouthClose"][1])
    if closing < 1.0:
        raise AvatarInvalid(
            f"mouthClose moves the lips {closing:.1f} mm together; it must undo what jawOpen opens ({opening:.1f} mm).",
            hint="Sculpt mouthClose on top of jawOpen = 1, as ARKit defines it.",
        )
    wanted = min(max(rest, 0.0), CLOSED_MM / 3)
    return [(jaw, round(max(rest + jaw * opening - wanted, 0.0) / closing / jaw, 4)) for jaw in JAWS]


def find_lips(face: Surface) -> Lips:
    """Raises AvatarInvalid where there are none."""
    if "jawOpen" not in face.morphs:
        raise AvatarInvalid("The face has no jawOpen.", hint=_HINT)
    drop = -face.morphs["jawOpen"][:, 1]
    most = float(drop.max(initial=0.0))
    if most * 1000.0 < LEAST_OPENING_MM:
        raise AvatarInvalid(f"jawOpen moves nothing by more than {most * 1000.0:.1f} mm.", hint=_HINT)
    piece = pieces(face)
    skin = np.isin(piece, [k for k in np.unique(piece[drop > 0.5 * most]) if drop[piece == k].min() < 0.3 * most])
    moved = face.positions[skin & (drop > 0.3 * most)]
    if not len(moved):
        raise AvatarInvalid("No surface of the face is torn open by jawOpen.", hint=_HINT)
    middle = float(moved[:, 0].min() + moved[:, 0].max()) / 2
    # Two to three millimetres on a grown-up's moving chin and cheeks, or as much as the mesh is coarse.
    edges = face.positions[face.triangles[(skin & (drop > 0.3 * most))[face.triangles].all(axis=1)][:, :2]]
    coarse = float(np.median(np.linalg.norm(edges[:, 0] - edges[:, 1], axis=1))) if len(edges) else 0.0
    chain = _tear(
        face.positions, np.flatnonzero(skin), drop, middle, max(float(np.ptp(moved[:, 0])) / 24, 0.6 * coarse)
    )
    if not chain:
        raise AvatarInvalid("jawOpen moves the face but parts no lips.", hint=_HINT)
    upper, lower = chain[0]
    ends = sorted((lower for _, lower in chain), key=lambda k: face.positions[k, 0])
    width = 1000.0 * float(face.positions[ends[-1], 0] - face.positions[ends[0], 0])
    ahead = face.positions[upper, 2] - face.positions[skin, 2].mean()
    return Lips(upper, lower, (ends[-1], ends[0]), skin, 1.0 if ahead >= 0.0 else -1.0, width)


def _tear(points: np.ndarray, skin: np.ndarray, drop: np.ndarray, middle: float, step: float) -> list[tuple[int, int]]:
    """(upper, lower) pairs along the line of contact, the one in the middle first, walking outwards to the corners."""
    found = _pair(points, skin, drop, middle, step, None)
    if found is None:
        return []
    chain = [found]
    for side in (1.0, -1.0):
        last, missed = found, 0
        for k in range(1, 24):
            nearby = _pair(points, skin, drop, middle + side * k * step, step, points[list(last)].mean(axis=0))
            if nearby is not None and side * (points[nearby[1], 0] - points[last[1], 0]) > 0.1 * step:
                chain.append(last := nearby)
                missed = 0
            elif (missed := missed + 1) > 2:  # a coarse mesh has no vertex in every strip
                break
    return chain


def _pair(
    points: np.ndarray, skin: np.ndarray, drop: np.ndarray, x: float, step: float, near: np.ndarray | None
) -> tuple[int, int] | None:
    """The closest pair of vertices about x of which jawOpen takes one along and leaves the other. In the middle
    (near = None) it takes one most of the way; further out the pair lies beside the last and is torn, not stretched."""
    away = np.abs(points[skin, 0] - x)
    here = skin[away <= max(0.6 * step, float(away.min()) + 1e-6)]
    if near is not None:
        here = here[np.linalg.norm(points[here] - near, axis=1) <= 3.5 * step]
    if len(here) < 2:
        return None
    least, most = float(drop[here].min()), float(drop[here].max())
    if most - least < (0.5 if near is None else 0.03) * drop.max():
        return None
    low, high = (
        here[side] for side in (drop[here] >= 0.4 * least + 0.6 * most, drop[here] <= 0.6 * least + 0.4 * most)
    )
    apart = np.linalg.norm(points[high][:, None] - points[low][None], axis=2)
    # Tenths of a millimetre: among vertices that are in one place for the eye, the first surface of the file counts.
    u, v = np.unravel_index(int(apart.round(4).argmin()), apart.shape)
    torn = drop[low[v]] - drop[high[u]] > 1.5 * apart[u, v]
    return (int(high[u]), int(low[v])) if torn else None


def pieces(face: Surface) -> np.ndarray:
    """int [n], a number for each connected piece of surface; vertices in one place count as one."""
    _, weld = np.unique(np.round(face.positions, 6), axis=0, return_inverse=True)
    weld = weld.reshape(-1)
    label = np.arange(weld.max(initial=-1) + 1)
    a, b, c = weld[face.triangles].T
    while True:  # each round hands the lowest number on along edges, then along what is already known
        least = np.minimum(np.minimum(label[a], label[b]), label[c])
        new = label.copy()
        for corner in (a, b, c):
            np.minimum.at(new, corner, least)
        new = new[new]
        if np.array_equal(new, label):
            return label[weld]
        label = new


def incisors(face: Surface, lips: Lips) -> np.ndarray:
    """Indices of the vertices of the upper front teeth (and their gum), [] where the avatar shows none."""
    drop = -face.morphs["jawOpen"][:, 1]
    away = 1000.0 * (face.positions - face.positions[lips.upper])
    away[:, 2] *= lips.forward
    size = lips.width_mm
    inside = (np.abs(away[:, 0]) < 0.8 * size) & (np.abs(away[:, 1]) < 0.7 * size)
    inside &= (away[:, 2] < 0.05 * size) & (away[:, 2] > -1.5 * size) & (drop < 0.1 * drop.max()) & ~lips.skin
    piece = pieces(face)
    whole = [k for k in np.unique(piece[inside]) if inside[piece == k].all()]
    row = np.isin(piece, whole) & (np.abs(away[:, 0]) < 0.13 * size)
    if not row.any():
        return np.zeros(0, np.int64)
    return np.flatnonzero(row & (away[:, 2] > away[row, 2].max() - 0.13 * size))


def _incisor_mm(face: Surface, lips: Lips) -> float | None:
    """Height of the upper incisors' edge above the lower lip at rest."""
    teeth = incisors(face, lips)
    return 1000.0 * float(face.positions[teeth, 1].min() - face.positions[lips.lower, 1]) if len(teeth) else None


def _parted(face: Surface, lips: Lips, name: str) -> float:
    """mm that one unit of a shape takes the nearest parts of the two lips apart; -inf where the mesh is too coarse."""
    drop = -face.morphs["jawOpen"][:, 1]
    away = face.positions - face.positions[lips.lower]
    size = lips.width_mm / 1000.0
    near = lips.skin & (np.abs(away[:, 0]) < 0.06 * size) & (np.linalg.norm(away, axis=1) < 0.25 * size)
    half = (drop[lips.upper] + drop[lips.lower]) / 2
    low, high = np.flatnonzero(near & (drop > half)), np.flatnonzero(near & (drop <= half))
    if not len(low) or not len(high):
        return float("-inf")
    moved = face.positions + face.morphs[name]
    nearest = [np.linalg.norm(at[high][:, None] - at[low][None], axis=2).min() for at in (face.positions, moved)]
    return 1000.0 * float(nearest[1] - nearest[0])


def _labiodental(face: Surface, lips: Lips) -> tuple[dict[str, float], float | None]:
    """The weights that bring the lower lip to the upper incisors with the least rolling in, and the distance in mm."""
    teeth = incisors(face, lips)
    if not len(teeth) or "mouthRollLower" not in face.morphs:
        return {}, None
    drop = -face.morphs["jawOpen"][:, 1]
    away = face.positions - face.positions[lips.lower]
    size = lips.width_mm / 1000.0
    lip = lips.skin & (drop > 0.6 * drop[lips.lower]) & (np.abs(away[:, 0]) < 0.09 * size)
    lip = np.flatnonzero(lip & (np.linalg.norm(away, axis=1) < 0.3 * size))
    if not len(lip):
        return {}, None
    none = np.zeros((len(lip), 3))
    moves = [face.morphs[name][lip] if name in face.morphs else none for name in LABIODENTAL[:3]]
    distances = []
    for weights in _TRIES:
        at = face.positions[lip] + sum(w * move for w, move in zip(weights, moves, strict=True))
        distances.append(1000.0 * float(np.linalg.norm(at[:, None] - face.positions[teeth][None], axis=2).min()))
    plain = [k for k, weights in enumerate(_TRIES) if weights[2] == 0.0]  # a shrug pushes the lip forward too
    least = min(plain, key=distances.__getitem__)
    near = [k for k in plain if distances[k] <= max(TOUCH_MM, distances[least] + 0.02)]
    if distances[least] > 2.0 * TOUCH_MM:
        near = [k for k, mm in enumerate(distances) if mm <= TOUCH_MM] or [int(np.argmin(distances))]
    best = min(near, key=lambda k: (_TRIES[k][1], abs(_TRIES[k][0] - 0.07) + _TRIES[k][2]))
    weights = [*(float(w) for w in _TRIES[best]), _UPPER_UP]
    return dict(zip(LABIODENTAL, weights, strict=True)), round(distances[best], 2)


def _moving(rows: Mapping[str, np.ndarray]) -> dict[str, list[float]]:
    listed = {name: [round(float(v), 4) for v in rows[name]] for name in SHAPES if name in rows}
    return {name: row for name, row in listed.items() if any(row)}
