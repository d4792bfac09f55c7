"""What of the rundown comes next. In no order twice: variants and later rounds are drawn from a seed, and no words come
again within `repeat_after_s`."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from dialogue.types import Language
from server.studio.rundown import Line, Part, Rundown


@dataclass(frozen=True)
class Chosen:
    """A line with the words it is said in."""

    line: Line
    text: str
    part: int  # from 0


class Script:
    """Where the show stands in its rundown. Times are seconds of any one clock."""

    def __init__(
        self,
        rundown: Rundown,
        language: Language,
        *,
        seed: int = 0,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._rundown, self._language, self._today = rundown, language, today
        self._random = random.Random(seed)  # noqa: S311 – no secret
        self._said: dict[str, float] = {}  # words → when they were last said
        self._left: list[Line] = []  # of this part
        self._since = 0.0
        self.part = -1
        self.round = 0
        self.over = False

    @property
    def here(self) -> Part | None:
        """The part under way; None before the first."""
        return self._rundown.parts[self.part] if self.part >= 0 else None

    def next(self, now: float) -> Chosen | None:
        """The next line; None while there is none that may be said now."""
        before = self.part, self._since, self._left, self.round
        for _ in range(2 * len(self._rundown.parts) + 1):
            if self.over:
                return None
            if self.here and now - self._since < self.here.seconds:
                if chosen := self._choose(now):
                    return chosen
                if self.here.stay:
                    return None
            self._follow(now)
        self.part, self._since, self._left, self.round = before
        return None

    def say(self, line: Line, now: float) -> Chosen | None:
        """That line out of its turn; None where none of its words may be said again yet."""
        fresh = self._fresh(line, now)
        return self._take(line, fresh, now) if fresh else None

    def words(self, line: Line) -> str:
        """That line, whenever it was said last: what must be said."""
        return line.texts[self._language][0]

    def skip(self, now: float) -> None:
        """To the next part."""
        self._follow(now)

    def go(self, part: int, now: float) -> None:
        """To that part. Raises IndexError."""
        if not 0 <= part < len(self._rundown.parts):
            raise IndexError(part)
        self.over = False
        self._enter(part, now)

    def rested(self, seconds: float) -> None:
        """The show stood still for so long: it is no part of a part's time."""
        self._since += seconds

    def rest(self) -> float:
        """Seconds until the next line."""
        return self._random.uniform(*self._rundown.rest_s)

    def bridge(self, now: float) -> str:
        """Words to go back to a line by; "" where all of them were said lately."""
        words = (self._rundown.bridges or {}).get(self._language, ())
        fresh = [each for each in words if self._is_fresh(each, now)]
        if not fresh:
            return ""
        chosen = self._random.choice(fresh)
        self._said[chosen] = now
        return chosen

    def _follow(self, now: float) -> None:
        at = self.part + 1
        while True:
            if at == len(self._rundown.parts):
                if not self._rundown.repeat:
                    self.over = True
                    return
                at, self.round = 0, self.round + 1
            if not (self.round and self._rundown.parts[at].once):
                break
            at += 1
            if self.round and all(part.once for part in self._rundown.parts):
                self.over = True
                return
        self._enter(at, now)

    def _enter(self, part: int, now: float) -> None:
        self.part, self._since = part, now
        lines = list(self._rundown.parts[part].lines)
        head = lines[:1] if self._rundown.parts[part].opens else []
        rest = lines[len(head) :]
        if self.round:
            self._random.shuffle(rest)
        self._left = head + rest

    def _choose(self, now: float) -> Chosen | None:
        for line in self._left:
            if not (line.valid_to and self._today() > line.valid_to) and (fresh := self._fresh(line, now)):
                self._left.remove(line)
                return self._take(line, fresh, now)
        return None

    def _take(self, line: Line, fresh: list[str], now: float) -> Chosen:
        oldest = min(self._said.get(text, -math.inf) for text in fresh)
        text = self._random.choice([each for each in fresh if self._said.get(each, -math.inf) == oldest])
        self._said[text] = now
        return Chosen(line, text, self.part)

    def _fresh(self, line: Line, now: float) -> list[str]:
        return [text for text in line.texts.get(self._language, ()) if self._is_fresh(text, now)]

    def _is_fresh(self, text: str, now: float) -> bool:
        return now - self._said.get(text, -math.inf) >= self._rundown.repeat_after_s
