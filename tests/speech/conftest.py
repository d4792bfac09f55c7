"""Speech for tests: synthesised in voices no persona has, and noises a hall is full of."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
from hall import hall_noise  # noqa: E402


@pytest.fixture(scope="session")
def spoken() -> Callable[[str, str], np.ndarray]:
    """`spoken(text, language)`: float32 at 16 kHz."""
    from bench.speaker import Speaker
    from speech.audio import resample, to_float
    from speech.types import INPUT_RATE, OUTPUT_RATE

    def speak(text: str, language: str) -> np.ndarray:
        speaker = Speaker()
        speaker.prepare([(text, language)])
        return resample(to_float(speaker.speak(text, language)), OUTPUT_RATE, INPUT_RATE)

    return speak


def cough(seed: int = 2) -> np.ndarray:
    """Two bursts of shaped noise, 0.15 s and 0.2 s, as a throat makes them."""
    rng = np.random.default_rng(seed)
    bursts = []
    for seconds in (0.15, 0.2):
        n = int(seconds * 16_000)
        envelope = np.minimum(1, np.arange(n) / 300) * np.exp(-np.arange(n) / (n / 4))
        noise = np.convolve(rng.normal(size=n), np.ones(6) / 6, "same")
        bursts += [0.6 * envelope * noise / np.abs(noise).max(), np.zeros(int(0.12 * 16_000))]
    return np.concatenate(bursts).astype(np.float32)


@pytest.fixture
def noises() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    taps = np.zeros(64_000, np.float32)
    taps[::8000] = 0.5
    return {
        "silence": np.zeros(64_000, np.float32),
        "hiss": (0.02 * rng.normal(size=64_000)).astype(np.float32),
        "hall": hall_noise(64_000),
        "hum": (0.1 * np.sin(2 * np.pi * 100 * np.arange(64_000) / 16_000)).astype(np.float32),
        "taps": taps,
        "cough": np.concatenate([np.zeros(16_000, np.float32), cough(), np.zeros(32_000, np.float32)]),
    }
