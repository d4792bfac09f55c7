"""The mouth: lips that really close over an open jaw, round and protrude, on the base mesh's vertices.

The face units' own pucker hardly moves and their funnel is ugly; theirs of mouthClose closes only the middle.
All lengths are metres; y up, z forward.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatar.looks.fields import curve, ramp
from avatar.looks.source import Source, islands

UPPER_SHARE = 0.15  # of closing the lips is done by the upper lip
UPPER_PROBE, LOWER_PROBE = 537, 540  # base vertices on the mid-sagittal line of contact
SEALED = 0.00005  # metres left between the lips of a resting face
OVERLAP = 0.00012  # metres the inner sides of closed lips reach past the line of contact
PUCKER_NARROWING, PUCKER_PROTRUSION = 0.36, 0.0075
FUNNEL_NARROWING, FUNNEL_PROTRUSION, FUNNEL_OPENING = 0.36, 0.0090, 0.0046


def lip_lining(source: Source, rings: int = 4) -> np.ndarray:
    """Which body faces [m] are the inner side of the lips: the first rings of the mouth's lining."""
    quads, name = source.faces["body"], islands(source)
    inside = name == "mouth"
    reached = np.zeros(len(source.vertices), bool)
    reached[np.intersect1d(quads[name == "head"], quads[inside])] = True
    out = np.zeros(len(quads), bool)
    for _ in range(rings):
        out |= inside & reached[quads].any(axis=1)
        reached[quads[out]] = True
    return out


@dataclass
class Mouth:
    """points: base vertices at rest relative to the middle of the line of contact [n, 3]; skin [n]: belongs to the
    body's surface (not teeth or tongue); lower [n]: -1 upper lip's side … +1 lower lip's side."""

    points: np.ndarray
    skin: np.ndarray
    jaw: np.ndarray
    loop: np.ndarray
    ring: np.ndarray  # base vertices next to the line of contact, inside
    corner: float  # half the width of the line of contact

    @classmethod
    def of(cls, source: Source, positions: np.ndarray, jaw: np.ndarray) -> Mouth:
        quads, name = source.faces["body"], islands(source)
        loop = np.intersect1d(quads[name == "head"], quads[name == "mouth"])
        middle = positions[[UPPER_PROBE, LOWER_PROBE]].mean(axis=0)
        points = positions - middle
        skin = np.zeros(len(points), bool)
        skin[np.unique(quads[(name == "head") | (name == "mouth")])] = True
        ring = np.setdiff1d(quads[lip_lining(source, 1)], loop)
        return cls(points, skin, jaw, loop, ring, float(np.abs(points[loop, 0]).max()))

    def _chains(self) -> tuple[np.ndarray, np.ndarray]:
        """Jaw displacement [n, 3] of the upper and of the lower lip's line of contact at every vertex's x."""
        return self._contact(self.jaw)

    def _contact(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows of values [n, 3] on the upper and on the lower lip's line of contact, at every vertex's x."""
        drop = self.jaw[self.loop, 1]
        x = self.points[self.loop, 0]
        low = np.array([drop[np.abs(x - v) < 0.004].min() for v in x])
        high = np.array([drop[np.abs(x - v) < 0.004].max() for v in x])
        lower = drop < (low + high) / 2
        ends = self.loop[np.argsort(-np.abs(x))[:2]]
        chains = []
        for mine in (self.loop[~lower], self.loop[lower]):
            index = np.union1d(mine, ends)
            rows = np.column_stack([self.points[index, 0], values[index]])
            chains.append(curve(rows)(self.points[:, 0])[:, 1:])
        return chains[0], chains[1]

    def belongs_to_lower(self) -> np.ndarray:
        """1 where a vertex goes with the lower lip when the jaw opens, 0 where it stays with the upper."""
        up, low = self._chains()
        gap = np.minimum(low[:, 1] - up[:, 1], -1e-4)
        return np.clip((self.jaw[:, 1] - up[:, 1]) / gap, 0.0, 1.0) > 0.5

    def close(self) -> np.ndarray:
        """mouthClose: undoes what jawOpen does between the lips, all along the line of contact, so that equal weights
        of both leave the lips as closed as at rest."""
        up, low = self._chains()
        gap = (low - up) * ramp(np.abs(self.points[:, 0]), self.corner * 1.02, self.corner * 0.9)[:, None]
        lower = self.belongs_to_lower()
        x, y, z = self.points.T
        near_low = ramp(y, -0.034, -0.008) * ramp(z, -0.035, -0.012)
        near_up = ramp(y, 0.018, 0.004) * ramp(z, -0.035, -0.012)
        back = -(self.jaw - up) * near_low[:, None] + UPPER_SHARE * gap * near_low[:, None]
        back *= ramp(np.abs(x), self.corner * 1.25, self.corner * 0.85)[:, None]
        out = np.where(lower[:, None], back, UPPER_SHARE * gap * near_up[:, None])
        return out * self.skin[:, None]

    def together(self, delta: np.ndarray) -> np.ndarray:
        """A displacement [n, 3] whose lower lip takes the upper one along: their line of contact neither parts nor
        runs into itself."""
        up, low = self._contact(delta)
        x, y, z = self.points.T
        near = ramp(y, 0.018, 0.004) * ramp(z, -0.035, -0.012)
        near *= ramp(np.abs(x), self.corner * 1.25, self.corner * 0.85) * self.skin
        return delta + np.where(self.belongs_to_lower()[:, None], 0.0, (low - up) * near[:, None])

    def seal(self) -> np.ndarray:
        """What brings the lips of a resting face together all along their line of contact, half from either side."""
        up, low = self._contact(self.points)
        gap = up - low - [0.0, SEALED, 0.0]
        x, y, z = self.points.T
        near = ramp(np.abs(y), 0.007, 0.0015) * ramp(z, -0.02, -0.008)
        near *= ramp(np.abs(x), self.corner * 1.12, self.corner * 0.98)
        towards = np.where(self.belongs_to_lower(), 0.5, -0.5) * near * self.skin
        out = gap * towards[:, None]
        # Just behind the line the inner sides of the lips overlap, so that nobody sees the teeth through a hairline.
        contact = ((up + low) / 2)[self.ring, 1] + np.where(self.belongs_to_lower(), OVERLAP, -OVERLAP)[self.ring]
        share = ramp(np.abs(x[self.ring]), self.corner * 1.05, self.corner * 0.99)
        out[self.ring, 1] = share * (contact - y[self.ring])
        return out

    def pucker(self) -> np.ndarray:
        """Lips contract towards the middle and protrude, thickest in the middle."""
        x, y, z = self.points.T
        near = self._near(0.052, 0.036)
        lips = np.exp(-((x / 0.017) ** 2) - (y / 0.012) ** 2)
        out = np.zeros_like(self.points)
        out[:, 0] = -PUCKER_NARROWING * x * near
        out[:, 2] = PUCKER_PROTRUSION * lips + 0.003 * near
        out[:, 1] = 0.16 * y * np.exp(-((x / 0.014) ** 2) - (y / 0.016) ** 2)
        return out * self._front()

    def funnel(self) -> np.ndarray:
        """Lips part into an open ring, flared outwards."""
        x, y, z = self.points.T
        near = self._near(0.052, 0.036)
        lips = np.exp(-((x / 0.020) ** 2) - (y / 0.013) ** 2)
        span = np.sqrt(np.clip(1 - (x / (self.corner * 1.05)) ** 2, 0.0, 1.0))
        lower = self.belongs_to_lower()
        part = np.where(lower, -1.10 * ramp(y, -0.026, -0.004), 1.1 * ramp(y, 0.018, 0.003))
        out = np.zeros_like(self.points)
        out[:, 0] = -FUNNEL_NARROWING * x * near
        out[:, 1] = FUNNEL_OPENING * part * span * ramp(z, -0.03, -0.012)
        out[:, 2] = FUNNEL_PROTRUSION * lips + 0.002 * near
        return out * self._front()

    def _near(self, width: float, height: float) -> np.ndarray:
        x, y, _ = self.points.T
        return 1 - ramp(np.hypot(x / width, y / height), 0.4, 1.0)

    def _front(self) -> np.ndarray:
        """Which vertices lips may move: skin, fading out inside the mouth [n, 1]."""
        return (self.skin * ramp(self.points[:, 2], -0.045, -0.015))[:, None]
