"""T3, T10: do the lips part when the sound says so?"""

from __future__ import annotations

import numpy as np

from animation.loudness import Loudness
from animation.types import RATE, SAMPLES_PER_FRAME, Phone
from animation.visemes import poses
from bench.lipsync.closure import CLOSED_MM
from bench.lipsync.takes import Take, speeds_of

OPEN_MM = 1.0
EXTREMUM_MM_S = 15.0  # an opening slower than this is no event


def release_offsets(take: Take) -> np.ndarray:
    """ms by which the lips part (1 mm) after the burst of each stop before a vowel; negative: the lips lead.

    Modelled speech knows its bursts. In recorded speech a burst is the steepest rise of the level above 2 kHz between
    the middle of the stop and 30 ms after it: another detector than the animator's.
    """
    out = []
    for i, phone in take.constrained("bilabial"):
        following = take.said.phones[i + 1] if i + 1 < len(take.said.phones) else None
        burst = take.said.bursts.get(i) if take.said.bursts else _burst(take.said.pcm, phone)
        if burst is None or following is None or not poses(following.symbol)[0].opens or phone.symbol in "mM":
            continue
        parted = _parted(take, phone, following)
        if parted is not None:
            out.append((parted - burst) / RATE * 1000.0)
    return np.array(out)


def _parted(take: Take, phone: Phone, following: Phone) -> float | None:
    """Sample at which the lips of a closure are 1 mm apart again."""
    gap = take.gap
    shut = np.flatnonzero((gap <= CLOSED_MM) & take.during(phone, 0.02, 0.02))
    if not len(shut):
        return None
    open_ = np.flatnonzero((gap > OPEN_MM) & (take.when <= following.end))
    open_ = open_[open_ > shut[-1]]
    if not len(open_):
        return None
    k = int(open_[0])
    return float(take.when[k - 1] + (OPEN_MM - gap[k - 1]) / (gap[k] - gap[k - 1]) * SAMPLES_PER_FRAME)


def _burst(pcm: np.ndarray, phone: Phone) -> int | None:
    start, end = (phone.start + phone.end) // 2, phone.end + 3 * RATE // 100
    piece = pcm[max(start - RATE // 50, 0) : end + RATE // 50].astype(np.float64)
    if len(piece) < RATE // 25:
        return None
    spectrum = np.fft.rfft(piece)
    spectrum[np.fft.rfftfreq(len(piece), 1 / RATE) < 2_000] = 0.0
    high = np.clip(np.fft.irfft(spectrum, len(piece)), -32_768, 32_767).astype(np.int16)
    found = Loudness(high).burst(RATE // 50, len(high) - RATE // 50)
    return None if found is None else max(start - RATE // 50, 0) + found


def opening_misalignment(take: Take) -> np.ndarray:
    """ms between the start of each open vowel after a bilabial or a sibilant, and the moment the lips part fastest for
    it: events and peaks are matched in order, at least cost (as in dynamic time warping). After f and v it is the lower
    lip that leaves the teeth; the lips have been apart all along, so there is no such moment."""
    phones = take.said.phones
    events = [
        b.start
        for a, b in zip(phones, phones[1:], strict=False)
        if poses(a.symbol)[0].constraint in ("bilabial", "sibilant")
        and poses(b.symbol)[0].opens
        and poses(b.symbol)[0].targets[0] >= 0.2
    ]
    speed = np.diff(take.gap) * RATE / SAMPLES_PER_FRAME
    inner = (speed[1:-1] > speed[:-2]) & (speed[1:-1] >= speed[2:]) & (speed[1:-1] > EXTREMUM_MM_S)
    peaks = take.when[np.flatnonzero(inner) + 1] + SAMPLES_PER_FRAME // 2
    if not events or not len(peaks):
        return np.zeros(0)
    return _matched(np.array(events, float), peaks.astype(float)) / RATE * 1000.0


def _matched(events: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """Signed peak - event for each event, peaks used in order and at most once."""
    cost = np.abs(peaks[None] - events[:, None])
    best, pick = np.full((len(events) + 1, len(peaks) + 1), np.inf), {}
    best[0] = 0.0
    for i in range(1, len(events) + 1):
        for j in range(i, len(peaks) + 1):
            take_, skip = best[i - 1, j - 1] + cost[i - 1, j - 1], best[i, j - 1]
            best[i, j], pick[i, j] = (take_, True) if take_ <= skip else (skip, False)
    out, i, j = [], len(events), len(peaks)
    while i and j:
        if pick.get((i, j)):
            out.append(peaks[j - 1] - events[i - 1])
            i -= 1
        j -= 1
    return np.array(out[::-1])


def gap_speed(take: Take) -> np.ndarray:
    """mm/s [n - 1]."""
    return speeds_of(take.gap)
