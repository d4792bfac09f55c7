"""Eyelids: they turn about the eyeball instead of sliding through it, and meet without a gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.source import islands

MEETING = 0.12  # the lids meet this share of the opening above the lower lid's margin
UPPER_REACH, LOWER_REACH = np.radians(38.0), np.radians(26.0)  # how far the lids' skin gives way beyond the margins
CLEARANCE = 0.0010  # metres the closed lid's skin stays outside the eyeball


@dataclass
class Eye:
    """One eye. ring: base vertex indices of the lash line, in order around the opening; upper: which are upper lid.

    Angles are elevations about the eye's x axis, radians, 0 forward and positive up.
    """

    side: str  # Left or Right
    centre: np.ndarray
    radius: float
    ring: np.ndarray
    upper: np.ndarray
    points: np.ndarray  # base vertices at rest relative to the centre [n, 3]

    def margins(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Elevation of the upper and lower lash line at lateral offset x."""
        out = []
        corners = [self.ring[np.argmin(self.points[self.ring, 0])], self.ring[np.argmax(self.points[self.ring, 0])]]
        for mine in (self.upper, ~self.upper):
            index = np.unique(np.concatenate([self.ring[mine], corners]))
            line = self.points[index]
            order = np.argsort(line[:, 0])
            out.append(np.interp(x, line[order, 0], np.arctan2(line[order, 1], line[order, 2])))
        return out[0], out[1]

    def turn(self, upper: float, lower: float) -> np.ndarray:
        """Displacement [n, 3] of lids that travel shares of the opening; upper = lower = 1 is shut."""
        p = self.points
        elevation = np.arctan2(p[:, 1], p[:, 2])
        high, low = self.margins(p[:, 0])
        opening = np.maximum(high - low, 0.0)
        middle = (high + low) / 2
        above = elevation > middle
        give_up = 1 - ramp(elevation, high, high + UPPER_REACH)
        give_down = 1 - ramp(elevation, low, low - LOWER_REACH)
        angle = np.where(above, -upper * (1 - MEETING) * opening * give_up, lower * MEETING * opening * give_down)
        angle = np.where((np.abs(p[:, 0]) < 1.4 * self.radius) & (p[:, 2] > 0), angle, 0.0)
        distance = np.linalg.norm(p, axis=1)
        lift = np.where(distance > 0.97 * self.radius, np.maximum(self.radius + CLEARANCE - distance, 0.0), 0.0)
        lift *= np.clip(np.abs(angle) / np.radians(12.0), 0.0, 1.0)
        radial = 1 + lift / np.maximum(distance, 1e-9)
        y = (p[:, 1] * np.cos(angle) + p[:, 2] * np.sin(angle)) * radial
        z = (p[:, 2] * np.cos(angle) - p[:, 1] * np.sin(angle)) * radial
        return (
            np.stack([p[:, 0] * radial, y, z], axis=1) * (np.abs(angle) > 1e-6)[:, None]
            - p * (np.abs(angle) > 1e-6)[:, None]
        )

    def closing_angle(self, index: np.ndarray) -> np.ndarray:
        """How far the upper lid turns at those vertices in a blink, radians, negative is down."""
        high, low = self.margins(self.points[index, 0])
        return -(1 - MEETING) * np.maximum(high - low, 0.0)


def eyes(figure: Figure, ball_radius: dict[str, float]) -> list[Eye]:
    """Both eyes, left first. ball_radius: eyeball radius in metres by joint name."""
    rings = _lash_rings(figure)
    out = []
    for joint, side in (("leftEye", "Left"), ("rightEye", "Right")):
        centre = figure.joint(joint)
        ring = rings[side]
        relative = figure.positions - centre
        upper = _upper(relative[ring])
        out.append(Eye(side, centre, ball_radius[joint], ring, upper, relative))
    return out


def _upper(ring: np.ndarray) -> np.ndarray:
    """Which of the ordered lash-line points [k, 3] lie above the line from corner to corner."""
    a, b = ring[np.argmin(ring[:, 0])], ring[np.argmax(ring[:, 0])]
    line = a[1] + (b[1] - a[1]) * (ring[:, 0] - a[0]) / (b[0] - a[0])
    return ring[:, 1] > line + 1e-6


def _lash_rings(figure: Figure) -> dict[str, np.ndarray]:
    """The third edge ring outside the seam where the lids' skin ends: the outer edge of the lid margin.

    The seam is where the head's uv island meets that of the eye sockets.
    """
    source = figure.source
    quads, name = source.faces["body"], islands(source)
    head = quads[name == "head"]
    seam = np.intersect1d(head, quads[name == "socket"])
    inside, ring = seam, seam
    for _ in range(3):
        touched = np.unique(head[np.isin(head, ring).any(axis=1)])
        ring = np.setdiff1d(touched, inside)
        inside = np.union1d(inside, ring)
    out = {}
    for side, sign in (("Left", 1), ("Right", -1)):
        mine = ring[sign * figure.positions[ring, 0] > 0]
        flat = figure.positions[mine] - figure.positions[mine].mean(axis=0)
        out[side] = mine[np.argsort(np.arctan2(flat[:, 1] * 2, flat[:, 0]), kind="stable")]
    return out
