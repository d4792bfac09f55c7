"""Lines that age draws: forehead, between the brows, crow's feet, under the eyes, beside nose and mouth, on the neck.

They are drawn as polylines seen from the front, relative to the landmarks of the face, so every look has its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatar.looks.canvas import Canvas, Face, line_distance
from avatar.looks.fields import ramp
from avatar.looks.noise import noise


@dataclass(frozen=True)
class Line:
    """points [m, 2] metres; width metres; depth relative to the deepest; age: years from which it shows."""

    points: list[tuple[float, float]]
    width: float
    depth: float
    age: tuple[float, float]  # begins to show, fully there


def creases(canvas: Canvas, face: Face) -> tuple[np.ndarray, np.ndarray]:
    """Depth 0..1 of the fine lines and of the broad folds at every texel [h, w]."""
    fine, broad = np.zeros(canvas.at.shape[:2], np.float32), np.zeros(canvas.at.shape[:2], np.float32)
    seen = (canvas.at[..., 2] > face.neck[2] - 0.02) & (canvas.inside < 0.5)
    for line in _lines(face):
        strength = line.depth * float(ramp(np.float64(face.look.age), *line.age))
        if strength > 0.01:
            out = broad if line.width > 0.0015 else fine
            _carve(out, canvas.at, seen, line, strength)
    return fine, broad


def _carve(out: np.ndarray, at: np.ndarray, seen: np.ndarray, line: Line, strength: float) -> None:
    path = np.array(line.points)
    margin = 3 * line.width
    low, high = path.min(axis=0) - margin, path.max(axis=0) + margin
    near = seen & (at[..., 0] > low[0]) & (at[..., 0] < high[0]) & (at[..., 1] > low[1]) & (at[..., 1] < high[1])
    points = at[near][:, :2]
    if not len(points):
        return
    far, along = line_distance(points, path)
    taper = np.sin(np.pi * np.clip(0.03 + 0.94 * along, 0, 1)) ** 0.8
    taper *= 0.75 + 0.45 * noise(at[near], 0.006, 95)  # no line is equally deep all along
    wander = far + 0.0003 * noise(at[near], 0.004, 96)
    out[near] = np.maximum(out[near], strength * taper * np.exp(-((wander / line.width) ** 2)))


def _lines(face: Face) -> list[Line]:
    lines = _forehead(face)
    for eye in face.eyes:
        sign = float(np.sign(eye.centre[0]))
        lines += _around_eye(face, eye, sign) + _beside_mouth(face, sign)
    x, y = face.neck[0], face.chin[1] - 0.035
    for k in range(2):
        bow = [(x + dx, y - 0.022 * k - 0.006 * (1 - (dx / 0.05) ** 2)) for dx in np.linspace(-0.045, 0.045, 9)]
        lines.append(Line(bow, 0.0010, 0.7, (30, 70)))
    return lines


def _forehead(face: Face) -> list[Line]:
    brow = face.between_eyes[1] + 0.024
    lines = []
    for k, (rise, half) in enumerate(((0.012, 0.030), (0.021, 0.035), (0.030, 0.032), (0.039, 0.024))):
        x = np.linspace(-half, half, 15)
        y = brow + rise + 0.0016 * np.cos(x / 0.016 + 1.3 * k) - 0.10 * np.abs(x) ** 1.5
        lines.append(Line(list(zip(x, y, strict=True)), 0.0011, 0.75 - 0.1 * k, (32, 66)))
    for sign in (1, -1):
        frown = [(sign * (0.0066 + 0.0014 * t), brow - 0.006 + 0.013 * t) for t in np.linspace(0, 1, 6)]
        lines.append(Line(frown, 0.0010, 0.4, (34, 68)))
    return lines


def _around_eye(face: Face, eye, sign: float) -> list[Line]:  # noqa: ANN001
    ring = eye.points[eye.ring] + eye.centre
    outer, inner = ring[np.argmax(sign * ring[:, 0])], ring[np.argmin(sign * ring[:, 0])]
    lines = []
    for k, (angle, long) in enumerate(((32, 0.013), (10, 0.016), (-14, 0.015), (-36, 0.011))):
        t = np.linspace(0, 1, 6)
        turn = np.radians(angle) * (1 - 0.35 * t)
        x = outer[0] + sign * (0.0035 + long * t * np.cos(turn))
        y = outer[1] + 0.0016 * (1.2 - k) + long * t * np.sin(turn)
        lines.append(Line(list(zip(x, y, strict=True)), 0.0006, 0.7, (26, 62)))
    lower = eye.points[eye.ring[~eye.upper]][:, 1].min() + eye.centre[1]
    for drop, depth, width in ((0.0060, 0.5, 0.0008), (0.0115, 0.75, 0.0018)):
        t = np.linspace(0, 1, 9)
        x = inner[0] + (outer[0] - inner[0]) * (0.02 + 0.80 * t)
        y = lower - drop * (0.45 + 0.75 * np.sin(np.pi * (0.12 + 0.62 * t)))
        lines.append(Line(list(zip(x, y, strict=True)), width, depth, (24, 62)))
    return lines


def _beside_mouth(face: Face, sign: float) -> list[Line]:
    nose, mouth, c = face.nose, face.mouth, face.corner
    fold = [
        (sign * 0.0185, nose[1] + 0.006), (sign * 0.0225, nose[1] - 0.004), (sign * (c + 0.005), mouth[1] + 0.014),
        (sign * (c + 0.0095), mouth[1] + 0.003), (sign * (c + 0.0105), mouth[1] - 0.008),
    ]  # fmt: skip
    below = [
        (sign * (c + 0.0020), mouth[1] - 0.002), (sign * (c + 0.0035), mouth[1] - 0.010),
        (sign * (c + 0.0030), mouth[1] - 0.021),
    ]  # fmt: skip
    lines = [
        Line(fold, 0.0024, 0.85, (14, 62)), Line(fold, 0.0008, 0.8, (34, 66)), Line(below, 0.0018, 0.6, (32, 66)),
    ]  # fmt: skip
    for k in range(4):  # upright lines above the upper lip
        x = sign * (0.0035 + 0.0048 * k)
        upright = [(x, mouth[1] + 0.0085 - 0.0004 * k), (x * 1.06, mouth[1] + 0.0145 - 0.0006 * k)]
        lines.append(Line(upright, 0.0005, 0.45, (50, 80)))
    return lines
