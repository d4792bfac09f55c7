"""The real session behind the real wire, with scripted ears, mind and voice, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from fakes import RecordingBody, ScriptedHearing, ScriptedMind, ScriptedVoice
from openai.types.realtime.realtime_server_event import RealtimeServerEvent
from pydantic import TypeAdapter
from scripted_house import ScriptedHouse, Socket, connected, make_app
from virtual_time import run_virtual

from avatar.session import Session
from dialogue.types import Sentence
from models.errors import BackendUnavailable
from speech.types import Heard, Partial, SpeechStarted, SpeechStopped

ANSWER = "请先挂失，再补办新卡。"
OPENAI = TypeAdapter(RealtimeServerEvent)


class SessionHouse(ScriptedHouse):
    """Opens real sessions over scripted organs."""

    def __init__(self, mind: ScriptedMind) -> None:
        super().__init__()
        self.mind, self.hearing = mind, ScriptedHearing()

    def open_session(self, persona: str, *, speaks_label: bool, visit, language: str = "", rendered=True) -> Session:
        self.session = Session(
            id="sess_0123456789",
            hearing=self.hearing,
            conversation=self.mind,
            voice=ScriptedVoice(),
            body=RecordingBody(),
            greet=False,
            spoken_label="以下内容由人工智能生成。" if speaks_label else "",
        )
        return self.session

    def hear(self, text: str) -> None:
        for event in (SpeechStarted(0), SpeechStopped(16000, 20000), Heard(text, "zh", 0.9, 0, 16000)):
            self.hearing.tell(event)


def over_the_wire(
    script: Callable[[Socket, SessionHouse], Awaitable[None]],
    *,
    mind: ScriptedMind | None = None,
    subprotocols: tuple[str, ...] = ("shuren.v1",),
    label: bool = True,
) -> None:
    async def main() -> None:
        house = SessionHouse(mind or ScriptedMind(ANSWER))
        async with connected(make_app(house), subprotocols=subprotocols) as socket:
            await socket.until("shuren.label.required")
            if label:
                socket.send({"type": "shuren.label.shown"})
                await asyncio.sleep(0)
            await script(socket, house)

    run_virtual(main())


def typed(text: str) -> dict:
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    return {"type": "conversation.item.create", "item": item}


def events(got: list) -> list[dict]:
    return [each for each in got if isinstance(each, dict)]


def transcript(got: list) -> str:
    return next(each["transcript"] for each in events(got) if each["type"] == "response.output_audio_transcript.done")


def test_a_typed_question_is_answered_with_voice_and_face() -> None:
    async def script(socket: Socket, house: SessionHouse) -> None:
        socket.send(typed("卡丢了"))
        socket.send({"type": "response.create"})
        got = await socket.until("response.done")
        assert got[-1]["response"]["status"] == "completed"
        assert transcript(got) == ANSWER
        assert any(isinstance(each, bytes) and each[0] == 1 for each in got)
        assert any(isinstance(each, bytes) and each[0] == 2 for each in got)
        for each in events(got):
            if not each["type"].startswith("shuren."):
                OPENAI.validate_python(each)

    over_the_wire(script)


def test_a_plain_client_hears_the_label_before_the_first_answer_only() -> None:
    async def script(socket: Socket, house: SessionHouse) -> None:
        said = []
        for question in ("卡丢了", "再说一遍"):
            socket.send(typed(question))
            socket.send({"type": "response.create"})
            said.append(transcript(await socket.until("response.done")))
        assert said == ["以下内容由人工智能生成。" + ANSWER, ANSWER]

    over_the_wire(script, subprotocols=("realtime",), label=False)


def test_an_avatar_client_is_refused_and_not_answered_before_the_label() -> None:
    async def script(socket: Socket, house: SessionHouse) -> None:
        socket.send(typed("卡丢了"))
        socket.send({"type": "response.create"})
        assert (await socket.until("error"))[-1]["error"]["code"] == "label_not_shown"
        house.hear("卡丢了")
        await socket.until("conversation.item.done")
        await asyncio.sleep(3)
        assert house.mind.asked == []
        socket.send({"type": "shuren.label.shown"})
        socket.send({"type": "response.create"})
        assert (await socket.until("response.done"))[-1]["response"]["status"] == "completed"

    over_the_wire(script, label=False)


def test_barging_in_ends_the_answer_after_the_last_word_heard() -> None:
    async def script(socket: Socket, house: SessionHouse) -> None:
        house.hear("卡丢了")
        await socket.until("response.content_part.added")
        await asyncio.sleep(1.3)
        house.hearing.tell(SpeechStarted(32000))
        got = await socket.until("input_audio_buffer.speech_started")
        house.hearing.tell(Partial("不是这个", "不是"))
        got += await socket.until("response.done")
        kinds = [each["type"] for each in events(got)]
        assert kinds.index("input_audio_buffer.speech_started") < kinds.index("response.output_audio.done")
        assert [each["final"] for each in events(got) if each["type"] == "shuren.interrupted"] == [False, True]
        done = got[-1]["response"]
        assert done["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
        heard = done["output"][0]["content"][0]["transcript"]
        assert heard and ANSWER.startswith(heard) and heard != ANSWER
        assert house.mind.memory[1] == (heard, True)

    over_the_wire(script)


def test_a_cough_pauses_and_the_transcript_stays_whole() -> None:
    async def script(socket: Socket, house: SessionHouse) -> None:
        house.hear("卡丢了")
        await socket.until("response.content_part.added")
        await asyncio.sleep(1.3)
        for event in (SpeechStarted(32000), SpeechStopped(36000, 40000), Heard("", "zh", 0.2, 32000, 36000)):
            house.hearing.tell(event)
        got = await socket.until("response.done")
        assert got[-1]["response"]["status"] == "completed"
        assert transcript(got) == ANSWER
        assert got[-1]["response"]["output"][0]["content"][0]["transcript"] == ANSWER

    over_the_wire(script)


def test_the_client_cancels_and_may_ask_again() -> None:
    async def script(socket: Socket, house: SessionHouse) -> None:
        socket.send(typed("卡丢了"))
        socket.send({"type": "response.create"})
        socket.send({"type": "response.create"})
        assert (await socket.until("error"))[-1]["error"]["code"] == "session_busy"
        await socket.until("response.content_part.added")
        socket.send({"type": "response.cancel"})
        done = (await socket.until("response.done"))[-1]["response"]
        assert done["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
        socket.send({"type": "response.cancel"})
        assert (await socket.until("error"))[-1]["error"]["code"] == "response_cancel_not_active"
        socket.send(typed("再说一遍"))
        socket.send({"type": "response.create"})
        assert (await socket.until("response.done"))[-1]["response"]["status"] == "completed"

    over_the_wire(script)


def test_manual_turns_are_answered_only_when_asked_for() -> None:
    async def script(socket: Socket, house: SessionHouse) -> None:
        socket.send({"type": "session.update", "session": {"audio": {"input": {"turn_detection": None}}}})
        await socket.until("session.updated")
        assert house.hearing.detect_turns is False
        socket.send({"type": "input_audio_buffer.append", "audio": "AAAA" * 1000})
        socket.send({"type": "input_audio_buffer.commit"})
        await socket.until("input_audio_buffer.committed")
        house.hearing.tell(Heard("卡丢了", "zh", 0.9, 0, 16000))
        await socket.until("conversation.item.done")
        await asyncio.sleep(2)
        assert house.mind.asked == []
        socket.send({"type": "response.create"})
        await socket.until("response.done")
        assert house.mind.asked == ["卡丢了"]

    over_the_wire(script)


@pytest.mark.parametrize("said", [(), (ANSWER,)])
def test_a_mind_that_breaks_fails_the_response_and_the_session_goes_on(said: tuple[str, ...]) -> None:
    mind = ScriptedMind(*said, fail=BackendUnavailable("The model is gone."))

    async def script(socket: Socket, house: SessionHouse) -> None:
        socket.send(typed("卡丢了"))
        socket.send({"type": "response.create"})
        got = await socket.until("response.done")
        assert got[-1]["response"]["status"] == "failed"
        assert got[-1]["response"]["status_details"]["error"]["code"] == "backend_unavailable"
        assert len([each for each in events(got) if each["type"] == "error"]) == 1
        mind.fail, mind.sentences = None, [Sentence("好。", "zh", "approved")]
        socket.send(typed("再来"))
        socket.send({"type": "response.create"})
        assert (await socket.until("response.done"))[-1]["response"]["status"] == "completed"

    over_the_wire(script, mind=mind)


def test_truncating_a_finished_answer_cuts_what_she_remembers() -> None:
    async def script(socket: Socket, house: SessionHouse) -> None:
        socket.send(typed("卡丢了"))
        socket.send({"type": "response.create"})
        got = await socket.until("response.done")
        item = got[-1]["response"]["output"][0]["id"]
        cut = {"type": "conversation.item.truncate", "item_id": item, "content_index": 0, "audio_end_ms": 760}
        socket.send(cut)
        await socket.until("conversation.item.truncated")
        assert house.mind.memory[1] == (ANSWER[:3], True)

    over_the_wire(script)


def test_leaving_in_the_middle_of_an_answer_leaves_nothing_behind() -> None:
    async def script(socket: Socket, house: SessionHouse) -> None:
        socket.send(typed("卡丢了"))
        socket.send({"type": "response.create"})
        await socket.until("response.content_part.added")
        socket.leave()
        await socket.task
        assert house.hearing.closed and house.ended == 1

    over_the_wire(script)
