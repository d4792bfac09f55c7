"""Whole conversations in virtual time: barge-in at every stage, memory of what was heard, no leaked task."""

from __future__ import annotations

import asyncio

import pytest
from fakes import ScriptedMind, ScriptedVoice
from stand import ANSWER, Stand, converse
from virtual_time import run_virtual

from animation.types import RATE, SAMPLES_PER_FRAME
from avatar.events import (
    AudioOut,
    Failed,
    FramesOut,
    InputFinal,
    Interrupted,
    ReplyDone,
    ReplyStarted,
    SentenceOut,
    StateChanged,
)
from dialogue.types import Sentence
from models.errors import BackendUnavailable, LabelNotShown, SessionBusy
from speech.types import Heard, Partial, Speech, SpeechStarted, SpeechStopped


def audio_bytes(stand: Stand) -> int:
    return sum(len(a.pcm) for a in stand.of(AudioOut))


def test_a_heard_question_is_answered_to_its_end() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("银行卡丢了怎么挂失")
        await asyncio.sleep(8)

    stand = converse(script)
    assert stand.mind.asked == ["银行卡丢了怎么挂失"]
    done = stand.of(ReplyDone)
    assert [(d.status, d.heard) for d in done] == [("completed", "".join(ANSWER))]
    assert stand.mind.memory == {1: ("".join(ANSWER), False)}
    assert audio_bytes(stand) == len("".join(ANSWER)) * ScriptedVoice.CHAR
    assert [s.state for s in stand.of(StateChanged)] == ["thinking", "speaking", "speaking", "listening"]


def test_first_sound_waits_only_for_the_first_sentence_and_its_first_clause() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(8)

    stand = converse(script, mind=ScriptedMind(*ANSWER, delay=0.05), voice=ScriptedVoice(delay=0.1))
    assert 0.15 <= stand.when(AudioOut) <= 0.15 + 0.06  # mind + voice + at most two ticks
    assert stand.of(ReplyDone)[0].timings["first_audio_ms"] <= 210 + 250  # + the endpoint's own wait


def test_the_body_is_told_the_mood_the_persons_language_and_whether_their_voice_is_heard() -> None:
    async def script(stand: Stand) -> None:
        for heard in (True, False, True, False):  # a pause within the turn
            stand.hearing.voice = heard
            await asyncio.sleep(0.5)
        stand.hearing.tell(SpeechStarted(0))
        stand.hearing.tell(SpeechStopped(16000, 20000))
        stand.hearing.tell(Heard("I lost my card", "en", 0.9, 0, 16000))
        await asyncio.sleep(4)

    mind = ScriptedMind(Sentence("别着急。", "zh", "approved", mood="worried", intensity=0.4), "好的。")
    stand = converse(script, mind=mind)
    voices = stand.body.voices
    assert voices[not voices[0] :] == [True, False, True, False]  # perhaps after the silence before
    assert stand.body.language == "en"
    assert stand.body.moods[0] == ("worried", 0.4) and stand.body.moods[-1] == ("neutral", 1.0)


def test_audio_and_frames_lie_on_one_gapless_clock() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(8)

    stand = converse(script)
    frames = stand.of(FramesOut)
    for one, two in zip(frames, frames[1:], strict=False):
        assert two.frames.pts == one.frames.pts + len(one.frames) * SAMPLES_PER_FRAME
    for at, event in stand.events:
        if isinstance(event, AudioOut):
            due = event.pts / RATE
            assert at <= due <= at + 0.3 + 1e-6  # never late, at most 300 ms early
        elif isinstance(event, FramesOut):
            assert event.frames.pts / RATE >= at - 0.03


def test_pieces_of_a_sentence_join_without_a_gap() -> None:
    class PiecemealVoice(ScriptedVoice):
        async def say(self, text, *, language=None, speed=1.0):
            async for speech in super().say(text, language=language):
                words = speech.words[0], *speech.words[1:]
                yield Speech(speech.pcm[: self.CHAR + 77], speech.phones[:1], words[:1], "zh")
                yield Speech(speech.pcm[self.CHAR + 77 :], (), words[1:], "zh")

    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(8)

    chunks = converse(script, voice=PiecemealVoice(delay=0.01)).of(AudioOut)
    for one, two in zip(chunks, chunks[1:], strict=False):
        assert two.pts == one.pts + len(one.pcm)


def test_captions_join_to_the_text() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(8)

    stand = converse(script)
    assert "".join(w.text for a in stand.of(AudioOut) for w in a.words) == "".join(ANSWER)
    assert [s.text for s in stand.of(SentenceOut)] == list(ANSWER)


@pytest.mark.parametrize("after", [0.0, 0.02, 0.1, 0.2, 0.5, 1.0, 2.5, 4.0, 4.8])
def test_talking_over_her_stops_her_at_any_moment(after: float) -> None:
    """Before the mind, before the voice, before sound, mid-word, near the end: one terminal event, nothing after it."""

    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(after)
        stand.hearing.tell(SpeechStarted(40000))
        await asyncio.sleep(0.3)
        stand.hearing.tell(Partial("等一下我", ""))
        await asyncio.sleep(1.0)

    stand = converse(script)
    done = stand.of(ReplyDone)
    assert [d.status for d in done] == ["cancelled"]
    interrupted = stand.of(Interrupted)
    paused_at = [at for at, e in stand.events if isinstance(e, Interrupted)][0]
    assert paused_at == pytest.approx(after, abs=0.001) and not interrupted[0].final and interrupted[-1].final
    assert not [a for at, a in stand.events if isinstance(a, AudioOut) and at > paused_at]
    heard = done[0].heard
    assert "".join(ANSWER).startswith(heard) and abs(len(heard) * 0.25 - max(0.0, after - 0.2)) <= 0.25
    assert stand.mind.memory[1] == (heard, True)
    assert stand.of(StateChanged)[-1].state == "listening"


def test_a_cough_pauses_and_not_a_word_is_lost() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(1.5)
        stand.hearing.tell(SpeechStarted(40000))
        await asyncio.sleep(0.4)
        stand.hearing.tell(SpeechStopped(46000, 50000))
        stand.hearing.tell(Heard("", "zh", 0.0, 40000, 46000))
        await asyncio.sleep(8)

    stand = converse(script)
    done = stand.of(ReplyDone)[0]
    assert (done.status, done.heard) == ("completed", "".join(ANSWER))
    assert [i.final for i in stand.of(Interrupted)] == [False]
    assert "paused" in [s.state for s in stand.of(StateChanged)]


def test_a_listeners_murmur_does_not_take_the_floor() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(1.5)
        stand.hearing.tell(SpeechStarted(40000))
        stand.hearing.tell(Partial("嗯", ""))
        stand.hearing.tell(Heard("嗯。", "zh", 0.9, 40000, 46000))
        await asyncio.sleep(8)

    stand = converse(script)
    assert [d.status for d in stand.of(ReplyDone)] == ["completed"]
    assert stand.mind.asked == ["你好"]


def test_an_interruption_is_answered() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(1.5)
        stand.hear("密码忘了怎么办")
        await asyncio.sleep(8)

    stand = converse(script)
    assert stand.mind.asked == ["你好", "密码忘了怎么办"]
    assert [d.status for d in stand.of(ReplyDone)] == ["cancelled", "completed"]
    assert [r.turn for r in stand.of(ReplyStarted)] == [1, 2]


def test_the_voice_works_ahead_while_the_person_speaks_once_for_an_answer() -> None:
    async def script(stand: Stand) -> None:
        stand.hearing.tell(SpeechStarted(0))
        for text in ("银行", "银行卡丢", "银行卡丢了", "银行卡丢了怎么办"):
            stand.hearing.tell(Partial(text, ""))
            await asyncio.sleep(0.5)
        assert stand.voice.prepared == [ANSWER[0]]
        assert not stand.mind.asked and not stand.of(ReplyStarted)

    converse(script)


def test_one_guess_in_the_middle_of_a_question_makes_nothing_ahead() -> None:
    async def script(stand: Stand) -> None:
        stand.hearing.tell(SpeechStarted(0))
        stand.hearing.tell(Partial("银行卡丢", ""))
        await asyncio.sleep(0.5)
        assert stand.voice.prepared == []
        stand.hearing.tell(Partial("银行卡丢", "银行", whole=True))
        await asyncio.sleep(0.5)
        assert stand.voice.prepared == [ANSWER[0]]

    converse(script)


def test_what_is_made_ahead_of_an_answer_stops_with_it() -> None:
    async def script(stand: Stand) -> None:
        stand.voice.prepare_for = 60.0
        stand.hearing.tell(SpeechStarted(0))
        stand.hearing.tell(Partial("银行卡丢了怎么办", "", whole=True))
        stand.hearing.tell(SpeechStopped(8000, 12000))
        stand.hearing.tell(Heard("银行卡丢了怎么办", "zh", 0.9, 0, 8000))
        await asyncio.sleep(1.0)
        assert stand.voice.dropped == []
        await stand.session.cancel()
        await asyncio.sleep(0.1)
        assert stand.voice.dropped == [ANSWER[0]]

    converse(script)


@pytest.mark.parametrize(("meant", "dropped"), [(ANSWER, []), (("请您取号。", ANSWER[1]), [ANSWER[0]])])
def test_what_was_made_ahead_gives_way_only_to_another_answer(meant: tuple[str, ...], dropped: list[str]) -> None:
    async def script(stand: Stand) -> None:
        stand.voice.prepare_for = 3.0
        stand.hearing.tell(SpeechStarted(0))
        stand.hearing.tell(Partial("银行卡丢了怎么办", "", whole=True))
        await asyncio.sleep(0.5)
        stand.mind.sentences = [Sentence(text, "zh", "approved") for text in meant]
        stand.hearing.tell(SpeechStopped(8000, 12000))
        stand.hearing.tell(Heard("银行卡丢了怎么办", "zh", 0.9, 0, 8000))
        await asyncio.sleep(1.0)
        assert stand.voice.dropped == dropped
        await asyncio.sleep(6.0)

    converse(script)


def test_a_question_continued_before_any_answer_was_heard_is_one_question() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("我想问一下")
        await asyncio.sleep(0.1)
        stand.hear("银行卡丢了怎么办")
        await asyncio.sleep(8)

    stand = converse(script)
    assert stand.mind.asked[-1] == "我想问一下银行卡丢了怎么办"


def test_words_that_prove_to_be_nothing_do_not_lose_the_question() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("银行卡丢了怎么办")
        await asyncio.sleep(0.05)
        stand.hearing.tell(SpeechStarted(40000))
        stand.hearing.tell(Partial("谢谢观看", ""))
        stand.hearing.tell(Heard("", "zh", 0.0, 40000, 46000))
        await asyncio.sleep(8)

    stand = converse(script)
    assert stand.mind.asked[-1] == "银行卡丢了怎么办"
    assert stand.of(ReplyDone)[-1].status == "completed"


def test_a_sentence_that_must_finish_is_not_cut() -> None:
    must = Sentence("理财非存款，投资须谨慎。", "zh", "template", must_finish=True)

    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(1.0)
        stand.hear("密码忘了怎么办")
        await asyncio.sleep(12)

    stand = converse(script, mind=ScriptedMind(must, "还有别的吗？"))
    first = stand.of(ReplyDone)[0]
    assert first.status == "cancelled" and first.heard.startswith(must.text)
    assert stand.mind.asked == ["你好", "密码忘了怎么办"]


def test_memory_is_cut_at_the_clients_playhead() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(2.0)
        now = stand.session.clock.now()
        stand.session.playhead(now - RATE, 1)  # this client plays a second late
        stand.hearing.tell(SpeechStarted(0))
        stand.hearing.tell(Partial("等一下", ""))
        await asyncio.sleep(0.1)

    stand = converse(script)
    assert len(stand.of(ReplyDone)[0].heard) == pytest.approx((2.0 - 1.0 - 0.2) / 0.25, abs=1)


def test_truncation_by_a_client_corrects_the_memory() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(8)
        await stand.session.truncate(stand.of(ReplyStarted)[0].item, 1000)

    stand = converse(script)
    assert stand.mind.memory[1] == ("".join(ANSWER)[:4], True)


def test_typed_text_is_answered_and_a_second_request_is_refused() -> None:
    async def script(stand: Stand) -> None:
        item = await stand.session.add_text("怎么开户？")
        turn = await stand.session.respond()
        assert turn == 1
        with pytest.raises(SessionBusy):
            await stand.session.respond()
        await asyncio.sleep(8)
        assert stand.of(ReplyStarted)[0].question == item

    stand = converse(script)
    assert stand.mind.asked == ["怎么开户？"]


def test_cancel_by_the_client_stops_at_once() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(1.5)
        assert await stand.session.cancel()
        assert not await stand.session.cancel()
        await asyncio.sleep(5)

    stand = converse(script)
    done = stand.of(ReplyDone)
    assert [(d.status, d.reason) for d in done] == [("cancelled", "client_cancelled")]
    assert not [a for at, a in stand.events if isinstance(a, AudioOut) and at > 1.5]


def test_nothing_is_sent_before_the_label_is_shown() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        with pytest.raises(LabelNotShown):
            await stand.session.respond()
        await asyncio.sleep(3)
        assert not stand.of(AudioOut, FramesOut, ReplyStarted)
        stand.session.label_shown()
        await asyncio.sleep(0.2)
        assert stand.of(FramesOut)

    converse(script, label=False)


def test_a_client_without_a_screen_hears_the_label_and_gets_no_frames() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(12)

    stand = converse(script, label=False, spoken_label="以下由数字人回答。")
    assert stand.of(SentenceOut)[0].text == "以下由数字人回答。"
    assert not stand.of(FramesOut)
    assert stand.of(ReplyDone)[0].status == "completed"


def test_the_greeting_follows_the_label() -> None:
    async def script(stand: Stand) -> None:
        await asyncio.sleep(5)

    stand = converse(script, greet=True)
    assert stand.of(ReplyDone)[0].heard == "您好，我是数字人。"
    assert stand.of(ReplyStarted)[0].question == ""


def test_a_broken_mind_fails_the_answer_and_the_session_goes_on() -> None:
    mind = ScriptedMind("好的。", fail=BackendUnavailable("The language model's server does not answer."))

    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(3)
        stand.mind.fail = None
        stand.hear("再说一遍")
        await asyncio.sleep(5)

    stand = converse(script, mind=mind)
    assert stand.of(Failed)[0].code == "backend_unavailable"
    assert [d.status for d in stand.of(ReplyDone)] == ["failed", "completed"]


def test_a_voice_that_hangs_is_given_up() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(40)

    stand = converse(script, voice=ScriptedVoice(delay=1000))
    assert stand.of(Failed)[0].code == "backend_timeout"
    assert stand.of(ReplyDone)[0].status == "failed"
    assert stand.mind.closed_early <= 1


def test_a_mind_with_nothing_to_say_ends_its_turn() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(2)

    stand = converse(script, mind=ScriptedMind())
    assert [d.status for d in stand.of(ReplyDone)] == ["completed"]


def test_noise_is_not_answered() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("")
        await asyncio.sleep(2)

    stand = converse(script)
    assert stand.mind.asked == [] and stand.of(InputFinal)[0].text == ""


def test_closing_in_the_middle_of_an_answer_ends_it() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(1.0)

    stand = converse(script)
    assert [d.status for d in stand.of(ReplyDone)] == ["cancelled"]


def test_a_long_answer_is_not_synthesised_far_ahead() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(3)
        assert sum(map(len, stand.voice.said)) * 0.25 <= 6 + 3 + 3

    converse(script, mind=ScriptedMind(*["这是一句很长的话。"] * 40), voice=ScriptedVoice(delay=0.01))


def test_a_reader_that_sleeps_loses_frames_but_no_words() -> None:
    async def main() -> None:
        stand = Stand(ScriptedMind(*ANSWER), ScriptedVoice())
        stand.session.label_shown()
        run = asyncio.create_task(stand.session.run())
        await asyncio.sleep(0)
        stand.hear("你好")
        await asyncio.sleep(30)
        read = asyncio.create_task(stand.read())
        await asyncio.sleep(0.1)
        await stand.session.aclose()
        await asyncio.gather(run, read)
        assert len(stand.of(FramesOut)) <= 100 + 5  # what was kept, and what came while it read
        assert audio_bytes(stand) == len("".join(ANSWER)) * ScriptedVoice.CHAR

    run_virtual(main())
