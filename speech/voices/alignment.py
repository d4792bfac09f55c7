"""Phones laid on what a voice tells about times, or on how the same words sound in a voice whose times are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from speech.types import OUTPUT_RATE

_HOP = 0.01  # s
_BANDS = 40
_SKIPPED, _OTHER = 0.7, 1.5  # costs of a phone or event left out, and of a pair that does not fit


def spread(
    phones: Sequence[str], events: Sequence[tuple[int, int]], meaning: Mapping[int, frozenset[str]], samples: int
) -> list[int]:
    """The sample at which each phone begins.

    `events` (sample, class), in order, are what the voice reported; `meaning` are the phones a class stands for. The
    two rows are aligned by edit distance; phones without an event share the time between their neighbours.
    """
    pairs = _aligned(phones, [number for _, number in events], meaning)
    known: dict[int, int] = {phone: events[event][0] for phone, event in pairs}
    end = max((at for at, _ in events), default=samples)
    places = sorted(known)
    xs = [-1, *places, len(phones)]
    first = known[places[0]] if places else 0
    ys = [max(0, first - 1), *(known[place] for place in places), max(end, known[places[-1]] if places else samples)]
    starts = np.interp(np.arange(len(phones)), xs, ys)
    return [int(start) for start in np.maximum.accumulate(np.clip(np.round(starts), 0, samples))]


def _aligned(
    phones: Sequence[str], classes: Sequence[int], meaning: Mapping[int, frozenset[str]]
) -> list[tuple[int, int]]:
    """(phone, event) pairs that fit, of the cheapest alignment."""
    n, m = len(phones), len(classes)
    cost = np.zeros((n + 1, m + 1))
    cost[:, 0] = np.arange(n + 1) * _SKIPPED
    cost[0, :] = np.arange(m + 1) * _SKIPPED
    fits = np.array([[phone in meaning.get(number, ()) for number in classes] for phone in phones], bool).reshape(n, m)
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            pair = cost[i - 1, j - 1] + (0.0 if fits[i - 1, j - 1] else _OTHER)
            cost[i, j] = min(pair, cost[i - 1, j] + _SKIPPED, cost[i, j - 1] + _SKIPPED)
    out, i, j = [], n, m
    while i and j:
        if fits[i - 1, j - 1] and cost[i, j] == cost[i - 1, j - 1]:
            i, j = i - 1, j - 1
            out.append((i, j))
        elif cost[i, j] == cost[i - 1, j] + _SKIPPED:
            i -= 1
        elif cost[i, j] == cost[i, j - 1] + _SKIPPED:
            j -= 1
        else:
            i, j = i - 1, j - 1
    return out[::-1]


def transferred(
    spans: Sequence[tuple[int, int]], reference: np.ndarray, pcm: np.ndarray, rate: int = OUTPUT_RATE
) -> list[tuple[int, int]]:
    """The spans (samples) that `spans` of `reference` have in `pcm`, the same words in another voice.

    Both float32 mono at `rate`. Dynamic time warping (Sakoe & Chiba 1978) of log-mel spectra, each freed of its
    speaker's mean and level.
    """
    path = _warped(_features(reference, rate), _features(pcm, rate)) * int(_HOP * rate)
    edges = np.array([edge for span in spans for edge in span], float)
    moved = np.interp(edges, path[:, 0], path[:, 1])
    steps = np.maximum.accumulate(np.clip(np.round(moved), 0, len(pcm))).astype(int)
    return [(int(a), int(b)) for a, b in steps.reshape(-1, 2)]


def _features(audio: np.ndarray, rate: int) -> np.ndarray:
    """[frames, 2 · bands]: log-mel, 10 ms apart, each band centred and scaled, and how it changes."""
    window, hop = int(0.03 * rate), int(_HOP * rate)
    padded = np.pad(audio.astype(np.float64), (window // 2, window))
    starts = np.arange(0, len(audio), hop)
    frames = padded[starts[:, None] + np.arange(window)] * np.hanning(window)
    power = np.abs(np.fft.rfft(frames, 1024, axis=1)) ** 2
    mel = np.log(power @ _mel(rate).T + 1e-4)
    mel = (mel - mel.mean(axis=0)) / (mel.std(axis=0) + 1e-3)
    change = np.gradient(mel, axis=0) if len(mel) > 1 else np.zeros_like(mel)
    return np.hstack((mel, 2 * change))


@lru_cache(2)
def _mel(rate: int) -> np.ndarray:
    """[bands, 513] triangles, evenly apart in mel from 80 Hz to 7.6 kHz."""
    hertz = np.fft.rfftfreq(1024, 1 / rate)
    low, high = 2595 * np.log10(1 + np.array([80, 7600]) / 700)
    centres = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    left, middle, right = centres[:-2, None], centres[1:-1, None], centres[2:, None]
    return np.clip(np.minimum((hertz - left) / (middle - left), (right - hertz) / (right - middle)), 0, None)


def _warped(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """[steps, 2]: frames of `a` and of `b` that belong together, from the first to the last of both."""
    cost = np.sqrt(np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T, 0))
    total = np.empty_like(cost)
    total[0] = np.cumsum(cost[0])
    for i in range(1, len(a)):
        above = np.minimum(total[i - 1], np.concatenate(([np.inf], total[i - 1, :-1])))
        along = np.cumsum(cost[i])  # a row is a scan: the least of coming from above at any place before
        total[i] = along + np.minimum.accumulate(above - np.concatenate(([0.0], along[:-1])))
    i, j = len(a) - 1, len(b) - 1
    path = [(i, j)]
    while i or j:
        steps = [(i - 1, j - 1)] * (i > 0 and j > 0) + [(i - 1, j)] * (i > 0) + [(i, j - 1)] * (j > 0)
        i, j = min(steps, key=lambda step: total[step])
        path.append((i, j))
    return np.array(path[::-1], float)
