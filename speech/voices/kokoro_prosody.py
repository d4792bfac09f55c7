"""The melody, pace and loudness of words changed in a plan, before it is sound.

Kokoro's decoder is driven by frames: features, pitch and energy. Words are stretched by sampling the frames of their
tokens more or less densely, raised by scaling their pitch, made louder by an envelope over the samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from speech.markup import PLAIN, Manner
from speech.voices.kokoro_engine import Plan, turns_of

_GLIDE = 3  # frames (25 ms each) over which a word's pitch and level pass into the next one's


def reshaped(plan: Plan, spans: Sequence[tuple[int, int]], manners: Sequence[Manner], pitch: float = 0.0) -> Plan:
    """`plan` with each word, the tokens `spans[k]` = first, last + 1, in its manner, and all of it `pitch` semitones
    higher."""
    if pitch == 0 and all(manner == PLAIN for manner in manners):
        return plan
    shift, span, volume, rate = _curves(plan, spans, manners)
    curve = plan.pitch.reshape(-1).astype(np.float64)
    curve = _melody(curve, np.repeat(shift + pitch, 2), np.repeat(span, 2))
    levels = plan.levels * (10 ** (volume / 20)).astype(np.float32)
    old = _sources(plan.edges, plan.frames, rate)
    half = (np.repeat(old * 2, 2).reshape(-1, 2) + (0, 1)).reshape(-1)
    new_pitch = curve[half].astype(np.float32).reshape(1, -1)
    return replace(
        plan,
        features=plan.features[:, :, old],
        pitch=new_pitch,
        energy=plan.energy[:, half],
        levels=levels[old],
        edges=tuple(int(np.searchsorted(old, edge)) for edge in plan.edges),
        turns=turns_of(new_pitch),
    )


def _curves(
    plan: Plan, spans: Sequence[tuple[int, int]], manners: Sequence[Manner]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Semitones, range, dB and rate of every frame; what jumps at a word's edge glides, but for the rate."""
    rows = np.tile(np.array([[0.0], [1.0], [0.0], [1.0]]), plan.frames)
    for (first, after), manner in zip(spans, manners, strict=True):
        a, b = plan.edges[first], plan.edges[after]
        rows[:, a:b] = np.array([[manner.pitch], [manner.span], [manner.volume], [manner.rate]])
    kernel = np.hanning(_GLIDE + 2)[1:-1] / np.hanning(_GLIDE + 2).sum()
    glided = [np.convolve(np.pad(row, _GLIDE // 2, mode="edge"), kernel, mode="valid") for row in rows[:3]]
    return glided[0], glided[1], glided[2], rows[3]


def _melody(curve: np.ndarray, semitones: np.ndarray, span: np.ndarray) -> np.ndarray:
    """Hz, moved by semitones, its distance from the middle of the clause's voice scaled. Unvoiced frames stay as they
    are: the model writes values near zero there."""
    voiced = curve > 50
    if not voiced.any():
        return curve
    middle = float(np.median(curve[voiced]))
    moved = middle * (np.maximum(curve, 1.0) / middle) ** span * 2 ** (semitones / 12)
    return np.where(voiced, moved, curve)


def _sources(edges: Sequence[int], frames: int, rate: np.ndarray) -> np.ndarray:
    """For each frame of the result the frame of the plan it is taken from: token by token, since features are constant
    within one."""
    bounds = sorted({0, frames, *edges})
    lengths = [(b - a) / float(rate[a:b].mean()) for a, b in zip(bounds, bounds[1:], strict=False)]
    ends = np.round(np.cumsum([0.0, *lengths])).astype(int)  # rounded in sum: a token often lasts one frame or two
    out = []
    for k, (a, b) in enumerate(zip(bounds, bounds[1:], strict=False)):
        length = int(ends[k + 1] - ends[k])
        out.append(a + np.minimum((np.arange(length) + 0.5) * (b - a) / max(length, 1), b - a - 1).astype(int))
    return np.concatenate(out) if out else np.zeros(0, int)
