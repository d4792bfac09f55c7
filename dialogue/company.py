"""What a persona that keeps company owes whoever talks with it, and sees to during the talk.

A minor is told so and not entertained any longer; after long talk a reminder says that this is an AI; a word to leave
is enough. 《人工智能拟人化互动服务管理暂行办法》 (in force since 2026-07-15), as read in docs/personas.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dialogue.numbers import quantities
from dialogue.pack import Companion, Text

_AGE = re.compile(
    r"(?:我|本人)(?:今年|现在|才|刚|还?只有|满|是|快|\s){0,4}(?P<zh>\d{1,2}|[一二三四五六七八九十]{1,3})"
    r"\s*周?岁(?!的|就|时|那年|以前)"
    r"|\bI(?:'m| am) (?:only |just |almost )?(?P<en>\d{1,2})(?: years old)?\b"
    r"(?! (?:minutes|hours|days|km|metres|meters|percent))",
    re.IGNORECASE,
)
_PUPIL = re.compile(
    r"我(?:还|才|现在|就)?是(?:个|一个|一名)?(?:小学生|初中生|未成年人?|小朋友)|我(?:还|才|现在|在|读|上){1,3}(?:小学|初中|幼儿园)"
    r"(?!门口|旁边|附近|对面|那|的|里?教|当|老师|毕业)|我(?:还|才|现在|在|读|上|是|念){0,3}(?:小学|初中)?[一二三四五六初][一二三]?年级(?!的?(?:老师|家长))|我(?:还|才)?(?:没有?|未|不满?)(?:成年|十八|满十八)"
    r"|\bI(?:'m| am) (?:a minor|under ?age|under eighteen|(?:still )?in (?:primary|elementary|middle) school"
    r"|in (?:the )?(?:first|second|third|fourth|fifth|sixth|seventh|eighth) grade)\b",
    re.IGNORECASE,
)
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
        self._minor = self._minor or self._too_young(text)
        return self._duties.minor_mode if self._minor else None

    def leaves(self, text: str) -> bool:
        return _bare(text) in self._leave

    def reminder(self) -> Text | None:
        """Due once every so many minutes of talk."""
        if self._now() - self._since < self._duties.reminder_minutes * 60:
            return None
        self._since = self._now()
        return self._duties.reminder

    def _too_young(self, text: str) -> bool:
        if _PUPIL.search(text):
            return True
        ages = (each.value for found in _AGE.finditer(text) for each in quantities(found["zh"] or found["en"]))
        return any(age is not None and age < self._duties.least_age for age in ages)


def _bare(text: str) -> str:
    return _MARKS.sub("", text.lower())
