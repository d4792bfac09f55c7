"""A page whose AI label is taken away says so: no media until it is back, and somebody is told."""

from __future__ import annotations

import pytest
from scripted_house import ScriptedHouse, audio, connected, frames, make_app, reply, sentence

from avatar.events import FramesOut, ReplyStarted
from server.webhooks.events import Event

SHOWN, HIDDEN = {"type": "shuren.label.shown"}, {"type": "shuren.label.hidden"}


def kinds(got: list) -> list[str]:
    return ["bytes" if isinstance(each, bytes) else each["type"] for each in got]


@pytest.mark.parametrize("media", [{"subprotocols": ("shuren.v1",)}, {}], ids=["binary", "json"])
async def test_without_its_label_a_page_gets_no_more_media_until_it_is_shown_again(media: dict) -> None:
    house = ScriptedHouse()
    sounds = {"bytes", "response.output_audio.delta"}
    async with connected(make_app(house), **media) as socket:
        await socket.until("shuren.label.required")
        socket.send(SHOWN)
        socket.send({"type": "response.create"})
        assert sounds & set(kinds(await socket.until("response.done")))
        house.sessions[0].emit(ReplyStarted(2, "item_2", ""), sentence(2, "您好"), audio(2, "您"))
        await socket.until("shuren.caption")
        socket.send(HIDDEN)
        assert "shuren.label.required" in kinds(await socket.until("response.done")) or (
            await socket.until("shuren.label.required")
        )
        assert not house.sessions[0].busy  # she has stopped
        house.sessions[0].emit(FramesOut(0, frames(9600)), *reply(3))
        assert not sounds & set(kinds(await socket.until("response.done")))
        socket.send(SHOWN)
        socket.send({"type": "response.create"})
        assert sounds & set(kinds(await socket.until("response.done")))


async def test_a_hidden_label_is_counted_each_time_and_told_once_a_session() -> None:
    house, told = ScriptedHouse(), []
    app = make_app(house)
    app.state.sessions._tell = told.append
    async with connected(app, subprotocols=("shuren.v1",)) as socket:
        await socket.until("shuren.label.required")
        socket.send(HIDDEN)  # before it was shown there is nothing to hide
        for _ in range(2):
            socket.send(SHOWN)
            socket.send(HIDDEN)
            await socket.until("shuren.label.required")
    alerts: list[Event] = [event for event in told if event.type == "security.alert"]
    assert [event.data for event in alerts] == [
        {"session": "sess_0", "persona": "bank-teller", "visitor": None, "what": "label_hidden"}
    ]
    assert "shuren_labels_hidden_total 2.0" in app.state.observing.metrics.text().decode()
