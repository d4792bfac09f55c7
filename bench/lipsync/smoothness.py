"""T11, T12: nothing jumps, nothing shakes, nothing passes through anything."""

from __future__ import annotations

import numpy as np

from animation.rig import CLOSE, INDEX, JAW, Rig
from animation.types import FPS, SHAPES, Frames
from bench.lipsync.takes import Take, speeds_of

MAX_WEIGHT_SPEED, MAX_BLINK_SPEED, MAX_GAP_SPEED, MAX_JUMP = 12.0, 25.0, 300.0, 0.2
_BLINKS = [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]
# The eyes' own: lids squint along with a blink, and gaze shapes jump with saccades as eyes do.
_EYES = [i for i, name in enumerate(SHAPES) if name.startswith("eye")]
_MOUTH = [i for i, name in enumerate(SHAPES) if name.startswith(("mouth", "jaw", "tongue", "cheek"))]
_OTHERS = [i for i in range(len(SHAPES)) if i not in _BLINKS]


def weight_speed(frames: Frames) -> tuple[np.ndarray, np.ndarray]:
    """Largest speed per frame step of any shape but blinks, and of blinks, per second."""
    speed = speeds_of(frames.shapes.astype(np.float64))
    return speed[:, _OTHERS].max(axis=1), speed[:, _BLINKS].max(axis=1)


def mouth_speed(frames: Frames) -> np.ndarray:
    """Largest speed per frame step of any shape of the lower face, per second."""
    return speeds_of(frames.shapes[:, _MOUTH].astype(np.float64)).max(axis=1)


def rms_jerk(frames: Frames) -> float:
    """Root mean square of the third derivative of the mouth's weights, per s³."""
    third = np.diff(frames.shapes[:, _MOUTH].astype(np.float64), n=3, axis=0) * FPS**3
    return float(np.sqrt((third**2).sum(axis=1).mean()))


def fast_energy(takes: list[Take]) -> float:
    """Share of the jaw's movement above 12 Hz."""
    jaw = np.concatenate([take.frames.shapes[:, JAW] for take in takes]).astype(np.float64)
    power = np.abs(np.fft.rfft(jaw - jaw.mean())) ** 2
    return float(power[np.fft.rfftfreq(len(jaw), 1 / FPS) > 12].sum() / power.sum())


def violations(take: Take) -> dict[str, int]:
    """Frames that break a rule of anatomy or of the wire."""
    rig: Rig = take.rig
    s = take.frames.shapes.astype(np.float64)

    def both(a: str, b: str) -> int:
        return int(((s[:, INDEX[a]] > 1e-6) & (s[:, INDEX[b]] > 1e-6)).sum())

    opposite = [("In", "Out"), ("Up", "Down")]
    sides = [(f"eyeLook{a}{side}", f"eyeLook{b}{side}") for side in ("Left", "Right") for a, b in opposite]
    length = np.linalg.norm(take.frames.joints.astype(np.float64), axis=2)
    pressed = min(take.mesh.rest_gap_mm if take.mesh else rig.rest_gap_mm, 0.0) - 1.0
    return {
        "not_finite": int((~np.isfinite(s)).any(axis=1).sum()),
        "out_of_range": int(((s < 0) | (s > rig.limits + 1e-6)).any(axis=1).sum()),
        "gaze_both_ways": sum(both(a, b) for a, b in sides),
        "close_beyond_jaw": int((s[:, CLOSE] > rig.close_limit(s[:, JAW]) + 1e-4).sum()),
        "lips_intersect": int((take.gap < pressed).sum()),
        "joints_not_unit": int((np.abs(length - 1.0) > 1e-4).any(axis=1).sum()),
    }
