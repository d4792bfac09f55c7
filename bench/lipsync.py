"""How well the lips follow the phones, measured on the geometry of a rig without a human in the loop."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from animation.body import Body
from animation.mood import MOODS
from animation.rig import CLOSE, INDEX, JAW, Rig
from animation.types import FIELDS, FPS, RATE, SAMPLES_PER_FRAME, SHAPES, Frames, Phone
from animation.visemes import PART_SHAPES, poses
from bench.report import spread
from bench.utterances import LANGUAGES, Utterance, utterance

CLOSED_MM = 0.5
LEAD = RATE  # silence before and after an utterance
SPEEDS = (0.7, 1.0, 1.25, 1.5)
MAX_WEIGHT_SPEED, MAX_BLINK_SPEED, MAX_GAP_SPEED = 12.0, 25.0, 300.0

_BLINKS = [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]
_OTHERS = [i for i in range(len(SHAPES)) if i not in _BLINKS]


@dataclass(frozen=True)
class Take:
    """One utterance performed: frames from LEAD before it to LEAD after it."""

    said: Utterance
    frames: Frames
    rig: Rig

    @property
    def gap(self) -> np.ndarray:
        return self.rig.lip_gap(self.frames.shapes)

    def when(self) -> np.ndarray:
        """Sample of each frame relative to the utterance's audio."""
        return np.arange(len(self.frames)) * SAMPLES_PER_FRAME - LEAD

    def during(self, phone: Phone, before: float = 0.0, after: float = 0.0) -> np.ndarray:
        when = self.when()
        return (when >= phone.start - before * RATE) & (when <= phone.end + after * RATE)

    def labials(self) -> list[tuple[int, Phone]]:
        return [(i, p) for i, p in enumerate(self.said.phones) if poses(p.symbol)[0].constraint == "bilabial"]


def perform(said: Utterance, rig: Rig, *, mood: str = "neutral", seed: int = 0) -> Take:
    body = Body(rig, seed=seed)
    body.state("speaking", 0)
    body.speak(said.phones, said.pcm, LEAD, mood=mood)
    return Take(said, body.frames(2 * LEAD + len(said.pcm)), rig)


def takes(rig: Rig, *, speeds: Iterable[float] = SPEEDS, moods: Iterable[str] = tuple(MOODS)) -> list[Take]:
    """Every sentence of both languages at every speed, moods and seeds in turn."""
    moods = tuple(moods)
    out = []
    for speed in speeds:
        for language, texts in LANGUAGES.items():
            for i, text in enumerate(texts):
                said = utterance(text, language, speed=speed, seed=i)
                out.append(perform(said, rig, mood=moods[(i + len(out)) % len(moods)], seed=i))
    return out


def closures(take: Take) -> np.ndarray:
    """bool per bilabial: were the lips within 0.5 mm for two frames running around it (20 ms either side)?"""
    closed = take.gap <= CLOSED_MM
    pairs = closed & (np.append(closed[1:], False) | np.append(False, closed[:-1]))
    return np.array([bool((pairs & take.during(p, 0.02, 0.02)).any()) for _, p in take.labials()], bool)


def release_offsets(take: Take) -> np.ndarray:
    """ms by which the lips part (1 mm) after the burst of each stop between vowels; negative: the lips lead."""
    gap, when, out = take.gap, take.when(), []
    for i, phone in take.labials():
        burst = take.said.bursts.get(i)
        following = take.said.phones[i + 1] if i + 1 < len(take.said.phones) else None
        if burst is None or following is None or not poses(following.symbol)[0].opens:
            continue
        shut = np.flatnonzero((gap <= CLOSED_MM) & take.during(phone, 0.02, 0.02))
        open_ = np.flatnonzero((gap > 1.0) & (when <= following.end))
        open_ = open_[open_ > shut[-1]] if len(shut) else open_[:0]
        if len(open_):
            k = open_[0]
            part = (1.0 - gap[k - 1]) / (gap[k] - gap[k - 1])
            out.append((when[k - 1] + part * SAMPLES_PER_FRAME - burst) / RATE * 1000)
    return np.array(out)


def gap_speed(take: Take) -> np.ndarray:
    return np.abs(np.diff(take.gap)) * FPS


def weight_speed(frames: Frames) -> tuple[np.ndarray, np.ndarray]:
    """Largest speed per frame step of any shape but blinks, and of blinks, per second."""
    speed = np.abs(np.diff(frames.shapes.astype(np.float64), axis=0)) * FPS
    return speed[:, _OTHERS].max(axis=1), speed[:, _BLINKS].max(axis=1)


def violations(frames: Frames, rig: Rig) -> dict[str, int]:
    """Frames that break a rule of anatomy or of the wire."""
    s = frames.shapes.astype(np.float64)

    def both(a: str, b: str) -> int:
        return int(((s[:, INDEX[a]] > 1e-6) & (s[:, INDEX[b]] > 1e-6)).sum())

    opposite = [("In", "Out"), ("Up", "Down")]
    sides = [(f"eyeLook{a}{side}", f"eyeLook{b}{side}") for side in ("Left", "Right") for a, b in opposite]
    length = np.linalg.norm(frames.joints.astype(np.float64), axis=2)
    return {
        "not_finite": int((~np.isfinite(s)).any(axis=1).sum()),
        "out_of_range": int(((s < 0) | (s > rig.limits + 1e-6)).any(axis=1).sum()),
        "gaze_both_ways": sum(both(a, b) for a, b in sides),
        "close_beyond_jaw": int((s[:, CLOSE] > rig.close_limit(s[:, JAW]) + 1e-4).sum()),
        "lips_intersect": int((rig.lip_gap(s) < min(rig.rest_gap_mm, 0.0) - 1.0).sum()),
        "joints_not_unit": int((np.abs(length - 1.0) > 1e-4).any(axis=1).sum()),
    }


def features(take: Take, phone: Phone) -> np.ndarray:
    """What a lip-reader sees in the middle of a phone: articulators and whether the lips touch."""
    middle = (phone.start + phone.end) // 2
    k = int(np.abs(take.when() - middle).argmin())
    row = take.frames.shapes[k]
    parts = np.array([row[list(shapes)].mean() for shapes in PART_SHAPES])
    return np.append(parts, float(take.gap[k] <= CLOSED_MM))


def viseme_accuracy(known: list[Take], new: list[Take]) -> float:
    """Share of phones whose viseme is the nearest one, judged from the face alone.

    A viseme's pose is the mean face over `known`; distances are in units of the spread within visemes.
    """
    x, y = _samples(known)
    names = sorted(set(y))
    centres = np.array([x[y == name].mean(axis=0) for name in names])
    within = x - centres[np.searchsorted(names, y)]
    scale = np.linalg.inv(within.T @ within / len(x) + 1e-4 * np.eye(x.shape[1]))
    tests, truth = _samples(new)
    away = tests[:, None, :] - centres[None]
    nearest = np.einsum("nkf,fg,nkg->nk", away, scale, away).argmin(axis=1)
    return float((np.array(names)[nearest] == truth).mean())


def _samples(some: list[Take]) -> tuple[np.ndarray, np.ndarray]:
    rows, names = [], []
    for take in some:
        for phone in take.said.phones:
            viseme = poses(phone.symbol)[0].viseme
            if viseme and viseme != "rest" and len(poses(phone.symbol)) == 1:
                rows.append(features(take, phone))
                names.append(viseme)
    return np.array(rows), np.array(names)


def chunk_mismatch(rig: Rig, seed: int = 0) -> int:
    """Frames that differ when the same speech is made in one piece and in irregular pieces."""
    said = utterance(LANGUAGES["zh"][0], "zh")
    whole = perform(said, rig, seed=seed).frames
    body = Body(rig, seed=seed)
    body.state("speaking", 0)
    body.speak(said.phones, said.pcm, LEAD)
    rng, parts = np.random.default_rng(seed), []
    while body.cursor < 2 * LEAD + len(said.pcm):
        until = body.cursor + SAMPLES_PER_FRAME * int(rng.integers(1, 9))
        parts.append(body.frames(min(until, 2 * LEAD + len(said.pcm))))
    return max(_differing(getattr(whole, f), [getattr(p, f) for p in parts]) for f in FIELDS)


def _differing(whole: np.ndarray, parts: list[np.ndarray]) -> int:
    return int((whole != np.concatenate(parts)).reshape(len(whole), -1).any(axis=1).sum())


def run(rig: Rig | None = None) -> dict[str, Any]:
    """Measure every sentence at every speed and in every mood on `rig` (an ordinary ARKit head by default)."""
    rig = rig or Rig.generic()
    made = takes(rig)
    shut = np.concatenate([closures(take) for take in made])
    moved = [weight_speed(take.frames) for take in made]
    found: dict[str, int] = {}
    for take in made:
        for name, count in violations(take.frames, rig).items():
            found[name] = found.get(name, 0) + count
    plain = takes(rig, speeds=(1.0,), moods=("neutral",))
    digest = hashlib.sha256(b"".join(take.frames.shapes.tobytes() for take in made)).hexdigest()
    return {
        "rig": rig.name,
        "utterances": len(made),
        "bilabials": len(shut),
        "closure_rate": round(float(shut.mean()), 4),
        "lip_gap_speed_mm_s": spread(np.concatenate([gap_speed(take) for take in made])),
        "weight_speed_per_s": spread(np.concatenate([other for other, _ in moved])),
        "blink_speed_per_s": spread(np.concatenate([blink for _, blink in moved])),
        "release_offset_ms": spread(np.concatenate([release_offsets(take) for take in made])),
        "viseme_accuracy": round(viseme_accuracy(plain[::2], plain[1::2]), 4),
        "chunk_mismatch": chunk_mismatch(rig),
        "violations": sum(found.values()),
        "violations_by_rule": found,
        "frames_sha256": digest,
    }
