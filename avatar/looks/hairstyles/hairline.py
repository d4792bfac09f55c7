"""Where hair grows on a head, style by style: for the strands' roots, the caps and the scalp painted on the skin."""

from __future__ import annotations

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.look import HairStyle
from avatar.looks.noise import noise
from avatar.looks.scalp import angles_about

# Azimuth away from the front -> elevation of the hairline, degrees. Between 84 and 110 it passes behind the ear.
WOMAN = ((0, 22, 40, 52, 60, 66, 72, 84, 90, 112, 180), (40, 41, 39, 31, 18, 4, -6, -4, 2, -30, -52))
MAN = ((0, 16, 30, 42, 54, 62, 68, 74, 82, 90, 112, 180), (41, 42, 45, 42, 29, 13, -2, -16, -6, 2, -30, -46))
RECEDED = ((0, 10, 26, 38, 50, 60, 68, 75, 84, 90, 112, 180), (54, 56, 68, 66, 46, 26, 6, -8, -4, 2, -28, -44))
# How much hair darkens the skin at the hairline and within it, and how many degrees lie between.
PAINT = {"short": (0.30, 0.85, 34.0), "thin": (0.16, 0.30, 30.0), "topknot": (0.45, 0.9, 12.0)}
LINES = {"short": MAN, "thin": RECEDED, "topknot": MAN}


def within(style: HairStyle, centre: np.ndarray, points: np.ndarray) -> np.ndarray:
    """How far points [..., 3] lie inside the hairline, degrees; negative on the bare skin. The edge is ragged."""
    ragged = 2.6 * noise(points, 0.0024, 71) + 2.2 * noise(points, 0.010, 72)
    return inside(style, centre, points) + ragged


def inside(style: HairStyle, centre: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The same without the ragged edge."""
    azimuth, elevation = angles_about(centre, points)
    return elevation - line(style, azimuth)


def line(style: HairStyle, azimuth: np.ndarray) -> np.ndarray:
    """Elevation of the hairline, degrees."""
    return np.interp(np.abs(azimuth), *LINES.get(style.style, WOMAN))


def painted(style: HairStyle, centre: np.ndarray, points: np.ndarray) -> np.ndarray:
    """How much of the scalp's skin is dark with hair, 0..1: least where it is cropped or thin."""
    depth = within(style, centre, points)
    low, high, far = PAINT.get(style.style, (0.85, 0.95, 9.0))
    return ramp(depth, -1.0, 6.0) * (low + (high - low) * ramp(depth, 0.0, far))
