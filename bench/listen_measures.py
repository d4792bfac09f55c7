"""How near one mouth comes to another: figures of what is shown of speech, against what should be (bench/listen.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from animation.coarticulation import Wish
from animation.listen.ears import BEFORE
from animation.mouth import Mouth
from animation.rig import Rig
from animation.types import FPS, RATE, SAMPLES_PER_FRAME, SHAPES, Phone
from animation.visemes import PART, PART_SHAPES, is_silence, poses

CLOSED_MM = 0.5
TOUCHES_MM = 1.0  # the lower lip the teeth
NEAR = RATE * 40 // 1000  # samples around a bilabial in which its closure counts
COMPARED = ("jawOpen", "mouthFunnel", "mouthPucker", "mouthStretch", "mouthDimple", "tongueOut")
_MAX_LAG = 9  # frames
_FAST_HZ = 12.0  # nothing a mouth does is faster


@dataclass(frozen=True)
class Shown:
    """The mouth of one utterance on a rig: shapes [n, 52], lip gap and distance of the lower lip from the upper teeth
    [n] in mm, presence [n]; frame 0 is sample 0."""

    shapes: np.ndarray
    gap: np.ndarray
    teeth: np.ndarray
    presence: np.ndarray


def show(wanted: Wish, rig: Rig) -> Shown:
    """What the rig shows of a wish from frame 0 on."""
    mouth, n = Mouth(rig), len(wanted.parts)
    still = Wish(*(np.concatenate([np.zeros((BEFORE, *a.shape[1:])), a]) for a in arrays(wanted)))
    mouth.follow(-BEFORE, still, BEFORE, 0)
    face = np.zeros((n, len(SHAPES)))
    presence = mouth.apply(face, 0, n)
    return Shown(face, rig.lip_gap(face), rig.teeth_distance(face), presence)


def arrays(wanted: Wish) -> tuple[np.ndarray, ...]:
    return wanted.parts, wanted.closure, wanted.teeth, wanted.sibilant, wanted.presence


@dataclass(frozen=True)
class Case:
    """One utterance heard and shown, beside the truth. loud: [n] RMS of each frame's audio."""

    phones: tuple[Phone, ...]
    truth: Shown
    shown: Shown
    loud: np.ndarray

    def frames(self, start: int, end: int) -> slice:
        """Frames that stand within samples [start, end]."""
        return slice(max(0, -(-start // SAMPLES_PER_FRAME)), end // SAMPLES_PER_FRAME + 1)


def measures(cases: Sequence[Case]) -> dict[str, Any]:
    """All figures of one method on some utterances."""
    recall = [_closes(c.shown, c, p) for c in cases for p in _of(c, "bilabial")]
    right = [hit for c in cases for hit in _closures_right(c)]
    open_ = [(c, p) for c in cases for p in c.phones if poses(p.symbol)[0].opens and not _shut_in(c.truth, c, p)]
    offsets, releases = ([ms for c in cases for ms in _offsets(c, at)] for at in (np.mean, np.max))
    truth, shown = (np.concatenate([getattr(c, side).gap for c in cases]) for side in ("truth", "shown"))
    out: dict[str, Any] = {
        "gap_correlation": _r(truth, shown),
        "gap_error_mm": round(float(np.sqrt(np.mean((truth - shown) ** 2))), 2),
        "gap_lag_ms": _lag(cases),
        "closures": len(recall),
        "closure_recall": _share(recall),
        "closure_precision": _share(right),
        "vowels_shut": _share([_shut_in(c.shown, c, p) for c, p in open_]),
        "teeth_recall": _share([_meets_teeth(c, p) for c in cases for p in _of(c, "labiodental")]),
        "closure_offset_ms": _spread(offsets),
        "release_offset_ms": _spread(releases),
        "jaw_envelope_r": _envelope_r(cases, "shown"),
        "jaw_envelope_r_of_truth": _envelope_r(cases, "truth"),
        "fast_share": _fast_share(cases),
        "gap_speed_mm_s_p99": round(
            float(np.percentile(np.concatenate([np.abs(np.diff(c.shown.gap)) for c in cases]) * FPS, 99)), 0
        ),
        "weight_speed_max": round(max(float(np.abs(np.diff(c.shown.shapes, axis=0)).max()) for c in cases) * FPS, 1),
    }
    errors = []
    for name in COMPARED:
        shape = PART_SHAPES[PART[name]][0]
        pairs = [np.concatenate([getattr(c, side).shapes[:, shape] for c in cases]) for side in ("truth", "shown")]
        errors.append(pairs[0] - pairs[1])
        out[name] = {"r": _r(*pairs), "rmse": round(float(np.sqrt(np.mean((pairs[0] - pairs[1]) ** 2))), 3)}
    out["shapes_rmse"] = round(float(np.sqrt(np.mean(np.square(errors)))), 4)
    return out


def _spread(ms: Sequence[float]) -> dict[str, float | None]:
    if not ms:
        return {"median": None, "p90_abs": None}
    return {
        "median": round(float(np.median(ms)), 1),
        "p90_abs": round(float(np.percentile(np.abs(ms), 90)), 1),
    }


def _of(c: Case, constraint: str) -> list[Phone]:
    return [p for p in c.phones if p.end > p.start and poses(p.symbol)[0].constraint == constraint]


def _closes(shown: Shown, c: Case, phone: Phone) -> bool:
    return bool((shown.gap[c.frames(phone.start - NEAR, phone.end + NEAR)] <= CLOSED_MM).any())


def _meets_teeth(c: Case, phone: Phone) -> bool:
    return bool((c.shown.teeth[c.frames(phone.start - NEAR, phone.end + NEAR)] <= TOUCHES_MM).any())


def _envelope_r(cases: Sequence[Case], side: str) -> float:
    """Correlation of the jaw with loudness, both between 2 and 7 Hz (Chandrasekaran 2009)."""
    jaw = PART_SHAPES[PART["jawOpen"]][0]
    rows = [(band(getattr(c, side).shapes[:, jaw]), band(c.loud)) for c in cases]
    return _r(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def _fast_share(cases: Sequence[Case]) -> float:
    """Share of the energy of the lip gap's movement above 12 Hz."""
    fast = sum(float(np.square(band(c.shown.gap, _FAST_HZ, FPS)).sum()) for c in cases)
    return round(fast / max(sum(float(np.square(c.shown.gap - c.shown.gap.mean()).sum()) for c in cases), 1e-9), 4)


def _shut_in(shown: Shown, c: Case, phone: Phone) -> bool:
    quarter = (phone.end - phone.start) // 4
    return bool((shown.gap[c.frames(phone.start + quarter, phone.end - quarter)] <= CLOSED_MM).any())


def _closures_right(c: Case) -> list[bool]:
    """For each time the lips shut within speech: was there a bilabial?"""
    out = []
    voice = np.zeros(len(c.shown.gap), bool)
    for phone in c.phones:
        if not is_silence(phone.symbol):
            voice[c.frames(phone.start, phone.end)] = True
    near = np.zeros(len(voice), bool)
    for phone in _of(c, "bilabial"):
        near[c.frames(phone.start - NEAR, phone.end + NEAR)] = True
    shut = (c.shown.gap <= CLOSED_MM) & voice
    edges = np.flatnonzero(np.diff(np.concatenate([[0], shut.astype(np.int8), [0]])))
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        if a > 0 and voice[a - 1] and b < len(voice) and voice[b]:  # not the rest before and after a phrase
            out.append(bool(near[a:b].any()))
    return out


def _offsets(c: Case, at: Callable[[np.ndarray], float]) -> list[float]:
    """ms by which the middle of each closure (`at`: np.mean), or its end (np.max), comes after the truth's."""
    out = []
    for phone in _of(c, "bilabial"):
        window = c.frames(phone.start - 2 * NEAR, phone.end + 2 * NEAR)
        shut = [np.flatnonzero(s.gap[window] <= CLOSED_MM) for s in (c.truth, c.shown)]
        if len(shut[0]) and len(shut[1]):
            out.append(float(at(shut[1]) - at(shut[0])) * 1000 / FPS)
    return out


def _lag(cases: Sequence[Case]) -> float:
    """ms by which the lip gap follows the truth's at the best correlation."""
    scores = []
    for lag in range(-_MAX_LAG, _MAX_LAG + 1):
        pairs = [(c.truth.gap[20:-20], np.roll(c.shown.gap, -lag)[20:-20]) for c in cases]
        scores.append(_r(*(np.concatenate(side) for side in zip(*pairs, strict=True))))
    best = int(np.argmax(scores))
    return round((best - _MAX_LAG) * 1000 / FPS, 1)


def _r(a: np.ndarray, b: np.ndarray) -> float:
    return 0.0 if a.std() < 1e-9 or b.std() < 1e-9 else round(float(np.corrcoef(a, b)[0, 1]), 3)


def _share(hits: Sequence[bool]) -> float | None:
    return round(float(np.mean(hits)), 3) if hits else None


def band(x: np.ndarray, low: float = 2.0, high: float = 7.0) -> np.ndarray:
    spectrum, hertz = np.fft.rfft(x - x.mean()), np.fft.rfftfreq(len(x), 1 / FPS)
    return np.fft.irfft(spectrum * ((hertz >= low) & (hertz <= high)), len(x))
