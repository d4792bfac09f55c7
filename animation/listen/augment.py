"""Other voices, rooms and microphones made of one recording, so that the network hears through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from animation.types import RATE, Phone

EDGE = RATE // 2  # samples of silence put before and after


def stretch(rng: np.random.Generator) -> float:
    """How much longer a throat is, for `resized`."""
    return float(np.exp(rng.uniform(-0.17, 0.17))) if rng.random() < 0.7 else 1.0


def varied(spoken: np.ndarray, rng: np.random.Generator, others: Sequence[np.ndarray]) -> np.ndarray:
    """int16 as some microphone hears what was spoken. Each change is made about every other time. `others` are
    recordings to hear in the background."""
    heard = spoken / 32_768.0
    if rng.random() < 0.4:
        heard = reverberated(heard, rng)
    if rng.random() < 0.6:
        heard = coloured(heard, rng)
    if rng.random() < 0.6:
        heard = heard + noise(len(heard), rng, others) * np.sqrt(np.mean(heard**2)) * 10 ** (-rng.uniform(3, 35) / 20)
    if rng.random() < 0.08:
        heard = telephoned(heard)
    gain = 10 ** (rng.uniform(-18, 8) / 20)
    peak = np.abs(heard).max(initial=1e-6)
    heard = heard * min(gain, 1.2 / peak)  # a little clipping happens
    return (np.clip(heard, -1, 1) * 32_767).astype(np.int16)


def plain(pcm: np.ndarray, phones: Sequence[Phone]) -> tuple[np.ndarray, tuple[Phone, ...]]:
    """As it is, with silence around it."""
    return resized(pcm, phones, 1.0)


def resized(pcm: np.ndarray, phones: Sequence[Phone], factor: float) -> tuple[np.ndarray, tuple[Phone, ...]]:
    """Played slower by `factor`: a longer throat, a lower voice. Phones move with it."""
    edge = np.zeros(EDGE, np.int16)
    if factor != 1.0:
        import soxr

        pcm = soxr.resample(pcm.astype(np.float32), RATE, RATE * factor, quality="MQ")
        pcm = np.clip(pcm, -32_768, 32_767).astype(np.int16)
    moved = (replace(p, start=EDGE + round(p.start * factor), end=EDGE + round(p.end * factor)) for p in phones)
    return np.concatenate([edge, pcm, edge]), tuple(moved)


def reverberated(audio: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A room: noise that dies away by 60 dB in 0.15 to 0.6 s, under the direct sound."""
    seconds = rng.uniform(0.15, 0.6)
    t = np.arange(int(seconds * RATE)) / RATE
    tail = rng.normal(size=len(t)) * 10 ** (-3 * t / seconds)
    tail[: int(rng.uniform(0.002, 0.012) * RATE)] = 0.0
    tail *= 10 ** (-rng.uniform(0, 12) / 20) / np.sqrt((tail**2).sum())
    tail[0] = 1.0
    n = _fast(len(audio) + len(tail))
    return np.fft.irfft(np.fft.rfft(audio, n) * np.fft.rfft(tail, n), n)[: len(audio)]


def coloured(audio: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A microphone: a tilt, a bump, and now and then a narrow band."""
    n = _fast(len(audio))
    spectrum = np.fft.rfft(audio, n)
    hertz = np.maximum(np.fft.rfftfreq(n, 1 / RATE), 20.0)
    octaves = np.log2(hertz / 1000.0)
    db = rng.uniform(-3, 3) * octaves
    db += rng.uniform(-8, 8) * np.exp(-0.5 * ((octaves - rng.uniform(-2.5, 2.5)) / rng.uniform(0.3, 1.0)) ** 2)
    if rng.random() < 0.3:
        low, high = rng.uniform(60, 320), rng.uniform(3_300, 7_000)
        db -= 24.0 * (np.maximum(np.log2(low / hertz), 0) + np.maximum(np.log2(hertz / high), 0))
    return np.fft.irfft(spectrum * 10 ** (np.clip(db, -60, 18) / 20), n)[: len(audio)]


def telephoned(audio: np.ndarray) -> np.ndarray:
    """300–3400 Hz and eight bits a sample, companded as in ITU-T G.711 (µ-law)."""
    n = _fast(len(audio))
    hertz = np.fft.rfftfreq(n, 1 / RATE)
    audio = np.fft.irfft(np.fft.rfft(audio, n) * ((hertz > 300) & (hertz < 3_400)), n)[: len(audio)]
    peak = max(float(np.abs(audio).max(initial=0.0)), 1e-6)
    bent = np.round(np.sign(audio) * np.log1p(255 * np.abs(audio) / peak) / np.log(256) * 127) / 127
    return np.sign(bent) * (256 ** np.abs(bent) - 1) / 255 * peak


def noise(samples: int, rng: np.random.Generator, others: Sequence[np.ndarray]) -> np.ndarray:
    """Float [samples] of RMS 1: hiss and hum of any colour, or people talking."""
    if others and rng.random() < 0.35:
        made = np.zeros(samples)
        for k in rng.integers(0, len(others), 4):
            made += np.resize(np.roll(others[k], int(rng.integers(RATE))), samples)
    else:
        n = _fast(samples)
        hertz = np.maximum(np.fft.rfftfreq(n, 1 / RATE), 30.0)
        shape = (hertz / 1000.0) ** -rng.uniform(0.0, 1.2)
        phases = np.exp(2j * np.pi * rng.random(len(hertz)))
        made = np.fft.irfft(shape * phases * rng.rayleigh(size=len(hertz)), n)[:samples]
    return made / max(float(np.sqrt(np.mean(made**2))), 1e-9)


def _fast(samples: int) -> int:
    """A length that transforms quickly, a prime may take a hundred times as long."""
    return 1 << (samples - 1).bit_length()
