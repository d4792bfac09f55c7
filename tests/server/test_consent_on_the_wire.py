"""What a visitor agrees to, told by the client: without a microphone one types, whatever else was refused."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from scripted_house import ScriptedHouse, connected, make_app

from server.storage.consents import PURPOSES, TEXTS

AUDIO = {"type": "input_audio_buffer.append", "audio": base64.b64encode(bytes(4800)).decode()}


def agree(purpose: str, given: bool = True) -> dict:
    return {"type": "shuren.consent", "purpose": purpose, "version": TEXTS[purpose].version, "given": given}


def typed(text: str) -> dict:
    content = [{"type": "input_text", "text": text}]
    return {"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": content}}


@pytest.mark.parametrize("ask", [(), ("mic_asr",), ("store_transcript",), PURPOSES])
@pytest.mark.parametrize("given", [(), ("mic_asr",), ("store_transcript",), PURPOSES])
async def test_who_refuses_anything_can_still_type(tmp_path: Path, ask: tuple, given: tuple) -> None:
    house = ScriptedHouse()
    async with connected(make_app(house, home=tmp_path, storage={"ask": ask})) as socket:
        (created,) = await socket.until("session.created")
        assert [each["purpose"] for each in created["session"]["shuren"]["consent"]] == list(ask)
        for purpose in given:
            socket.send(agree(purpose))
            changed = (await socket.until("session.updated"))[-1]
            assert all(each["given"] for each in changed["session"]["shuren"]["consent"] if each["purpose"] == purpose)
        socket.send(AUDIO)
        if "mic_asr" in ask and "mic_asr" not in given:
            refused = (await socket.until("error"))[-1]
            assert refused["error"]["code"] == "consent_required"
        socket.send(typed("卡丢了怎么办"))
        await socket.until("conversation.item.done")
        socket.send({"type": "response.create"})
        assert (await socket.until("response.done"))[-1]["response"]["status"] == "completed"
    heard = ("push_audio", 2400) in house.sessions[0].calls
    assert heard == ("mic_asr" not in ask or "mic_asr" in given)


async def test_a_withdrawn_microphone_is_deaf_at_once(tmp_path: Path) -> None:
    house = ScriptedHouse()
    async with connected(make_app(house, home=tmp_path, storage={"ask": ["mic_asr"]})) as socket:
        for event in (agree("mic_asr"), AUDIO, agree("mic_asr", given=False), AUDIO):
            socket.send(event)
        await socket.until("error")
    calls = house.sessions[0].calls
    assert calls.count(("push_audio", 2400)) == 1 and ("clear_audio",) in calls
