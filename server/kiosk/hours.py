"""Opening hours of kiosks as operators write them: `{"daily": "08:30-17:30", "mon": ""}`."""

from __future__ import annotations

import re

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")


def checked(given: dict[str, str]) -> dict[str, str]:
    """By day, `""` for a day off; nothing where it is always open. Raises ValueError saying what is wrong."""
    for day, span in given.items():
        if day not in (*DAYS, "daily"):
            raise ValueError(f"{day!r} is no day; there are {', '.join(DAYS)} and daily")
        if span and not SPAN.fullmatch(span):
            raise ValueError(f"{span!r} is no span of hours; write 08:30-17:30, or nothing for a day off")
        if span and span[:5] >= span[6:]:
            raise ValueError(f"{span!r} ends before it begins; a kiosk closes at midnight at the latest")
    return {day: given.get(day, given.get("daily", "")) for day in DAYS} if given else {}
