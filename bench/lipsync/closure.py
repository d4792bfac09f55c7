"""T1, T2: do the lips close on every b p m, and for a natural while?"""

from __future__ import annotations

import numpy as np

from animation.types import FPS, Phone
from bench.lipsync.takes import Take

CLOSED_MM = 0.5
LONGEST_MS = 140.0


def closed(take: Take, phone: Phone, every: int = 1) -> bool:
    """Lips within CLOSED_MM for two frames running, 20 ms either side of the phone; of every `every`-th frame."""
    shut = (take.gap <= CLOSED_MM)[::every]
    pairs = shut & (np.append(shut[1:], False) | np.append(False, shut[:-1]))
    return bool((pairs & take.during(phone, 0.02, 0.02)[::every]).any())


def closures(take: Take) -> np.ndarray:
    """bool per bilabial."""
    return np.array([closed(take, phone) for _, phone in take.constrained("bilabial")], bool)


def missed(take: Take) -> list[str]:
    """Each bilabial whose lips do not close, as a person finds it again: where, among which phones, by how much."""
    out, phones = [], take.said.phones
    for i, phone in take.constrained("bilabial"):
        if not closed(take, phone):
            near = [p.symbol if p is not phone else f"[{p.symbol}]" for p in phones[max(i - 3, 0) : i + 4]]
            least = np.sort(take.gap[take.during(phone, 0.02, 0.02)])[:2].max()
            where = f"{take.language} {take.seed} {take.speed:g}x {take.mood}"
            out.append(f"{where}: {' '.join(near)}, {least:.2f} mm for two frames")
    return out


def touched(take: Take) -> np.ndarray:
    """bool per bilabial: the lips meet (CLOSED_MM) on at least one frame of a client that shows 30 a second."""
    shut = take.gap <= CLOSED_MM
    return np.array(
        [
            bool((shut & take.during(p, 0.02, 0.02))[k::2].any())
            for _, p in take.constrained("bilabial")
            for k in (0, 1)
        ],
        bool,
    )


def durations_ms(take: Take) -> np.ndarray:
    """How long the lips stay shut around each single bilabial between open sounds. Pauses and pm, mb … are left out:
    there closed lips belong to the pause or to the neighbour."""
    phones, out = take.said.phones, []
    for i, phone in take.constrained("bilabial"):
        if not (_opens(phones, i - 1) and _opens(phones, i + 1)):
            continue
        shut = np.flatnonzero((take.gap <= CLOSED_MM) & take.during(phone, 0.1, 0.1))
        if len(shut):
            out.append(len(shut) * 1000.0 / FPS)
    return np.array(out)


def _opens(phones: tuple[Phone, ...], i: int) -> bool:
    from animation.visemes import poses

    return 0 <= i < len(phones) and poses(phones[i].symbol)[0].opens
