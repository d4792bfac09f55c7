"""Session events as OpenAI's SDK expects them: shapes, order, and one end for everything that begins."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.realtime.realtime_server_event import RealtimeServerEvent
from pydantic import TypeAdapter
from scripted_house import CARD, audio, frames, reply, sentence

from avatar.events import (
    AudioOut,
    Failed,
    FramesOut,
    InputFinal,
    InputPartial,
    InputSpeechStarted,
    InputSpeechStopped,
    Interrupted,
    ReplyDone,
    ReplyStarted,
    SentenceOut,
    SessionEvent,
    StateChanged,
)
from dialogue.types import Citation
from models.errors import AudioInvalid, BackendTimeout, EventInvalid
from server.realtime import wire
from server.realtime.answer import Sound
from server.realtime.config import Config
from server.realtime.senders import JsonSender
from server.realtime.translate import Translator
from speech.types import HeardWord

OPENAI = TypeAdapter(RealtimeServerEvent)


def translate(*script: SessionEvent, translator: Translator | None = None) -> list[Any]:
    translator = translator or Translator(voice=CARD.voice)
    return [out for event in script for out in translator.translate(event)]


def kinds(outgoing: list[Any]) -> list[str]:
    return [out["type"] if isinstance(out, dict) else type(out).__name__ for out in outgoing]


def official(outgoing: list[Any]) -> list[str]:
    """The types of OpenAI's own events."""
    return [kind for kind in kinds(outgoing) if "." in kind and not kind.startswith("shuren.")]


def check_shape(event: dict[str, Any]) -> None:
    """A strict reading of one event by the SDK's own models: the right one, and nothing missing."""
    read = OPENAI.validate_python(event)
    assert read.type == event["type"]
    wanted = type(read).model_fields
    assert not [name for name, field in wanted.items() if field.is_required() and getattr(read, name) is None]


SPOKEN = [
    InputSpeechStarted("item_u", 120),
    InputPartial("item_u", "", "定"),
    InputPartial("item_u", "定期", "定期利"),
    InputPartial("item_u", "定期", "定期存"),
    InputSpeechStopped("item_u", 1620),
    InputPartial("item_u", "定期存款", "定期存款"),
    InputFinal("item_u", "定期存款利率", "zh", 0.8, {"endpoint": 250.0}),
]


def test_a_spoken_turn_comes_in_the_order_of_the_official_service() -> None:
    assert official(translate(*SPOKEN, *reply(1, "您好", question="item_u"))) == [
        "input_audio_buffer.speech_started",
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.delta",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.completed",
        "conversation.item.done",
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_audio_transcript.delta",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
    ]


def test_transcript_deltas_only_grow_and_hold_the_agreed_words() -> None:
    got = [out for out in translate(*SPOKEN) if out["type"].endswith("transcription.delta")]
    assert [out["delta"] for out in got] == ["", "定期", "", "存款"]
    assert [out["shuren"]["text"] for out in got] == ["定", "定期利", "定期存", "定期存款"]


def test_a_transcript_tells_what_the_recogniser_wrote_and_how_sure_it_was_of_each_word() -> None:
    words = (HeardWord("里", 0.41234), HeardWord("财", 0.5))
    heard = InputFinal("item_u", "理财", "zh", 0.8, original="里财", words=words)
    plain = InputFinal("item_v", "你好", "zh", 0.9)
    told, untouched = (
        out["shuren"] for out in translate(heard, plain) if out["type"].endswith("transcription.completed")
    )
    assert told == {
        "language": "zh",
        "confidence": 0.8,
        "original": "里财",
        "words": [{"text": "里", "confidence": 0.412}, {"text": "财", "confidence": 0.5}],
    }
    assert (untouched["original"], untouched["words"]) == ("你好", [])


def test_every_official_event_has_the_shape_the_sdk_expects() -> None:
    translator = Translator(voice=CARD.voice)
    translator.next_metadata = {"k": "v"}
    script = [
        *SPOKEN,
        *reply(1, "您好", question="item_u"),
        InputSpeechStarted("item_v", 9000),
        Failed("backend_error", "The recogniser broke.", item="item_v"),
        *reply(2)[:-1],
        Interrupted(2, "item_2", 100, True),
        ReplyDone(2, "item_2", "cancelled", "turn_detected", "您好", "您"),
        ReplyStarted(3, "item_3", ""),
        ReplyDone(3, "item_3", "failed", "backend_timeout", "", ""),
    ]
    outgoing = translate(*script, translator=translator)
    config = Config("bank-teller", "kokoro", "whisper", "数字人", "Digital human")
    outgoing += [
        wire.event("session.created", session=config.as_session("sess_1")),
        wire.event("session.updated", session=config.as_session("sess_1")),
        wire.error(EventInvalid("Wrong.", hint="Do it right."), culprit="e1"),
        wire.error(BackendTimeout("Slow.")),
        *translator.typed("item_t", "你好"),
        *translator.spoken(InputFinal("item_s", "你好", "zh", 0.9)),
        wire.event("conversation.item.retrieved", item=translator.items.get("item_1").item),
        wire.event("conversation.item.deleted", item_id="item_1"),
        wire.event("conversation.item.truncated", item_id="item_2", content_index=0, audio_end_ms=10),
        wire.event("input_audio_buffer.cleared"),
    ]
    outgoing = [out for out in outgoing if isinstance(out, dict)]
    outgoing += [out for out in map(_as_json, translate(*reply(9))) if out]
    seen = set()
    for out in outgoing:
        if not out["type"].startswith("shuren."):
            check_shape(out)
            seen.add(out["type"])
    assert len(seen) == 25, sorted(seen)  # all that this service sends


def _as_json(out: Any) -> dict | None:
    return json.loads(next(JsonSender().pack(out)).data) if isinstance(out, Sound) else None


def test_the_shape_check_itself_can_fail() -> None:
    with pytest.raises(ValueError):
        check_shape(wire.event("response.output_audio.delta", delta="AAAA"))
    with pytest.raises(ValueError):
        check_shape({"type": "input_audio_buffer.cleared"})


# --- answers ----------------------------------------------------------------------------------------------------------


def test_a_completed_response_has_transcript_usage_and_timings() -> None:
    outgoing = translate(*SPOKEN, *reply(1, "您好", question="item_u"))
    done = next(out for out in outgoing if kinds([out]) == ["response.done"])["response"]
    assert done["status"] == "completed"
    assert done["output"][0]["content"] == [{"type": "output_audio", "transcript": "您好"}]
    assert done["usage"]["input_token_details"] == {"text_tokens": 6, "audio_tokens": 15, "cached_tokens": 0}
    assert done["usage"]["output_token_details"] == {"text_tokens": 2, "audio_tokens": 4}
    timings = outgoing[-1]
    assert (timings["type"], timings["turn"], timings["first_audio_ms"]) == ("shuren.timings", 1, 640.0)


def test_a_cancelled_response_ends_its_item_and_holds_what_was_heard() -> None:
    outgoing = translate(
        *reply(1, "您好呀")[:-1],
        InputSpeechStarted("item_u", 500),
        Interrupted(1, "item_1", 2400, True),
        audio(1, "还", pts=7200),  # too late
        ReplyDone(1, "item_1", "cancelled", "turn_detected", "您好呀", "您"),
    )
    assert official(outgoing)[-7:] == [
        "input_audio_buffer.speech_started",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
    ]
    done = outgoing[-1]["response"]
    assert done["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert done["output"][0]["status"] == "incomplete"
    assert done["output"][0]["content"][0]["transcript"] == "您"


def test_a_response_that_failed_before_a_word_has_no_item() -> None:
    outgoing = translate(ReplyStarted(1, "item_1", ""), ReplyDone(1, "item_1", "failed", "backend_timeout", "", ""))
    assert kinds(outgoing) == ["response.created", "response.done"]
    assert outgoing[-1]["response"]["output"] == []
    assert outgoing[-1]["response"]["status_details"]["error"]["code"] == "backend_timeout"


def test_what_a_pause_cut_off_is_captioned_again_but_stands_once_in_the_transcript() -> None:
    outgoing = translate(
        ReplyStarted(1, "item_1", ""),
        sentence(1, "一二三四"),
        audio(1, "一二三四", pts=0),
        Interrupted(1, "item_1", 4800, False),
        audio(1, "三四", pts=24_000),
        audio(1, "五", pts=28_800),
        ReplyDone(1, "item_1", "completed", "", "一二三四五", "一二三四五"),
    )
    deltas = [out["delta"] for out in outgoing if kinds([out]) == ["response.output_audio_transcript.delta"]]
    captions = [out["words"] for out in outgoing if kinds([out]) == ["shuren.caption"]]
    assert deltas == ["一二三四", "五"]
    assert ["".join(word["text"] for word in words) for words in captions] == ["一二三四", "三四", "五"]
    done = outgoing[-1]["response"]
    assert done["output"][0]["content"][0]["transcript"] == "一二三四五"
    assert done["usage"]["output_token_details"]["audio_tokens"] == 10  # 5 × 100 ms: the dropped ones do not count


def test_english_sentences_are_parted_by_a_space() -> None:
    outgoing = translate(
        ReplyStarted(1, "item_1", ""),
        sentence(1, "Hi.", "en"),
        audio(1, "H"),
        sentence(1, "Bye.", "en"),  # announced while the first one is spoken
        audio(1, "i.", pts=2400),
        audio(1, "Bye.", pts=7200),
        ReplyDone(1, "item_1", "completed", "", "Hi.Bye.", "Hi.Bye."),
    )
    done = next(out for out in outgoing if kinds([out]) == ["response.output_audio_transcript.done"])
    assert done["transcript"] == "Hi. Bye."


def test_a_voice_without_word_times_still_has_a_transcript() -> None:
    silent = AudioOut(1, "item_1", 0, audio(1, "好").pcm, ())
    outgoing = translate(ReplyStarted(1, "item_1", ""), silent, ReplyDone(1, "item_1", "completed", "", "好", "好"))
    done = next(out for out in outgoing if kinds([out]) == ["response.output_audio_transcript.done"])
    assert done["transcript"] == "好"


def test_the_sentence_comes_with_its_sources_before_its_audio() -> None:
    cited = SentenceOut(1, "item_1", "好", "zh", "approved", (Citation("p1", "章", "银行", "2026-01-01"),), True)
    outgoing = translate(ReplyStarted(1, "item_1", ""), cited, audio(1, "好"))
    assert kinds(outgoing).index("shuren.sentence") < kinds(outgoing).index("Sound")
    said = next(out for out in outgoing if kinds([out]) == ["shuren.sentence"])
    assert said["citations"] == [{"passage_id": "p1", "title": "章", "source": "银行", "as_of": "2026-01-01"}]
    assert said["handoff"] is True


def test_the_end_of_the_session_ends_everything_open() -> None:
    translator = Translator(voice=CARD.voice)
    translate(*SPOKEN[:5], *reply(1)[:3], translator=translator)
    closing = list(translator.finish())
    assert closing[5]["type"] == "response.done" and closing[5]["response"]["status"] == "cancelled"
    assert kinds(closing)[6:] == ["conversation.item.input_audio_transcription.failed", "conversation.item.done"]
    assert translator.items.unfinished() == []
    assert list(translator.finish()) == []


def test_transcripts_can_be_switched_off() -> None:
    translator = Translator(voice=CARD.voice)
    translator.utterances.transcription = False
    assert not [kind for kind in kinds(translate(*SPOKEN, translator=translator)) if "transcription" in kind]
    assert translator.items.get("item_u").done


def test_our_errors_are_told_apart_from_the_client_s() -> None:
    assert wire.error(AudioInvalid("x"))["error"]["type"] == "invalid_request_error"
    assert wire.error(BackendTimeout("x"))["error"]["type"] == "server_error"
    (told,) = translate(Failed("backend_timeout", "Slow."))
    assert (told["error"]["type"], told["error"]["code"]) == ("server_error", "backend_timeout")


# --- whatever a session may say ---------------------------------------------------------------------------------------

TURNS = st.integers(1, 3)
UTTERANCES = st.sampled_from(["item_a", "item_b"])
PTS = st.integers(0, 50).map(lambda k: k * 2400)
TEXT = st.text("一二三abc ", min_size=1, max_size=4)
EVENTS = st.one_of(
    st.builds(ReplyStarted, TURNS, st.uuids().map(str), UTTERANCES),
    st.builds(lambda turn, text: sentence(turn, text), TURNS, TEXT),
    st.builds(lambda turn, text, pts: audio(turn, text, pts), TURNS, TEXT, PTS),
    st.builds(lambda turn, pts, final: Interrupted(turn, f"item_{turn}", pts, final), TURNS, PTS, st.booleans()),
    st.builds(
        lambda turn, status, text: ReplyDone(turn, f"item_{turn}", status, "", text, text[:1]),
        TURNS,
        st.sampled_from(["completed", "cancelled", "failed"]),
        TEXT,
    ),
    st.builds(InputSpeechStarted, UTTERANCES, st.integers(0, 9000)),
    st.builds(InputSpeechStopped, UTTERANCES, st.integers(0, 9000)),
    st.builds(InputPartial, UTTERANCES, TEXT, TEXT),
    st.builds(lambda item, text: InputFinal(item, text, "zh", 0.5), UTTERANCES, TEXT),
    st.builds(lambda item: Failed("backend_error", "Broken.", item=item), st.sampled_from(["", "item_a"])),
    st.builds(lambda turn: FramesOut(turn, frames()), TURNS),
    st.just(StateChanged("idle", 0, 0)),
)


@given(st.lists(EVENTS, max_size=25))
@settings(max_examples=200, deadline=None)
def test_whatever_a_session_says_each_thing_begins_and_ends_once(script: list[SessionEvent]) -> None:
    translator = Translator(voice=CARD.voice)
    outgoing = translate(*script, translator=translator) + list(translator.finish())
    events = [out for out in outgoing if isinstance(out, dict)]
    _responses_are_whole(events)
    _items_are_whole(events)
    for event in events:
        if not event["type"].startswith("shuren."):
            check_shape(event)


def _responses_are_whole(events: list[dict]) -> None:
    """At most one response at a time; parts inside it; each opened part closed once; deltas join to the transcript."""
    active: str | None = None
    counts: Counter[str] = Counter()
    said = ""
    for event in events:
        kind = event["type"]
        if kind == "response.created":
            assert active is None
            active, counts, said = event["response"]["id"], Counter(), ""
        elif kind == "response.done":
            assert event["response"]["id"] == active
            opened = counts["response.output_item.added"]
            assert opened <= 1 and len(event["response"]["output"]) == opened
            for name in ("content_part.added", "output_audio.done", "output_audio_transcript.done",
                         "content_part.done", "output_item.done"):  # fmt: skip
                assert counts[f"response.{name}"] == opened, name
            active = None
        elif kind.startswith("response."):
            assert event["response_id"] == active
            assert "delta" not in kind or not counts["response.output_audio.done"]
            counts[kind] += 1
            if kind == "response.output_audio_transcript.delta":
                said += event["delta"]
            if kind == "response.output_audio_transcript.done":
                assert event["transcript"] == said
    assert active is None


def _items_are_whole(events: list[dict]) -> None:
    added = [event["item"]["id"] for event in events if event["type"] == "conversation.item.added"]
    done = [event["item"]["id"] for event in events if event["type"] == "conversation.item.done"]
    assert len(set(added)) == len(added)
    assert sorted(added) == sorted(done)
    for event in events:
        if event["type"] == "conversation.item.added":
            assert event["previous_item_id"] in (None, *added)
