"""How well the mouth follows a voice whose phones nobody knows (animation/listen), against the text-driven mouth.

Speech is Kokoro's (bench/corpus.py): held-out sentences by known voices and by held-out voices. The truth is what the
text-driven path makes of the same audio with its exact phones. Every figure is also given for two rivals: a jaw moved
by loudness alone, and phones spread over each stretch of voice by their usual length, as if only the text were known.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from animation.coarticulation import Wish, wish
from animation.listen.align import aligned
from animation.listen.augment import noise, plain, reverberated
from animation.listen.ears import BEFORE, Ears
from animation.listen.features import Features
from animation.listen.stream import Listener, Net
from animation.mouth import Mouth, heard
from animation.rig import Rig
from animation.types import FPS, RATE, SAMPLES_PER_FRAME, SHAPES, Phone
from animation.visemes import PART, PART_SHAPES, PARTS, is_silence, poses
from bench.corpus import Spoken, spoken, tasks

CLOSED_MM = 0.5
NEAR = RATE * 40 // 1000  # samples around a bilabial in which its closure counts
COMPARED = ("jawOpen", "mouthFunnel", "mouthPucker", "mouthStretch", "mouthDimple", "tongueOut")
_MAX_LAG = 9  # frames
Method = Callable[[np.ndarray, Sequence[Phone], int], Wish]


@dataclass(frozen=True)
class Shown:
    """The mouth of one utterance on a rig: shapes [n, 52], lip gap [n] in mm, presence [n]; frame 0 is sample 0."""

    shapes: np.ndarray
    gap: np.ndarray
    presence: np.ndarray


def show(wanted: Wish, rig: Rig) -> Shown:
    """What the rig shows of a wish from frame 0 on."""
    mouth, n = Mouth(rig), len(wanted.parts)
    still = Wish(*(np.concatenate([np.zeros((BEFORE, *a.shape[1:])), a]) for a in _arrays(wanted)))
    mouth.follow(-BEFORE, still, BEFORE, 0)
    face = np.zeros((n, len(SHAPES)))
    presence = mouth.apply(face, 0, n)
    return Shown(face, rig.lip_gap(face), presence)


def _arrays(wanted: Wish) -> tuple[np.ndarray, ...]:
    return wanted.parts, wanted.closure, wanted.teeth, wanted.sibilant, wanted.presence


def listened(pcm: np.ndarray, phones: Sequence[Phone], n: int, net: Net | None = None) -> Wish:
    """The ears as a body uses them, with the shipped network or another."""
    ears = Ears(net)
    said, after = ears.hear(pcm, 0), ears.rest()
    lead = -said.first  # rows before frame 0
    rows = [
        np.concatenate([a[lead:], b[BEFORE:]])[:n] for a, b in zip(_arrays(said.wish), _arrays(after.wish), strict=True)
    ]
    return Wish(*rows)


def told(pcm: np.ndarray, phones: Sequence[Phone], n: int) -> Wish:
    """The truth: phones with exact times."""
    return wish(heard([p for p in phones if p.end > p.start and not is_silence(p.symbol)], pcm, 0), 0, n)


def spread_out(phones: Sequence[Phone]) -> list[Phone]:
    """The phones without their times: spread over each stretch of voice by their usual length."""
    out: list[Phone] = []
    stretch: list[Phone] = []
    for phone in [*phones, None]:
        if phone is not None and not is_silence(phone.symbol):
            stretch.append(phone)
            continue
        if stretch:
            weights = np.cumsum([0.0] + [1.6 if poses(p.symbol)[0].opens else 1.0 for p in stretch])
            edges = stretch[0].start + weights / weights[-1] * (stretch[-1].end - stretch[0].start)
            ends = zip(stretch, edges, edges[1:], strict=False)
            out += [Phone(p.symbol, int(a), int(b), p.stress, p.tone) for p, a, b in ends]
            stretch = []
        if phone is not None:
            out.append(phone)
    return out


def guessed(pcm: np.ndarray, phones: Sequence[Phone], n: int) -> Wish:
    """As if only the text were known."""
    return told(pcm, spread_out(phones), n)


def text_and_ear(pcm: np.ndarray, phones: Sequence[Phone], n: int, net: Net | None = None) -> Wish:
    """The text known, its phones laid where the ears hear them."""
    return told(pcm, aligned(spread_out(phones), pcm, net), n)


def loudness_only(pcm: np.ndarray, phones: Sequence[Phone], n: int) -> Wish:
    """The jaw by how loud it is, eased over 50 ms: what most avatars do. Scaled to open as far as the truth does."""
    features = Features()
    _, loudness, _ = features.push(np.concatenate([pcm, np.zeros(n * SAMPLES_PER_FRAME - len(pcm) + 400, np.int16)]))
    open_ = np.clip((loudness[:n] - features.level_db + 20.0) / 22.0, 0.0, 1.3)
    open_ = np.convolve(open_, [0.25, 0.5, 0.25], "same")
    parts = np.zeros((n, len(PARTS)))
    parts[:, PART["jawOpen"]] = 0.24 * open_
    still = np.zeros(n)
    return Wish(parts, still, still, still, np.minimum(open_ * 4.0, 1.0))


RIVALS: dict[str, Method] = {"guessed_times": guessed, "loudness_only": loudness_only}


@dataclass(frozen=True)
class Case:
    """One utterance heard and shown, beside the truth."""

    phones: tuple[Phone, ...]
    truth: Shown
    shown: Shown

    def frames(self, start: int, end: int) -> slice:
        """Frames that stand within samples [start, end]."""
        return slice(max(0, -(-start // SAMPLES_PER_FRAME)), end // SAMPLES_PER_FRAME + 1)


def case(said: Spoken, method: Method, rig: Rig, worsen: Callable[[np.ndarray], np.ndarray] | None = None) -> Case:
    pcm, phones = plain(said.pcm, said.phones)
    n = len(pcm) // SAMPLES_PER_FRAME
    return Case(phones, show(told(pcm, phones, n), rig), show(method(worsen(pcm) if worsen else pcm, phones, n), rig))


def noisy(pcm: np.ndarray) -> np.ndarray:
    """15 dB above a coloured noise, in a room, 10 dB softer."""
    rng = np.random.default_rng(len(pcm))
    audio = reverberated(pcm / 32_768.0, rng)
    audio += noise(len(audio), rng, []) * np.sqrt(np.mean(audio**2)) * 10 ** (-15 / 20)
    return np.clip(audio * 0.32 * 32_768.0, -32_768, 32_767).astype(np.int16)


def measures(cases: Sequence[Case]) -> dict[str, Any]:
    """All figures of one method on some utterances."""
    recall = [_closes(c.shown, c, p) for c in cases for p in _of(c, "bilabial")]
    right = [hit for c in cases for hit in _closures_right(c)]
    open_ = [(c, p) for c in cases for p in c.phones if poses(p.symbol)[0].opens and not _shut_in(c.truth, c, p)]
    offsets = [offset for c in cases for offset in _offsets(c)]
    truth, shown = (np.concatenate([getattr(c, side).gap for c in cases]) for side in ("truth", "shown"))
    out: dict[str, Any] = {
        "gap_correlation": _r(truth, shown),
        "gap_error_mm": round(float(np.sqrt(np.mean((truth - shown) ** 2))), 2),
        "gap_lag_ms": _lag(cases),
        "closure_recall": _share(recall),
        "closure_precision": _share(right),
        "vowels_shut": _share([_shut_in(c.shown, c, p) for c, p in open_]),
        "closure_offset_ms": {
            "median": round(float(np.median(offsets)), 1) if offsets else None,
            "p90_abs": round(float(np.percentile(np.abs(offsets), 90)), 1) if offsets else None,
        },
        "gap_speed_mm_s_p99": round(
            float(np.percentile(np.concatenate([np.abs(np.diff(c.shown.gap)) for c in cases]) * FPS, 99)), 0
        ),
        "weight_speed_max": round(max(float(np.abs(np.diff(c.shown.shapes, axis=0)).max()) for c in cases) * FPS, 1),
    }
    for name in COMPARED:
        shape = PART_SHAPES[PART[name]][0]
        pairs = [np.concatenate([getattr(c, side).shapes[:, shape] for c in cases]) for side in ("truth", "shown")]
        out[name] = {"r": _r(*pairs), "rmse": round(float(np.sqrt(np.mean((pairs[0] - pairs[1]) ** 2))), 3)}
    return out


def _of(c: Case, constraint: str) -> list[Phone]:
    return [p for p in c.phones if p.end > p.start and poses(p.symbol)[0].constraint == constraint]


def _closes(shown: Shown, c: Case, phone: Phone) -> bool:
    return bool((shown.gap[c.frames(phone.start - NEAR, phone.end + NEAR)] <= CLOSED_MM).any())


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


def _offsets(c: Case) -> list[float]:
    """ms by which the middle of each closure comes after the truth's."""
    out = []
    for phone in _of(c, "bilabial"):
        window = c.frames(phone.start - 2 * NEAR, phone.end + 2 * NEAR)
        middles = [np.flatnonzero(s.gap[window] <= CLOSED_MM) for s in (c.truth, c.shown)]
        if len(middles[0]) and len(middles[1]):
            out.append((middles[1].mean() - middles[0].mean()) * 1000 / FPS)
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


def card(network: Path) -> dict[str, dict[str, float]]:
    """The figures a network is shipped with: lip gap and closures on each kind of held-out speech."""
    held, ours = list(spoken([t for t in tasks() if t.split != "train"])), partial(listened, net=Net(network))
    out = {}
    for split, language in sorted({(s.task.split, s.task.language) for s in held}):
        some = [s for s in held if (s.task.split, s.task.language) == (split, language)]
        found = measures([case(s, ours, Rig.generic()) for s in some])
        names = ("gap_correlation", "closure_recall", "closure_precision")
        out[f"new_{split}_{language}"] = {name: found[name] for name in names}
    return out


def cost(said: Sequence[Spoken], net: Net) -> dict[str, Any]:
    """Seconds of one thread for a second of audio, pushed in 20 ms pieces, and what is waited for."""
    listener = Listener(0, net)
    pcm = np.concatenate([s.pcm for s in said])[: 30 * RATE]
    start = time.thread_time()
    for at in range(0, len(pcm), RATE // 50):
        listener.push(pcm[at : at + RATE // 50])
    spent = time.thread_time() - start
    look = (listener.net.delay + 1) * SAMPLES_PER_FRAME / RATE * 1000
    return {"cpu_per_second": round(spent / (len(pcm) / RATE), 4), "look_ahead_ms": look}


def envelope(path: Path, net: Net) -> float:
    """Correlation of the lip gap with the loudness of a recording, both between 2 and 7 Hz (Chandrasekaran 2009)."""
    from speech.audio import read_wav, to_int16

    pcm, _ = plain(to_int16(read_wav(path, rate=RATE)), [])
    n = len(pcm) // SAMPLES_PER_FRAME
    shown = show(listened(pcm, [], n, net), Rig.generic())
    loud = np.sqrt(np.mean(pcm[: n * SAMPLES_PER_FRAME].reshape(n, -1).astype(np.float64) ** 2, axis=1))
    return _r(_band(shown.gap), _band(loud))


def _band(x: np.ndarray, low: float = 2.0, high: float = 7.0) -> np.ndarray:
    spectrum, hertz = np.fft.rfft(x - x.mean()), np.fft.rfftfreq(len(x), 1 / FPS)
    return np.fft.irfft(spectrum * ((hertz >= low) & (hertz <= high)), len(x))


def run(
    rig: Rig | None = None, *, network: Path | None = None, recordings: Path | None = None, make: bool = True
) -> dict[str, Any]:
    """Every method on every kind of held-out speech. `network`: an .onnx file instead of the shipped one. `recordings`:
    a folder of wav files to check the envelope on."""
    rig, net = rig or Rig.generic(), Net(network) if network else Net.shipped()
    ours = partial(listened, net=net)
    methods: dict[str, Method] = {"told": told, "listen": ours, "text_and_ear": partial(text_and_ear, net=net)} | RIVALS
    held = list(spoken([t for t in tasks() if t.split != "train"], make=make))
    out: dict[str, Any] = {"rig": rig.name, **cost(held, net)}
    for split, kind in (("text", "new_sentences"), ("voice", "new_voices")):
        for language in ("zh", "en"):
            some = [s for s in held if s.task.split == split and s.task.language == language]
            if not some:
                continue
            found = {name: measures([case(s, method, rig) for s in some]) for name, method in methods.items()}
            found["listen_in_noise"] = measures([case(s, ours, rig, noisy) for s in some])
            out[f"{kind}_{language}"] = {"utterances": len(some)} | found
    if recordings:
        each = {path.stem: envelope(path, net) for path in sorted(recordings.glob("*.wav"))}
        out["envelope_r"] = {"median": round(float(np.median(list(each.values()))), 3)} | each
    return out
