"""What one turn alone does not tell: many orders to her, or much personal data, in a short while.

Counted by tenant and minute, without words or persons. Each process counts for itself.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from dialogue.records import TurnRecord
from server.storage.minutes import Visit
from server.webhooks.events import INJECTION, Event

MINUTE = 60.0
WITHIN = 10  # minutes in which they have to come, and in which a burst is told once
BEFORE = 50  # minutes before those, which say what is usual, as far back as anything is known


@dataclass(frozen=True)
class Kind:
    """`least`: so many turns within WITHIN minutes, and `times` as many as are usual in as long."""

    what: str
    least: int
    times: float
    counts: Callable[[TurnRecord], bool]


KINDS = (
    Kind("injection_burst", 5, 1.0, lambda record: record.rule.startswith(INJECTION)),
    # People do say their numbers at a counter: only far more than in the hour before is news.
    Kind("personal_data_spike", 20, 3.0, lambda record: bool(record.masked)),
)


@dataclass
class _Seen:
    """Turns of one kind at one tenant, by minute."""

    turns: Counter[int] = field(default_factory=Counter)
    told: int = -WITHIN  # the minute in which it was told last


class Bursts:
    """One for each process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """`now`: seconds that only grow."""
        self._now = now
        self._seen: dict[tuple[str, str], _Seen] = {}

    def of_turn(self, session: str, visit: Visit, persona: str, record: TurnRecord) -> list[Event]:
        """The `security.alert` of each burst that this turn completes."""
        minute = int(self._now() // MINUTE)
        found = [self._count(kind, visit.tenant, minute) for kind in KINDS if kind.counts(record)]
        return [event for event in found if event]

    def _count(self, kind: Kind, tenant: str, minute: int) -> Event | None:
        seen = self._seen.setdefault((kind.what, tenant), _Seen())
        seen.turns[minute] += 1
        for old in [each for each in seen.turns if each <= minute - WITHIN - BEFORE]:
            del seen.turns[old]
        now = sum(count for each, count in seen.turns.items() if each > minute - WITHIN)
        known = minute - WITHIN - min(seen.turns) + 1
        usual = (seen.turns.total() - now) * WITHIN / max(WITHIN, known)
        if now < kind.least or now < kind.times * usual or minute - seen.told < WITHIN:
            return None
        seen.told = minute
        return Event("security.alert", tenant, {"what": kind.what, "count": now, "within_s": round(WITHIN * MINUTE)})
