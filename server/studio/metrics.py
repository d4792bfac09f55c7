"""How a show goes, in numbers."""

from __future__ import annotations

from collections import Counter, deque
from statistics import median
from typing import Any

KEPT = 200  # latencies


class Metrics:
    """Counts, and how long viewers wait: from their comment to her first sound."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._asked: dict[int, float] = {}  # turn → when it was asked
        self._waits: deque[float] = deque(maxlen=KEPT)

    def answering(self, turn: int, asked: float) -> None:
        self._asked = {turn: asked}

    def sounded(self, turn: int, now: float) -> None:
        if (asked := self._asked.pop(turn, None)) is not None:
            self._waits.append(now - asked)

    def told(self) -> dict[str, Any]:
        """Waits in seconds; null while nobody was answered."""
        waits = sorted(self._waits)
        return {
            **{name: self.counts[name] for name in ("answers", "sentences", "replaced", "kept_back")},
            "wait_median_s": round(median(waits), 1) if waits else None,
            "wait_p95_s": round(waits[min(len(waits) - 1, int(len(waits) * 0.95))], 1) if waits else None,
        }
