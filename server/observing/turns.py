"""What one turn was made of: stages with their times, measured from the end of the person's speech."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

MOST_STAGES = 64  # of one turn; a long answer says no more about where time goes

# What a session measures of a turn (docs/latency.md), and what it is called among the metrics.
MILESTONES = {
    "end_of_turn_ms": "end_of_turn",
    "final_transcript_ms": "final_transcript",
    "first_sentence_ms": "first_sentence",
    "first_audio_ms": "first_audio",
    "first_frame_ms": "first_frame",
}


@dataclass(frozen=True)
class Stage:
    """Seconds of the session's clock."""

    name: str
    began: float
    ended: float


@dataclass
class Turn:
    """One turn, from ReplyStarted on. `asked`: when the person had finished, seconds of the session's clock."""

    session: str
    number: int
    began: float
    asked: float = 0.0
    ended: float | None = None
    status: str = ""
    milestones: dict[str, float] = field(default_factory=dict)  # seconds from `asked`
    stages: list[Stage] = field(default_factory=list)
    audio_waited: float | None = None  # s the first audio stood in front of the socket

    def add(self, stage: Stage) -> None:
        if len(self.stages) < MOST_STAGES:
            self.stages.append(stage)

    def finish(self, status: str, timings: dict[str, float], now: float) -> None:
        """`timings` in ms from the end of speech, as the session tells them."""
        heard = timings.get("final_transcript_ms", 0.0) / 1000
        self.asked = self.began - heard  # an answer begins when the final transcript is there, or is asked for
        self.status, self.ended = status, now
        self.milestones = {name: timings[key] / 1000 for key, name in MILESTONES.items() if key in timings}
        if "first_audio" in self.milestones and self.audio_waited is not None:
            self.milestones["first_audio_sent"] = self.milestones["first_audio"] + self.audio_waited
        self.milestones["done"] = now - self.asked

    def spans(self) -> list[Stage]:
        """All stages, the measured ones and those that lie between two milestones, in order of their beginning."""
        at = self.milestones
        between = [
            ("end_of_turn", 0.0, at.get("end_of_turn")),
            ("recognition", at.get("end_of_turn", 0.0), at.get("final_transcript")),
            ("wire", at.get("first_audio"), at.get("first_audio_sent")),
            ("speaking", at.get("first_audio"), at["done"] if at else None),
        ]
        made = [
            Stage(name, self.asked + begin, self.asked + max(begin, end))
            for name, begin, end in between
            if begin is not None and end is not None
        ]
        return sorted([*made, *self.stages], key=lambda stage: (stage.began, stage.ended))

    def waterfall(self) -> dict[str, Any]:
        """For a picture: spans and milestones in ms from the end of the person's speech."""

        def ms(seconds: float) -> float:
            return round((seconds - self.asked) * 1000, 1)

        return {
            "session": self.session,
            "turn": self.number,
            "status": self.status or "in_progress",
            "milestones_ms": {name: round(at * 1000, 1) for name, at in self.milestones.items()},
            "spans": [
                {"stage": each.name, "start_ms": ms(each.began), "end_ms": ms(each.ended)} for each in self.spans()
            ],
        }


class Turns:
    """The last turns of a service."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._turns: OrderedDict[tuple[str, int], Turn] = OrderedDict()

    def keep(self, turn: Turn) -> None:
        self._turns[turn.session, turn.number] = turn
        while len(self._turns) > self._most:
            self._turns.popitem(last=False)

    def get(self, session: str, number: int) -> Turn | None:
        return self._turns.get((session, number))

    def of(self, session: str) -> list[Turn]:
        """Those of one session, the oldest first."""
        return [turn for (whose, _), turn in self._turns.items() if whose == session]
