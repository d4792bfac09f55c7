"""Turns as OpenTelemetry traces."""

from __future__ import annotations

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from scripted_house import ScriptedHouse, connected, make_app, reply

from avatar.events import InputFinal
from server.observing.observing import Observing
from server.observing.traces import Traces
from server.settings import Observing as Settings


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def traced(exporter: InMemorySpanExporter) -> Observing:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Observing(Settings(), traces=Traces(provider))


async def test_a_turn_over_the_wire_is_one_trace_of_its_stages_with_ids_and_no_words(
    exporter: InMemorySpanExporter,
) -> None:
    house = ScriptedHouse()
    app = make_app(house)
    observing = traced(exporter)
    app.state.sessions._observing = app.state.observing = observing
    async with connected(app) as socket:
        await socket.receive()
        house.sessions[0].emit(InputFinal("item_u", "我的卡号", "zh", 0.9), *reply(1, "您的余额"))
        await socket.until("shuren.timings")
        numbers = observing.text({}, {}).decode()
    spans = {span.name: span for span in exporter.get_finished_spans()}
    root, child = spans.pop("turn"), spans["speaking"]
    assert root.parent is None and child.parent.span_id == root.context.span_id
    for span in (root, child):
        assert span.attributes["shuren.session.id"] == "sess_0" and span.attributes["shuren.turn.id"] == 1
        assert span.start_time <= span.end_time
        assert not any(word in repr(dict(span.attributes)) for word in ("卡号", "余额"))
    assert child.end_time - child.start_time < 60e9
    assert "shuren_sessions_open 1.0" in numbers and 'shuren_turns_total{status="completed"} 1.0' in numbers
    assert observing.waterfall("sess_0", 1)["milestones_ms"]["first_audio"] == 640
    assert observing.waterfall("sess_0", 2) is None
    assert "shuren_sessions_open 0.0" in observing.text({}, {}).decode()


def test_without_a_collector_the_sdk_is_not_even_loaded() -> None:
    code = (
        "import sys, server.app\n"
        "from server.observing.observing import Observing; from server.settings import Settings\n"
        "Observing(Settings().observing)\n"
        "assert not any(name.startswith('opentelemetry.sdk') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
