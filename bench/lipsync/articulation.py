"""T4, T5, T6: lip on teeth for f and v, a nearly shut jaw for sibilants, round lips for u and ü, early."""

from __future__ import annotations

import numpy as np

from animation.rig import INDEX, JAW
from animation.types import RATE
from animation.visemes import poses
from bench.lipsync.takes import Take

# Half the width of the mouth at rest and what one unit of each shape adds to it, mm, on the mesh of the generic rig;
# an avatar's own mesh is measured instead where there is one.
_REST_MM = 24.7
_CORNER_MM = {
    "mouthPucker": -4.4, "mouthFunnel": -3.0, "mouthStretchLeft": 5.8, "mouthDimpleLeft": 5.5, "jawOpen": -2.5,
    "mouthSmileLeft": 8.0,
}  # fmt: skip
_ROUND = [INDEX["mouthPucker"], INDEX["mouthFunnel"]]


def teeth_distances(take: Take) -> np.ndarray:
    """mm between lower lip and upper incisors at best during each f or v: on the mesh in space, else in height."""
    spans = [take.during(phone) for _, phone in take.constrained("labiodental")]
    rows = [take.frames.shapes[span] for span in spans if span.any()]
    out = [(take.mesh.teeth(some) if take.mesh else np.maximum(take.rig.teeth_distance(some), 0.0)) for some in rows]
    best = np.array([mm.min() for mm in out])
    return best[np.isfinite(best)]


def open_jaw(takes: list[Take]) -> float:
    """Median jawOpen in the middle of an a, at normal speed and level: what the sibilants' jaw is compared with."""
    values = [
        t.frames.shapes[t.middle(p), JAW]
        for t in takes
        if t.speed == 1.0
        for p in t.said.phones
        if p.symbol in ("a", "AA")
    ]
    return float(np.median(values))


def sibilant_jaws(take: Take) -> np.ndarray:
    """jawOpen at its smallest within each sibilant."""
    jaw = take.frames.shapes[:, JAW]
    return np.array([float(jaw[take.during(p)].min()) for _, p in take.constrained("sibilant") if take.during(p).any()])


def width(take: Take) -> np.ndarray:
    """Width of the mouth, mm [n]."""
    if take.mesh:
        return take.mesh.width(take.frames.shapes)
    return 2.0 * (_REST_MM + sum(take.frames.shapes[:, INDEX[name]] * mm for name, mm in _CORNER_MM.items()))


def vowel_widths(take: Take, symbols: tuple[str, ...], least: float = 0.09) -> np.ndarray:
    """Width at the middle of vowels that last at least so many seconds (shorter ones undershoot, as they should)."""
    found = [p for p in take.said.phones if p.symbol in symbols and p.end - p.start >= least * RATE]
    mm = width(take) if found else np.zeros(0)
    return np.array([mm[take.middle(p)] for p in found])


def rounding_leads(take: Take) -> np.ndarray:
    """ms before a rounded vowel at which half of its rounding is reached, where an unrounded vowel comes before it with
    nothing but consonants that leave the lips alone between."""
    phones, out = take.said.phones, []
    rounding = take.frames.shapes[:, _ROUND].sum(axis=1)
    for i, phone in enumerate(phones):
        if not (poses(phone.symbol)[0].opens and poses(phone.symbol)[0].rounded):
            continue
        before = i - 1
        while before >= 0 and not poses(phones[before].symbol)[0].viseme:
            before -= 1
        if before < 0 or before == i - 1 or not _unrounded(phones[before].symbol):
            continue
        low = float(rounding[take.middle(phones[before])])
        high = float(rounding[take.during(phone)].max())
        if high - low < 0.3:
            continue
        span = np.flatnonzero((take.when >= phones[before].start) & (take.when <= phone.end))
        reached = span[rounding[span] >= (low + high) / 2]
        out.append((phone.start - take.when[reached[0]]) / RATE * 1000.0)
    return np.array(out)


def _unrounded(symbol: str) -> bool:
    last = poses(symbol)[-1]
    return last.opens and not last.rounded
