"""The manifest beside an avatar: what the animator and the page need to know about this mesh, measured on it."""

from __future__ import annotations

import numpy as np

from animation.types import JOINTS, SHAPES
from avatar.looks import fingers
from avatar.looks.figure import Figure
from avatar.looks.mesh import Part
from avatar.looks.mouth import LOWER_PROBE, UPPER_PROBE

CLOSED_MM = 0.3  # lips closer than this are closed
JAWS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
# Weights beyond which a shape stops looking like a face (judged on pictures of the look).
LIMITS = {"jawOpen": 0.8, "cheekPuff": 0.7, "noseSneerLeft": 0.6, "noseSneerRight": 0.6, "tongueOut": 0.8}


def manifest(figure: Figure, skin: Part, teeth: Part, files: dict[str, str], title: str) -> dict:
    """rig.json without the sizes of the files."""
    upper, lower = _probe(skin, UPPER_PROBE), _probe(skin, LOWER_PROBE)
    rest = (skin.positions[upper] - skin.positions[lower])[1] * 1000
    up = {name: _mm(skin.morphs[name][upper]) for name in SHAPES}
    low = {name: _mm(skin.morphs[name][lower]) for name in SHAPES}
    by_jaw = [[jaw, round(_closing(jaw, rest, up, low) / jaw, 4)] for jaw in JAWS]
    eyes = {side: _metres(figure.joint(f"{side}Eye")) for side in ("left", "right")}
    height = float(skin.positions[:, 1].max())
    chin = float(skin.positions[_probe(skin, 747)][1])
    return files | {
        "title": title,
        "shapes": list(SHAPES),
        "joints": {name: _metres(figure.joint(name)) for name in JOINTS},
        "closure_gain": max(gain for _, gain in by_jaw),
        "closure_gain_by_jaw": by_jaw,
        "rest_gap_mm": round(float(rest), 4),
        "lip_probe": {"upper": _moving(up), "lower": _moving(low)},
        "incisor_mm": round(float(_incisor(teeth) - skin.positions[lower][1]) * 1000, 3),
        "max": LIMITS,
        **fingers.manifest(figure.hands),
        "eyes": eyes,
        "head_height_m": round(height - chin, 4),
        "height_m": round(height, 4),
        "frame": {
            "target": _metres(np.array([0.0, eyes["left"][1] - 0.11, eyes["left"][2] - 0.06])),
            "distance": 1.15, "fov": 28,
        },
    }  # fmt: skip


def _probe(skin: Part, vertex: int) -> int:
    """Index in the part of a base mesh vertex."""
    return int(np.flatnonzero(skin.base == vertex)[0])


def _closing(jaw: float, rest: float, up: dict, low: dict) -> float:
    """mouthClose that leaves the lips as close as at rest, or touching where they part at rest, at that jawOpen."""
    opened = rest + jaw * (up["jawOpen"][1] - low["jawOpen"][1])
    return (opened - min(max(rest, 0.0), CLOSED_MM / 3)) / (low["mouthClose"][1] - up["mouthClose"][1])


def _incisor(teeth: Part) -> float:
    """Height of the upper incisors' edge, metres: the lowest point of the front of the upper row."""
    upper = np.abs(teeth.morphs["jawOpen"]).max(axis=1) < 1e-4
    front = np.abs(teeth.positions[:, 0]) < 0.006
    rows = teeth.positions[upper & front]
    return float(rows[rows[:, 2] > rows[:, 2].max() - 0.006][:, 1].min())


def _moving(rows: dict[str, list[float]]) -> dict[str, list[float]]:
    return {name: row for name, row in rows.items() if any(row)}


def _mm(row: np.ndarray) -> list[float]:
    return [round(float(v) * 1000, 4) for v in row]


def _metres(row: np.ndarray) -> list[float]:
    return [round(float(v), 5) for v in row]
