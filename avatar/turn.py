"""Who has the floor: the turn state machine, as a pure function.

    step(floor, event) -> (floor, effects)

| phase     | meaning                                            | left by                                    |
| --------- | -------------------------------------------------- | ------------------------------------------ |
| listening | the floor is the person's                          | Ask, Heard(text) → thinking                |
| thinking  | an answer is being made, nothing was heard yet     | FirstSound → speaking; Started → paused    |
| speaking  | she speaks                                         | Started → paused; NearEnd → yielding;      |
|           |                                                    | Words → listening, where sounds are borne  |
| yielding  | the last 300 ms: she looks at the person           | PlayedOut → listening; Started → paused    |
| paused    | the person made a sound; it may be a cough or a 嗯 | Words, PauseOver → listening (cancelled);  |
|           |                                                    | Heard(empty) → back to where she was       |

A sound pauses at once, so that the person is never talked over; only words cancel. While a protected sentence (a
disclosure) is spoken, or where interruption is switched off, sounds do not pause: what was said is answered afterwards.
Ids of turns only grow; whoever holds an older one is stale.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Phase = Literal["listening", "thinking", "speaking", "yielding", "paused"]


@dataclass(frozen=True)
class Floor:
    """The whole state. `resume` is the phase a pause returns to; `waiting`: something heard is to be answered next."""

    phase: Phase = "listening"
    turn: int = 0
    resume: Phase = "speaking"
    protected: bool = False
    interruptible: bool = True
    waiting: bool = False

    @property
    def busy(self) -> bool:
        """An answer is under way."""
        return self.phase != "listening"


# --- events ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Started:
    """The person's voice began."""


@dataclass(frozen=True)
class Words:
    """The person is saying words, not just making a sound."""


@dataclass(frozen=True)
class Heard:
    """The person's utterance is final. `empty`: noise, a cough, a 嗯: nothing to answer."""

    empty: bool = False


@dataclass(frozen=True)
class Ask:
    """An answer is wanted without a voice: typed text, a greeting, response.create."""


@dataclass(frozen=True)
class FirstSound:
    """The first audio of the answer was placed on the timeline."""


@dataclass(frozen=True)
class NearEnd:
    """The whole answer is placed and its last 300 ms are being heard."""


@dataclass(frozen=True)
class PlayedOut:
    """The last sample was heard, or nothing was said at all."""


@dataclass(frozen=True)
class PauseOver:
    """The person has been making sound for so long that it must be speech."""


@dataclass(frozen=True)
class Protect:
    """A sentence that must finish began (on) or ended (off)."""

    on: bool


@dataclass(frozen=True)
class Cancel:
    """Somebody asked to stop."""

    reason: str


@dataclass(frozen=True)
class Fail:
    """The answer broke."""

    code: str


Event = Started | Words | Heard | Ask | FirstSound | NearEnd | PlayedOut | PauseOver | Protect | Cancel | Fail

# --- effects --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """Begin answer `turn`."""

    turn: int


@dataclass(frozen=True)
class Pause:
    turn: int


@dataclass(frozen=True)
class Resume:
    turn: int


@dataclass(frozen=True)
class Finish:
    """Answer `turn` is over. Exactly one for each Answer."""

    turn: int
    status: Literal["completed", "cancelled", "failed"]
    reason: str = ""


Effect = Answer | Pause | Resume | Finish


def step(floor: Floor, event: Event) -> tuple[Floor, tuple[Effect, ...]]:
    """What an event does to the floor. Events that do not fit the phase change nothing."""
    match event:
        case Protect(on):
            return _protect(floor, on)
        case Heard(empty=True) | Started() | Words() | PauseOver() if not floor.busy:
            return floor, ()
        case Heard(empty=True):
            return _resume(floor)
        case Heard() if floor.busy and not _yields(floor):
            return replace(floor, waiting=True), ()
        case Heard():
            return _answer_instead(floor)
        case Ask() if not floor.busy:
            return _begin(floor)
        case Started() if floor.phase != "paused" and _yields(floor):
            return replace(floor, phase="paused", resume=floor.phase), (Pause(floor.turn),)
        case PauseOver() if floor.phase == "paused":
            return _finish(floor, "cancelled", "turn_detected")
        case Words() if floor.phase == "paused" or _yields(floor):
            return _finish(floor, "cancelled", "turn_detected")
        case FirstSound() if floor.phase == "thinking":
            return replace(floor, phase="speaking"), ()
        case FirstSound() if floor.phase == "paused":
            return replace(floor, resume="speaking"), ()
        case NearEnd() if floor.phase == "speaking":
            return replace(floor, phase="yielding"), ()
        case PlayedOut() if floor.phase in ("thinking", "speaking", "yielding"):
            return _finish(floor, "completed")
        case Cancel(reason) if floor.busy:
            return _finish(replace(floor, waiting=False), "cancelled", reason)
        case Fail(code) if floor.busy:
            return _finish(floor, "failed", code)
    return floor, ()


def _yields(floor: Floor) -> bool:
    """May the person's voice stop her?"""
    return floor.interruptible and not floor.protected


def _begin(floor: Floor) -> tuple[Floor, tuple[Effect, ...]]:
    turn = floor.turn + 1
    return replace(floor, phase="thinking", turn=turn, protected=False, waiting=False), (Answer(turn),)


def _finish(floor: Floor, status: str, reason: str = "") -> tuple[Floor, tuple[Effect, ...]]:
    done = Finish(floor.turn, status, reason)
    listening = replace(floor, phase="listening", protected=False)
    if not floor.waiting:
        return listening, (done,)
    begun, effects = _begin(listening)
    return begun, (done, *effects)


def _answer_instead(floor: Floor) -> tuple[Floor, tuple[Effect, ...]]:
    if not floor.busy:
        return _begin(floor)
    return _finish(replace(floor, waiting=True), "cancelled", "turn_detected")


def _resume(floor: Floor) -> tuple[Floor, tuple[Effect, ...]]:
    if floor.phase != "paused":
        return floor, ()
    # Back to speaking even if she was yielding: the end has moved.
    phase = "thinking" if floor.resume == "thinking" else "speaking"
    return replace(floor, phase=phase), (Resume(floor.turn),)


def _protect(floor: Floor, on: bool) -> tuple[Floor, tuple[Effect, ...]]:
    floor = replace(floor, protected=on)
    if on or not floor.waiting or not floor.interruptible or not floor.busy:
        return floor, ()
    return _finish(floor, "cancelled", "turn_detected")
