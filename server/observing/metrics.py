"""The numbers of the service, for Prometheus (docs/operating.md lists them).

Every label has a small, fixed set of values; nothing a client sends becomes one.
"""

from __future__ import annotations

import re

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

MOST_VALUES = 200  # of one label; what comes after is counted as OTHER
OTHER = "other"
_NAME = re.compile(r"[\w. +-]{1,64}", re.ASCII)

# Buckets lie around what people notice: 0.3 s is at once, 1 s is a pause, 2 s is a wait.
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.2, 1.6, 2.0, 3.0, 5.0, 10.0, 20.0)
_LATENESS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_TURN = (*_SECONDS, 40.0, 80.0)


class Metrics:
    """One service's; a registry of its own, so that several services live in one process side by side."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._values: dict[str, set[str]] = {}
        r = self.registry
        self.milestone = Histogram(
            "shuren_turn_milestone_seconds", "From the end of the person's speech until a turn got so far.",
            ["milestone"], registry=r, buckets=_TURN,
        )  # fmt: skip
        self.stage = Histogram(
            "shuren_turn_stage_seconds", "What one stage of a turn took.", ["stage"], registry=r, buckets=_SECONDS
        )
        self.turns = Counter("shuren_turns", "Answers that are over.", ["status"], registry=r)
        self.frame_age = Histogram(
            "shuren_frame_age_seconds", "From making animation until it was written to the socket.",
            registry=r, buckets=_LATENESS,
        )  # fmt: skip
        self.loop_lag = Histogram(
            "shuren_event_loop_lag_seconds", "How late the event loop woke a sleeper.", registry=r, buckets=_LATENESS
        )
        self.loop_stalls = Counter("shuren_event_loop_stalls", "Times the event loop stood still.", registry=r)
        self.sessions = Gauge("shuren_sessions_open", "Sessions under way.", registry=r)
        self.sessions_ended = Counter("shuren_sessions_ended", "Sessions that are over.", registry=r)
        self.waiting = Gauge("shuren_outbox_messages", "Messages in front of all sockets together.", registry=r)
        self.longest = Gauge("shuren_outbox_messages_most", "Messages in front of the slowest socket.", registry=r)
        self.frames_dropped = Counter("shuren_frames_dropped", "Animation a slow client never got.", registry=r)
        self.underruns = Counter("shuren_client_underruns", "Gaps in her voice, as clients heard it.", registry=r)
        self.refused = Counter("shuren_sessions_refused", "Clients not let in.", ["code"], registry=r)
        self.errors = Counter("shuren_errors", "Errors told to clients.", ["code"], registry=r)
        self.interventions = Counter("shuren_interventions", "Sentences the guard kept back.", ["rule"], registry=r)
        self.labels_hidden = Counter("shuren_labels_hidden", "AI labels taken away, as pages say.", registry=r)
        self.failovers = Counter(
            "shuren_backend_failures", "A backend failed and another one was asked.", ["backend"], registry=r
        )
        self.engine_up = Gauge("shuren_engine_up", "1: ready, 0: loading or failed.", ["engine"], registry=r)
        self.deaths = Counter(
            "shuren_engine_deaths", "An engine's process ended by itself and was started again.", ["engine"], registry=r
        )
        self.watchdog = Counter("shuren_watchdog", "What watchdogs found.", ["watchdog"], registry=r)

    def value(self, label: str, given: str) -> str:
        """`given` as a value of `label`, or OTHER where it looks made up or there are too many."""
        known = self._values.setdefault(label, set())
        if given in known:
            return given
        if len(known) >= MOST_VALUES or not _NAME.fullmatch(given):
            return OTHER
        known.add(given)
        return given

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)
