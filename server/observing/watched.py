"""One session as it is seen from outside: by its events, by what is written to its client, by what the organs tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from avatar.events import InputFinal, ReplyDone, ReplyStarted, SessionEvent
from models.telemetry import Note, observe
from server.observing.metrics import Metrics
from server.observing.rescue import SORRY, Rescue
from server.observing.turns import Stage, Turn
from server.observing.watchdogs import Watchdogs


class Queue(Protocol):
    """What waits in front of the socket (`server.realtime.outbox.Outbox`)."""

    frames_dropped: int

    def __len__(self) -> int: ...


class Sent(Protocol):
    """A message that was written to the socket (`server.realtime.senders.Message`)."""

    kind: str
    turn: int
    made: float  # seconds of the event loop's clock


class Watched:
    """A `models.telemetry.Observer`. `over` gets each turn when it is, and the time; `gone` is told of the end."""

    def __init__(
        self,
        session: str,
        metrics: Metrics,
        *,
        over: Callable[[Turn, float], None],
        gone: Callable[[Watched], None],
        clock: Callable[[], float],
    ) -> None:
        self.session = session
        self._metrics, self._over, self._gone, self._clock = metrics, over, gone, clock
        self._outbox: Queue | None = None
        self.watchdogs = Watchdogs(clock)
        self.rescue: Rescue | None = None
        self._turn: Turn | None = None
        self._loud = 0  # the turn whose first audio was written last

    # --- the session ------------------------------------------------------------------------------------------------

    def saw(self, event: SessionEvent) -> None:
        self.watchdogs.saw(event)
        match event:
            case InputFinal() if self.rescue and event.language in SORRY:
                self.rescue.language = event.language
            case ReplyStarted():
                self._turn = Turn(self.session, event.turn, self._clock())
            case ReplyDone() if self._turn and self._turn.number == event.turn:
                turn, self._turn = self._turn, None
                turn.finish(event.status, event.timings, self._clock())
                self._count(turn)
                self._over(turn, self._clock())

    def _count(self, turn: Turn) -> None:
        self._metrics.turns.labels(turn.status).inc()
        for name, seconds in turn.milestones.items():
            self._metrics.milestone.labels(name).observe(max(0.0, seconds))
        for stage in turn.spans():
            self._metrics.stage.labels(stage.name).observe(stage.ended - stage.began)

    # --- its client -------------------------------------------------------------------------------------------------

    def connected(self, outbox: Queue) -> None:
        """A client talks from now on, in this task."""
        self._let_go()
        self._outbox = outbox
        observe(self)

    @property
    def waiting(self) -> int:
        """Messages in front of the socket."""
        return len(self._outbox) if self._outbox else 0

    def ended(self) -> None:
        """The session is over."""
        self._let_go()
        self._gone(self)

    def _let_go(self) -> None:
        if self._outbox:
            self._metrics.frames_dropped.inc(self._outbox.frames_dropped)
            self._outbox = None

    def sent(self, message: Sent) -> None:
        """It was written to the socket just now."""
        waited = max(0.0, self._clock() - message.made)
        if message.kind == "frames":
            self._metrics.frame_age.observe(waited)
        elif message.kind == "audio" and message.turn != self._loud:
            self._loud = message.turn
            if self._turn and self._turn.number == message.turn:
                self._turn.audio_waited = waited

    def error(self, code: str) -> None:
        """An error was told to the client."""
        self._metrics.errors.labels(self._metrics.value("code", code)).inc()

    def label_hidden(self) -> None:
        """The client's page says that the AI label was taken away."""
        self._metrics.labels_hidden.inc()

    # --- the organs -------------------------------------------------------------------------------------------------

    @property
    def turn(self) -> int:
        return self._turn.number if self._turn else 0

    def now(self) -> float:
        return self._clock()

    def stage(self, name: str, began: float, ended: float) -> None:
        if self._turn:
            self._turn.add(Stage(name, began, ended))

    def sound(self, pcm: np.ndarray) -> None:
        self.watchdogs.sound(pcm)

    async def look_after(self) -> None:
        """Do something about what the watchdogs have found."""
        for finding in self.watchdogs.found():
            self._metrics.watchdog.labels(finding.name).inc()
            if self.rescue:
                await self.rescue.act(finding)

    def note(self, kind: Note, name: str, times: int = 1) -> None:
        metrics = self._metrics
        if kind == "underrun":
            metrics.underruns.inc(times)
        elif kind == "intervention":
            metrics.interventions.labels(metrics.value("rule", name)).inc(times)
        else:
            metrics.failovers.labels(metrics.value("backend", name)).inc(times)
