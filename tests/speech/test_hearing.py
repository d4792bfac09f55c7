"""Listening: turns begin quickly and end in time, partials only grow, nothing leaks."""

from __future__ import annotations

import numpy as np
import pytest
from scripted import FRAME_MS, Listener, ScriptedRecogniser, silence, voice
from virtual_time import run_virtual

from models.errors import AudioInvalid, BackendUnavailable
from speech.endpointing import Endpointing
from speech.levels import Gate
from speech.types import INPUT_RATE, Heard, HearingFailed, Partial, SpeechStarted, SpeechStopped


def listen(script, recogniser: ScriptedRecogniser | None = None, **options) -> Listener:
    async def main() -> Listener:
        listener = Listener(recogniser or ScriptedRecogniser("银行卡丢了怎么办？"), **options)
        await script(listener)
        await listener.close()
        return listener

    return run_virtual(main())


def ms(samples: int) -> float:
    return samples * 1000 / INPUT_RATE


def test_a_turn_is_started_partial_stopped_heard_in_this_order() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(silence(1), voice(2), silence(1))

    listener = listen(script)
    kinds = [type(event) for _, event in listener.events]
    assert kinds[0] is SpeechStarted and kinds[-2:] == [SpeechStopped, Heard]
    assert kinds.count(Heard) == kinds.count(SpeechStarted) == 1
    assert listener.of(Heard)[0].text == "银行卡丢了怎么办？"


def test_voice_is_noticed_within_130_ms_so_that_she_can_stop_in_200() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(silence(1), voice(2), silence(1), chunk=160)

    listener = listen(script)
    assert ms(listener.when(SpeechStarted)) - 1000 <= 130 + FRAME_MS
    assert abs(ms(listener.of(SpeechStarted)[0].at) - 1000) <= FRAME_MS


def test_a_finished_sentence_ends_the_turn_after_a_third_of_a_second_with_its_text_ready() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(silence(1), voice(2), silence(1))

    listener = listen(script, ScriptedRecogniser("银行卡丢了怎么办？", delay=0.05))
    stopped = listener.of(SpeechStopped)[0]
    assert ms(stopped.decided_at - stopped.at) <= 350
    assert listener.of(Heard)[0].timings["final"] == 0.0
    assert len(listener.recogniser.finals) == 1


def test_a_turn_ends_when_its_words_are_known_and_not_with_the_next_piece_of_audio() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(silence(1), voice(2), silence(2), chunk=INPUT_RATE // 2)

    listener = listen(script, ScriptedRecogniser("银行卡丢了怎么办？", delay=0.3))
    assert ms(listener.of(SpeechStopped)[0].decided_at) <= 3500
    assert len(listener.of(Heard)) == 1


def test_an_unfinished_sentence_is_given_more_time() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(silence(1), voice(1), silence(0.6), voice(1), silence(1.5))

    assert len(listen(script, ScriptedRecogniser("我想问一下")).of(Heard)) == 1
    assert len(listen(script, ScriptedRecogniser("我的卡丢了怎么办？")).of(Heard)) == 2


def test_a_pause_within_a_turn_drops_the_final_begun_too_early() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(silence(1), voice(1), silence(0.25), voice(1), silence(1))

    listener = listen(script, ScriptedRecogniser("银行卡丢了怎么办？", delay=0.02))
    heard = listener.of(Heard)
    assert len(heard) == 1 and abs(ms(heard[0].end) - 3250) <= 2 * FRAME_MS
    assert listener.recogniser.finals[-1] > listener.recogniser.finals[0]


def test_the_first_syllable_is_kept_from_before_the_voice_was_noticed() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(silence(1), voice(1), silence(1))

    listener = listen(script)
    assert listener.recogniser.finals[0] >= INPUT_RATE * (1.0 + 0.3)


def test_partials_only_grow() -> None:
    texts = ["银行", "银行卡", "银行卡丢了", "银行卡丢了怎么", "银行卡丢了怎么办？"]

    async def script(listener: Listener) -> None:
        await listener.play(voice(2.6), silence(1))

    listener = listen(script, ScriptedRecogniser(*texts))
    partials = listener.of(Partial)
    assert len(partials) >= 4
    for before, after in zip(partials, partials[1:], strict=False):
        assert after.stable.startswith(before.stable)
        assert after.text.startswith(after.stable)


@pytest.mark.parametrize(("she_speaks", "every"), [(False, 0.25), (True, 0.5)])
def test_partials_come_four_times_a_second_and_half_as_often_over_her_speech(she_speaks: bool, every: float) -> None:
    async def script(listener: Listener) -> None:
        listener.hearing.she_speaks = she_speaks
        await listener.play(voice(3), silence(1))

    listener = listen(script, ScriptedRecogniser("银行卡丢了怎么办？"))
    ends = [samples / INPUT_RATE for samples, partial in listener.recogniser.calls if partial]
    gaps = [later - earlier for earlier, later in zip(ends, ends[1:], strict=False)]
    assert len(gaps) >= 4 and all(every <= gap <= every + 2 * FRAME_MS / 1000 for gap in gaps)


def test_a_slow_recogniser_skips_partials_instead_of_queueing_them() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(voice(4), silence(1))

    listener = listen(script, ScriptedRecogniser("银行卡丢了怎么办？", delay=1.4))
    assert sum(partial for _, partial in listener.recogniser.calls) <= 3


def test_partials_take_at_most_half_of_a_slow_recognisers_time() -> None:
    delay = 0.7

    async def script(listener: Listener) -> None:
        await listener.play(voice(9), silence(1))

    listener = listen(script, ScriptedRecogniser("银行卡丢了怎么办？", delay=delay))
    ends = [samples / INPUT_RATE for samples, partial in listener.recogniser.calls if partial]
    assert len(ends) >= 5
    assert all(later - earlier >= 2 * delay - 0.08 for earlier, later in zip(ends, ends[1:], strict=False))


def test_a_broken_recogniser_is_told_once_and_listening_goes_on() -> None:
    recogniser = ScriptedRecogniser("你好", fail=BackendUnavailable("The recogniser does not answer."))

    async def script(listener: Listener) -> None:
        await listener.play(voice(1), silence(1))
        recogniser.fail = None
        await listener.play(voice(1), silence(1))

    listener = listen(script, recogniser)
    assert [event.code for event in listener.of(HearingFailed)] == ["backend_unavailable"]
    assert len(listener.of(Heard)) == 1


def test_without_turn_detection_only_a_commit_ends_a_turn() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(voice(1), silence(3))
        assert not listener.of(Heard)
        await listener.hearing.commit()

    listener = listen(script, detect_turns=False)
    assert len(listener.of(Heard)) == 1


def test_clear_forgets_the_turn_under_way() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(voice(1))
        listener.hearing.clear()
        await listener.play(silence(1.5))

    listener = listen(script)
    assert not listener.of(Heard)


def test_speech_without_end_is_cut_after_half_a_minute() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(voice(35), silence(1))

    listener = listen(script)
    assert len(listener.of(Heard)) == 2
    first, second = listener.recogniser.finals
    assert 29 * INPUT_RATE <= first <= 30 * INPUT_RATE
    assert 5.5 * INPUT_RATE <= second <= 6.5 * INPUT_RATE, "the second turn begins where the first was cut"


def test_what_was_heard_comes_before_the_next_turn_begins_however_slow_recognition_is() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(voice(1), silence(0.9), voice(1), silence(1))

    listener = listen(script, ScriptedRecogniser("银行卡丢了怎么办？", delay=1.5))
    kinds = [type(event) for _, event in listener.events if not isinstance(event, Partial)]
    assert kinds == [SpeechStarted, SpeechStopped, Heard] * 2


def test_a_turn_never_hears_the_end_of_the_one_before_again() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(silence(1), voice(1), silence(0.1))
        await listener.hearing.commit()
        await listener.play(silence(0.1), voice(1), silence(1))

    listener = listen(script)
    second = listener.of(Heard)[1]
    assert listener.recogniser.finals[1] <= second.end - listener.of(Heard)[0].end + INPUT_RATE * 0.2


def test_a_long_turn_that_is_committed_is_heard_from_its_beginning() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(voice(45), silence(1))
        await listener.hearing.commit()

    listener = listen(script, detect_turns=False)
    assert len(listener.of(Heard)) == 1
    assert listener.recogniser.finals[-1] >= 45 * INPUT_RATE
    assert max(samples for samples, partial in listener.recogniser.calls if partial) <= 30 * INPUT_RATE


def test_a_commit_where_nobody_spoke_is_answered_with_nothing_heard() -> None:
    async def script(listener: Listener) -> None:
        await listener.hearing.commit()

    listener = listen(script, ScriptedRecogniser(""))
    assert [event.text for event in listener.of(Heard)] == [""]


def test_a_recogniser_that_breaks_in_an_unforeseen_way_is_told_too() -> None:
    async def script(listener: Listener) -> None:
        await listener.play(voice(1), silence(1))

    listener = listen(script, ScriptedRecogniser("你好", fail=ZeroDivisionError()))
    assert [event.code for event in listener.of(HearingFailed)] == ["backend_error"]


def test_closing_in_the_middle_leaves_no_task() -> None:
    async def main() -> None:
        listener = Listener(ScriptedRecogniser("你好", delay=60))
        await listener.play(voice(1))
        await listener.hearing.aclose()
        await listener.hearing.aclose()
        await listener._reader

    run_virtual(main())


@pytest.mark.parametrize("wrong", [np.zeros((2, 2), np.float32), np.zeros(4, np.int16), np.array([np.nan], np.float32)])
def test_audio_in_another_format_is_refused(wrong: np.ndarray) -> None:
    async def main() -> None:
        listener = Listener(ScriptedRecogniser(""))
        with pytest.raises(AudioInvalid):
            await listener.hearing.push(wrong)
        await listener.close()

    run_virtual(main())


def test_behind_the_gate_only_the_person_at_the_microphone_begins_a_turn() -> None:
    behind = voice(1.5) / 5  # still a voice to the detector

    async def script(listener: Listener) -> None:
        await listener.play(silence(1), voice(1), silence(2), behind, silence(2), voice(1), silence(2))

    assert len(listen(script).of(Heard)) == 3
    assert len(listen(script, gate=Gate(near_field=True)).of(Heard)) == 2


def test_a_voice_shorter_than_the_least_is_no_speech() -> None:
    async def script(listener: Listener) -> None:
        listener.hearing.configure(Endpointing(start_frames=10), Gate())
        await listener.play(silence(1), voice(0.15), silence(2), voice(0.6), silence(2))

    assert len(listen(script).of(SpeechStarted)) == 1


def test_a_murmur_while_she_speaks_is_over_as_soon_as_it_is_known() -> None:
    async def script(listener: Listener) -> None:
        listener.hearing.she_speaks = True
        await listener.play(silence(1), voice(0.3), silence(2))

    stopped = listen(script, ScriptedRecogniser("嗯")).of(SpeechStopped)[0]
    assert ms(stopped.decided_at - stopped.at) <= 300


def test_chunk_size_does_not_matter() -> None:
    async def play(chunk: int) -> list:
        listener = Listener(ScriptedRecogniser("银行卡丢了怎么办？"))
        await listener.play(silence(1), voice(2), silence(1), chunk=chunk)
        await listener.close()
        return [event for event in listener.of(SpeechStarted) + listener.of(SpeechStopped)]

    async def main() -> None:
        assert await play(100) == await play(512) == await play(900)

    run_virtual(main())
