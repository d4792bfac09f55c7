"""What happened in a show, for whoever must show it later: what was said, asked, priced, kept back and done. Comments
stand in it without personal data, viewers by a number of their own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

KEPT = 20_000  # entries; the oldest go first


class Record:
    """The entries of one show, in order."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._viewers: dict[str, int] = {}

    def put(self, event: str, /, **details: Any) -> None:
        at = self._now().isoformat(timespec="milliseconds")
        self._entries.append(
            {"at": at, "event": event, **{key: value for key, value in details.items() if value != ""}}
        )

    def viewer(self, user: str) -> int:
        """The number a viewer has in this record; 0 for one without a name."""
        return self._viewers.setdefault(user, len(self._viewers) + 1) if user else 0

    def entries(self) -> list[dict[str, Any]]:
        return list(self._entries)
