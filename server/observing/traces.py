"""Turns as OpenTelemetry traces: one span for the turn, one for each stage in it; ids and times, no words.

The API alone costs nothing; the SDK and the exporter are loaded where an operator names a collector. They speak
OTLP over HTTP as JSON: the protobuf one wants a newer protobuf than the face tracker does.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from models.errors import BackendUnavailable
from server.observing.turns import Turn

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import TracerProvider as Provider

NAME = "shuren"
_NS = 1_000_000_000


class Traces:
    """Hands turns to a tracer once they are over."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer(NAME)

    def export(self, turn: Turn, now: float) -> None:
        """`now`: seconds of the clock the turn was measured by."""
        from opentelemetry.trace import Status, StatusCode, set_span_in_context

        ahead = time.time_ns() - int(now * _NS)

        def at(seconds: float) -> int:
            return int(seconds * _NS) + ahead

        ids = {"shuren.session.id": turn.session, "shuren.turn.id": turn.number}
        root = self._tracer.start_span(
            "turn", start_time=at(turn.asked), attributes=ids | {"shuren.turn.status": turn.status}
        )
        within = set_span_in_context(root)
        for stage in turn.spans():
            span = self._tracer.start_span(
                stage.name, within, start_time=at(stage.began), attributes=ids | {"shuren.stage": stage.name}
            )
            span.end(at(stage.ended))
        if turn.status == "failed":
            root.set_status(Status(StatusCode.ERROR))
        root.end(at(turn.ended if turn.ended is not None else now))

    def close(self) -> None:
        """Send what waits; takes up to the exporter's time limit, so call it off the event loop."""
        if shutdown := getattr(self._provider, "shutdown", None):
            shutdown()


def to_collector(url: str) -> TracerProvider:
    """A provider that sends to `url` (`http://collector:4318/v1/traces`) in batches, in a thread of its own.

    Raises BackendUnavailable where the extra is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.json.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as problem:
        raise BackendUnavailable("Traces need an extra.", hint='pip install "shuren[traces]"') from problem
    provider = TracerProvider(resource=Resource.create({"service.name": NAME}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url, timeout=5)))
    return provider
