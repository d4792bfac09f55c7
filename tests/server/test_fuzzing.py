"""Whatever comes over a socket, the session lives on and answers the next sensible event."""

from __future__ import annotations

import asyncio
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted_house import ScriptedHouse, Socket, connected, make_app

from server.realtime.client_events import EVENTS

FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
FIELDS = (
    "type event_id session audio item item_id audio_end_ms response response_id pts turn tools shuren content call_id "
    "output input turn_detection metadata role id"
).split()
fields = st.sampled_from(FIELDS)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=12)
values = st.recursive(
    leaves | st.sampled_from([*EVENTS, "realtime", "message", "user", "function_call_output", "AAAA"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(fields | st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
events = st.builds(
    lambda kind, rest: json.dumps(rest | {"type": kind}),
    st.sampled_from(sorted(EVENTS)),
    st.dictionaries(fields, values),
)
broken = events.flatmap(lambda text: st.integers(0, len(text)).map(lambda cut: text[:cut]))
messages = st.lists(events | broken | st.text(max_size=40) | st.binary(max_size=64), min_size=1, max_size=12)
queries = st.dictionaries(
    st.sampled_from(["language", "rendered", "resumable", "seq", "resume"]), st.text(max_size=10), max_size=3
)


async def still_there(socket: Socket) -> None:
    socket.send({"type": "response.cancel", "event_id": "are you there"})
    while True:
        got = await socket.receive()
        if isinstance(got, dict) and got["type"] == "error" and got["error"]["event_id"] == "are you there":
            return


@given(messages)
@FEW
def test_nothing_a_client_sends_ends_its_session(sent: list[str | bytes]) -> None:
    async def run() -> None:
        house = ScriptedHouse()
        async with connected(make_app(house), subprotocols=("shuren.v1",)) as socket:
            for message in sent:
                socket.send(message)
            await still_there(socket)
            assert not house.sessions[0].closed.is_set()

    asyncio.run(run())


@given(messages)
@FEW
def test_nothing_a_follower_sends_reaches_the_session(sent: list[str | bytes]) -> None:
    async def run() -> None:
        house = ScriptedHouse()
        app = make_app(house)
        async with connected(app) as client, connected(app, "", path="/v1/stages/sess_0") as follower:
            for message in sent:
                follower.send(message)
            follower.send("are you there")
            await follower.until("error")
            await still_there(client)
            assert {call[0] for call in house.sessions[0].calls} <= {"watched"}

    asyncio.run(run())


@given(queries, st.text(max_size=20))
@FEW
def test_whatever_the_address_says_it_is_a_session_or_a_refusal(query: dict[str, str], session: str) -> None:
    from urllib.parse import urlencode

    async def run() -> None:
        app = make_app()
        async with connected(app, urlencode(query | ({"session_id": session} if session else {}))) as socket:
            first = {} if socket.refused else await socket.receive()
            assert socket.refused or first["type"] in ("session.created", "error")
            socket.leave(1000)
            await socket.task
        await app.state.sessions.aclose()

    asyncio.run(run())
