"""What is heard beside speech, made anew and always the same: babble, rooms, machines, clatter, coughs, music."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from speech.types import INPUT_RATE

TALKERS = 6  # of a babble: more are a hum, fewer can be understood


def babble(audio: np.ndarray, others: Sequence[np.ndarray], snr_db: float, seed: int) -> np.ndarray:
    """`audio` before a crowd of `TALKERS` of `others`, each as loud as the next. float32 at any rate."""
    rng = np.random.default_rng(seed)
    crowd = np.zeros(len(audio))
    for index in rng.choice(len(others), min(TALKERS, len(others)), replace=False):
        other = others[index]
        talk = np.roll(np.resize(other, max(len(audio), len(other))), rng.integers(len(other)))[: len(audio)]
        crowd += talk / np.sqrt(np.mean(other**2))
    return mixed(audio, crowd, snr_db)


def mixed(audio: np.ndarray, noise: np.ndarray, snr_db: float) -> np.ndarray:
    """Speech and noise at a ratio of their powers."""
    gain = np.sqrt(np.mean(audio**2) / max(np.mean(noise**2), 1e-12)) / 10 ** (snr_db / 20)
    return np.clip(audio + gain * noise, -1, 1).astype(np.float32)


def far(audio: np.ndarray, seed: int) -> np.ndarray:
    """In a room with a reverberation time of 0.5 s, the direct sound 3 dB above the rest."""
    rng = np.random.default_rng(seed)
    n = INPUT_RATE // 2
    tail = rng.normal(size=n) * 10 ** (-3 * np.arange(n) / n)
    tail *= 10 ** (-3 / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    size = len(audio) + n
    wet = np.fft.irfft(np.fft.rfft(audio, size) * np.fft.rfft(tail, size), size)[: len(audio)]
    return (wet * np.abs(audio).max() / np.abs(wet).max()).astype(np.float32)


def noises(seconds: float) -> dict[str, np.ndarray]:
    """So many seconds of each kind, float32 at INPUT_RATE."""
    n = int(seconds * INPUT_RATE)
    made = {"hiss": _hiss(n), "hall": _hall(n), "hum": _hum(n), "clatter": _clatter(n)}
    made |= {"coughs": _coughs(n), "music": _music(n), "song": _song(n)}
    return {name: np.clip(audio, -1, 1).astype(np.float32) for name, audio in made.items()}


def _hiss(n: int) -> np.ndarray:
    return 0.05 * np.random.default_rng(0).normal(size=n)


def _hall(n: int) -> np.ndarray:
    """Power falls with frequency, as in a hall full of people and machines."""
    spectrum = np.fft.rfft(np.random.default_rng(1).normal(size=n))
    pink = np.fft.irfft(spectrum / np.sqrt(np.arange(1, len(spectrum) + 1)), n)
    return 0.05 * pink / pink.std()


def _hum(n: int) -> np.ndarray:
    t = np.arange(n) / INPUT_RATE
    return 0.1 * np.sin(2 * np.pi * 50 * t) + 0.05 * np.sin(2 * np.pi * 150 * t)


def _clatter(n: int) -> np.ndarray:
    t = np.arange(n) / INPUT_RATE
    return 0.6 * np.random.default_rng(2).normal(size=n) * np.clip(np.sin(2 * np.pi * 0.7 * t), 0, 1) ** 40


def _coughs(n: int) -> np.ndarray:
    """Twos and threes of bursts every few seconds: noise through the resonances of an open throat."""
    rng = np.random.default_rng(3)
    out = np.zeros(n)
    at = INPUT_RATE // 2
    while at < n:
        for _ in range(rng.integers(2, 4)):
            size = int(rng.uniform(0.12, 0.28) * INPUT_RATE)
            envelope = np.minimum(1, np.arange(size) / 250) * np.exp(-np.arange(size) / (size / 4))
            burst = sum(_resonance(rng.normal(size=size), f) for f in (rng.uniform(500, 800), rng.uniform(1200, 1900)))
            voiced = 0.3 * np.sin(2 * np.pi * np.cumsum(np.linspace(260, 140, size)) / INPUT_RATE)
            piece = envelope * (burst / np.abs(burst).max() + voiced)
            out[at : at + size] += rng.uniform(0.2, 0.6) * piece[: max(0, n - at)]
            at += size + int(rng.uniform(0.08, 0.2) * INPUT_RATE)
        at += int(rng.uniform(1.5, 4.0) * INPUT_RATE)
    return out


def _resonance(noise: np.ndarray, hertz: float, width: float = 250.0) -> np.ndarray:
    frequencies = np.fft.rfftfreq(len(noise), 1 / INPUT_RATE)
    return np.fft.irfft(np.fft.rfft(noise) / (1 + ((frequencies - hertz) / width) ** 2), len(noise))


def _music(n: int) -> np.ndarray:
    """Chords that are plucked, a bass and a drum: what plays in a lobby."""
    rng = np.random.default_rng(4)
    chords = [(0, 4, 7), (-3, 0, 4), (-7, -3, 0), (-5, -1, 2)]
    beat = INPUT_RATE // 2
    out = np.zeros(n + 4 * beat)
    for k, at in enumerate(range(0, n, beat)):
        chord = chords[k // 4 % 4]
        for note in (*chord, chord[0] - 12, chord[rng.integers(3)] + 12):
            start = at + rng.integers(beat // 2)
            out[start : start + 2 * beat] += 0.05 * _note(220 * 2 ** (note / 12), 2 * beat, decay=4.0)
        out[at : at + beat // 4] += 0.1 * rng.normal(size=beat // 4) * np.exp(-np.arange(beat // 4) / 400)
    return out[:n]


def _song(n: int) -> np.ndarray:
    """A voice-like melody on ah, with vibrato and no words."""
    rng = np.random.default_rng(5)
    beat = INPUT_RATE * 2 // 5
    out = np.zeros(n + 4 * beat)
    at = 0
    while at < n:
        size = beat * int(rng.integers(1, 4))
        note = 220 * 2 ** (rng.choice([0, 2, 4, 7, 9, 12]) / 12)
        vibrato = 1 + 0.01 * np.sin(2 * np.pi * 5.5 * np.arange(size) / INPUT_RATE)
        tone = _note(note, size, decay=0.3, bend=vibrato)
        edge = np.minimum(1, np.minimum(np.arange(size), np.arange(size)[::-1]) / 800)
        out[at : at + size] += 0.1 * edge * (_resonance(tone, 750) + 0.7 * _resonance(tone, 1200))
        at += size
    return out[:n]


def _note(hertz: float, size: int, *, decay: float, bend: np.ndarray | float = 1.0) -> np.ndarray:
    phase = 2 * np.pi * np.cumsum(hertz * bend * np.ones(size)) / INPUT_RATE
    tone = sum(np.sin(k * phase) / k for k in range(1, 9))
    return tone * np.exp(-decay * np.arange(size) / INPUT_RATE)
