"""What a persona that keeps company owes whoever talks with it, and sees to during the talk.

A minor is told so and not entertained any longer; after long talk a reminder says that this is an AI; a word to leave
is enough. 《人工智能拟人化互动服务管理暂行办法》 (in force since 2026-07-15), as read in docs/personas.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dialogue.ages import says_younger
from dialogue.pack import Companion, Text

_MARKS = re.compile(r"[\W_]+")


class Company:
    """The duties of one talk. `now` gives seconds that only grow."""

    def __init__(self, duties: Companion, now: Callable[[], float]) -> None:
        self._duties = duties
        self._now = now
        self._since = now()
        self._minor = False
        self._leave = frozenset(_bare(phrase) for phrases in duties.exit_phrases.values() for phrase in phrases)

    def to_minor(self, text: str) -> Text | None:
        """What is said instead of an answer once somebody has said that they are too young; `text` is normalised."""
        self._minor = self._minor or says_younger(text, self._duties.least_age)
        return self._duties.minor_mode if self._minor else None

    def leaves(self, text: str) -> bool:
        return _bare(text) in self._leave

    def reminder(self) -> Text | None:
        """Due once every so many minutes of talk."""
        if self._now() - self._since < self._duties.reminder_minutes * 60:
            return None
        self._since = self._now()
        return self._duties.reminder


def _bare(text: str) -> str:
    return _MARKS.sub("", text.lower())
