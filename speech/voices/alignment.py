"""Phones laid on what a voice tells about times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

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
