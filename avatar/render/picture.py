"""Poses by name, for pictures: what face, head and eyes do, without a body that decides it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from animation.gaze import EYE_RANGE
from animation.hands import AT_EASE
from animation.rig import INDEX
from animation.types import FIELDS, JOINTS, SHAPES, Frames

# Shapes that say what the eyes do, by channel: left yaw, left pitch, right yaw, right pitch; positive, negative.
_LOOKS = (
    ("eyeLookOutLeft", "eyeLookInLeft"), ("eyeLookDownLeft", "eyeLookUpLeft"),
    ("eyeLookInRight", "eyeLookOutRight"), ("eyeLookDownRight", "eyeLookUpRight"),
)  # fmt: skip


def pose(
    shapes: Mapping[str, float] | None = None,
    *,
    head: tuple[float, float, float] = (0.0, 0.0, 0.0),
    gaze: tuple[float, float] = (0.0, 0.0),
) -> Frames:
    """One frame, standing at ease. Shapes by ARKit name, or without Left/Right for both sides; `head` yaw, pitch, roll
    and `gaze` yaw, pitch (relative to the head) in degrees, signs as in `Frames`; lids follow the gaze as a body lets
    them. Raises KeyError for an unknown shape."""
    row = by_name(shapes or {})
    eyes = np.radians(np.tile(np.asarray(gaze, np.float64), 2))
    for angle, (positive, negative) in zip(eyes, _LOOKS, strict=True):
        row[INDEX[positive]] += max(angle, 0.0) / EYE_RANGE
        row[INDEX[negative]] += max(-angle, 0.0) / EYE_RANGE
    return standing(row[None], head=np.radians(head)[None], eyes=eyes[None])


def by_name(shapes: Mapping[str, float]) -> np.ndarray:
    """float32 [52]; a name without Left/Right stands for both sides."""
    row = np.zeros(len(SHAPES), np.float32)
    for name, value in shapes.items():
        for full in (name,) if name in INDEX else (f"{name}Left", f"{name}Right"):
            row[INDEX[full]] = value
    return row


def standing(shapes: np.ndarray, *, head: np.ndarray | None = None, eyes: np.ndarray | None = None) -> Frames:
    """Frames with these shapes [n, 52], head [n, 3] and eyes [n, 4] in radians, the body standing at ease."""
    n = len(shapes)
    joints = np.zeros((n, len(JOINTS), 4), np.float32)
    joints[:, :, 3] = 1.0
    head = np.zeros((n, 3)) if head is None else head
    eyes = np.zeros((n, 4)) if eyes is None else eyes
    hands = np.tile(AT_EASE, (n, 1))
    return Frames(0, *(np.asarray(part, np.float32) for part in (shapes, head, eyes, joints, hands)))


def flat(frames: Frames) -> np.ndarray:
    """float32 [n, values]: each frame as the page's codec lays a pose out, field after field."""
    return np.concatenate([getattr(frames, name).reshape(len(frames), -1) for name in FIELDS], axis=1)
