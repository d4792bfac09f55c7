"""Decides what is said next in a show. Pure logic: it is asked when nobody speaks, and told what became of it.

The script goes on sentence by sentence, so an answer comes in at the end of one, and the script goes on with the next;
a sentence that was cut off is said again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

from dialogue.sentences import split
from server.studio.comments import Comment, Intake
from server.studio.rundown import Line
from server.studio.script import Chosen, Script

ShowState = Literal["ready", "live", "paused", "away", "ending", "ended"]
Kind = Literal["script", "bridge", "notice", "operator", "away", "closing"]
Outcome = Literal["said", "cut", "refused", "failed"]
ANSWER_GAP_S = 8.0  # from one answer to the next that nobody asked for
AFTER_FAILURE_S = 3.0
FAILURES = 5  # in a row, after which it is for a person to see what is wrong


@dataclass(frozen=True)
class Say:
    """One sentence, or what an operator typed."""

    text: str
    kind: Kind
    line: str = ""  # of the rundown
    about: str = ""
    mood: str = ""
    gesture: str = ""


@dataclass(frozen=True)
class Answer:
    comment: Comment


Action = Say | Answer


class _Under:
    """A line that is being said."""

    def __init__(self, chosen: Chosen, kind: Kind) -> None:
        self.chosen, self.kind = chosen, kind
        self.sentences = split(chosen.text)
        self.at = 0
        self.broken_into = False

    def action(self) -> Say:
        line = self.chosen.line
        gesture = line.gesture if self.at == 0 else ""
        return Say(self.sentences[self.at], self.kind, line.id, line.about, line.mood, gesture)


class Director:
    """Times are seconds of the show's clock."""

    def __init__(self, script: Script, intake: Intake, *, notice: Line, notice_every_s: float, away: Line) -> None:
        self.state: ShowState = "ready"
        self.alone = True  # answers questions that no operator has approved
        self.pinned = ""  # sku of the product that stays on show
        self.stalled = False  # she paused by herself, since nothing she began was finished
        self._failures = 0
        self.script, self._intake = script, intake
        self._notice, self._notice_every_s, self._away = notice, notice_every_s, away
        self._noticed = 0.0
        self._under: _Under | None = None
        self._typed: deque[Say] = deque()
        self._rest_until = 0.0
        self._answered = -ANSWER_GAP_S
        self._stopped: float | None = None
        self._closing: Line | None = None

    # --- what an operator does -----------------------------------------------------------------------------------

    def start(self, now: float) -> None:
        """Begin, or go on after a pause or an absence."""
        if self.state in ("ready", "paused", "away"):
            if self._stopped is not None:
                self.script.rested(now - self._stopped)
            elif self.state == "ready":
                self._noticed = now  # her first words are the label
            self._stopped, self.stalled, self._failures = None, False, 0
            self.state = "live"

    def pause(self, now: float) -> None:
        """Stop at the end of this sentence."""
        if self.state == "live":
            self.state, self._stopped = "paused", now

    def leave(self, now: float) -> bool:
        """Nobody is at the desk: she says so and waits. False where the show does not run."""
        if self.state not in ("live", "paused"):
            return False
        if self.state == "live":
            self._stopped = now
            chosen = self.script.say(self._away, now)
            self._typed.extend(Say(text, "away") for text in (split(chosen.text) if chosen else ()))
        self.state = "away"
        return True

    def end(self, closing: Line | None) -> None:
        """Say the closing words, then end."""
        if self.state not in ("ending", "ended"):
            self.state, self._closing, self._under = "ending", closing, None
            self._typed.clear()

    def stop(self) -> None:
        """End at once."""
        self.state = "ended"

    def type(self, say: Say) -> None:
        """The operator's words come before everything else."""
        self._typed.append(say)

    def skip(self, what: Literal["line", "part"], now: float) -> None:
        self._under, self._rest_until = None, now
        if what == "part":
            self.script.skip(now)

    def go(self, part: int, now: float) -> None:
        """Raises IndexError."""
        self.script.go(part, now)
        self._under, self._rest_until = None, now

    # --- what is next --------------------------------------------------------------------------------------------

    def next(self, now: float) -> Action | None:
        """What to say now that nobody speaks; None: nothing yet."""
        if self._typed and self.state not in ("ready", "ended"):
            return self._typed[0]
        if self.state == "ending":
            return self._close(now)
        if self.state != "live":
            return None
        if comment := self._asked(now):
            return Answer(comment)
        if now < self._rest_until:
            return None
        if now - self._noticed >= self._notice_every_s:
            return Say(self.script.words(self._notice), "notice", self._notice.id)
        if self._under is None:
            chosen = self.script.next(now)
            if chosen is None:
                if self.script.over:
                    self.state = "ending"
                    return self._close(now)
                return None
            self._under = _Under(chosen, "script")
        if self._under.broken_into:
            self._under.broken_into = False
            if self._under.at and (words := self.script.bridge(now)):
                return Say(words, "bridge")
        return self._under.action()

    def done(self, action: Action, outcome: Outcome, now: float) -> None:
        """What became of it. What was cut off is said again, unless it was skipped meanwhile; what fails, too."""
        self._failures = self._failures + 1 if outcome == "failed" else 0
        if self._failures >= FAILURES:
            self._stall(now)
        if isinstance(action, Answer):
            action.comment.state = "answered" if outcome in ("said", "cut") else "dropped"
            self._answered = now
            if self._under:
                self._under.broken_into = True
            return
        if self._typed and action is self._typed[0]:
            self._typed.popleft()
            if self._under and action.kind == "operator":
                self._under.broken_into = True
            return
        if action.kind == "notice" and outcome in ("said", "refused"):
            self._noticed = now
        if outcome == "failed":
            self._rest_until = now + AFTER_FAILURE_S
            return
        under = self._under
        if under and outcome != "cut" and action == under.action():
            under.at += 1
            if under.chosen.line.item and under.chosen.line.item == self._notice.item:
                self._noticed = now
            if under.at == len(under.sentences):
                self._under = None
                self._rest_until = now + self.script.rest()
                if under.kind == "closing":
                    self.state = "ended"

    def _stall(self, now: float) -> None:
        """An end that cannot be spoken is one all the same."""
        self.stalled = True
        if self.state == "ending":
            self.stop()
        self.pause(now)

    def wakes(self, now: float) -> float:
        """Seconds until `next` may say something else by itself."""
        due = [self._rest_until - now, self._answered + ANSWER_GAP_S - now, self._noticed + self._notice_every_s - now]
        return min([each for each in due if each > 0.01] or [1.0])

    @property
    def under(self) -> Say | None:
        """The sentence of the script that is said, or said next."""
        return self._under.action() if self._under else None

    @property
    def whole(self) -> str:
        """The line under way, all of it."""
        return self._under.chosen.text if self._under else ""

    def on_show(self) -> frozenset[str]:
        """The goods that are being talked about."""
        here = self.script.here
        return frozenset({*(here.cards if here else ()), *([self.pinned] if self.pinned else ())})

    def _asked(self, now: float) -> Comment | None:
        waited = now - self._answered >= ANSWER_GAP_S
        return self._intake.next(now, self.on_show(), alone=self.alone and waited)

    def _close(self, now: float) -> Action | None:
        if self._under is None and self._closing:
            chosen = self.script.say(self._closing, now)
            self._closing = None
            self._under = _Under(chosen, "closing") if chosen else None
        if self._under and self._under.kind == "closing":
            return self._under.action()
        self.state = "ended"
        return None
