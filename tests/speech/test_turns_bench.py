"""`shuren bench turns` counts what it says: cut-offs by pause, latency from the true end, results in modelled time."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from scripted import LoudnessVad, ScriptedRecogniser, silence, voice
from virtual_time import run_virtual

from bench.turns.dialogues import PAUSES_MS, Dialogue, Script, Turn, pieces, scripts
from bench.turns.modelled import Delays, Elsewhere, ModelledRecogniser
from bench.turns.overlaps import noises
from bench.turns.play import Outcome, Point, at, play, point
from speech.hearing import Hearing
from speech.types import INPUT_RATE, Partial, SpeechStopped


def said(*parts: tuple[float, float], text: str = "好吗？") -> Dialogue:
    """One turn of (voice, pause after it) in seconds; what follows the last voice is no pause."""
    audio, now, pauses = [silence(1)], INPUT_RATE, []
    for seconds, pause in parts:
        audio += [voice(seconds), silence(pause)]
        now += round(seconds * INPUT_RATE)
        pauses.append((now, now + round(pause * INPUT_RATE)))
        now = pauses[-1][1]
    turn = Turn(text, INPUT_RATE, pauses[-1][0], tuple(pauses[:-1]))
    return Dialogue(Script("nobody", "zh", (text,)), (turn,), np.concatenate(audio))


def outcome_of(dialogue: Dialogue, text: str) -> Outcome:
    async def main() -> list[Outcome]:
        return await play(dialogue, Hearing(LoudnessVad(), ScriptedRecogniser(text), language="zh"))

    return run_virtual(main())[0]


def test_a_pause_that_ended_the_turn_is_counted_and_one_that_did_not_is_not() -> None:
    dialogue = said((1, 0.6), (1, 2.6))
    cut, kept = outcome_of(dialogue, "几点下班？"), outcome_of(dialogue, "我想问一下")
    assert cut.cut == list(dialogue.turns[0].pauses) and not kept.cut
    assert point(1.0, [cut, kept]).false_cutoffs == 0.5


def test_latency_runs_from_the_true_end_of_the_voice() -> None:
    outcome = outcome_of(said((1.5, 2.6)), "几点下班？")
    assert 250 <= outcome.latency_ms <= 330


def test_the_final_text_is_timed_from_the_decision() -> None:
    async def main() -> list[Outcome]:
        recogniser = ModelledRecogniser(ScriptedRecogniser("我想问一下"), elsewhere, Delays(final=1.5), {})
        return await play(said((1.5, 2.6)), Hearing(LoudnessVad(), recogniser, language="zh"))

    elsewhere = Elsewhere()
    slow = run_virtual(main())[0]
    elsewhere.close()
    quick = outcome_of(said((1.5, 2.6)), "几点下班？")
    assert quick.final_ms == 0  # its words are why it was over
    assert 0 < slow.final_ms < 1500  # begun before the decision, done after it


def test_the_curve_is_read_between_its_points_and_not_beyond_them() -> None:
    curve = [Point(f, cut, np.array([ms])) for f, cut, ms in ((0.5, 0.4, 200.0), (1.0, 0.2, 400.0), (2.0, 0.0, 800.0))]
    assert at(curve, mean_ms=300.0) == pytest.approx(0.3)
    assert at(curve, false_cutoffs=0.05) == pytest.approx(700.0)
    assert at(curve, mean_ms=100.0) is None


def test_a_script_s_pauses_are_written_or_drawn() -> None:
    parts, lengths = pieces("嗯[450]我想[?]查一下。", np.random.default_rng(0))
    assert parts == ["嗯", "我想", "查一下。"]
    assert lengths[0] == 450 and PAUSES_MS[0] <= lengths[1] <= PAUSES_MS[1]


def test_the_scripts_hold_both_languages_and_dialogues_nobody_tuned_on() -> None:
    found = scripts()
    assert {script.language for script in found} == {"zh", "en"}
    assert {script.language for script in found if not script.seen} == {"zh", "en"}


def test_results_come_at_their_modelled_time_and_the_same_audio_is_recognised_once() -> None:
    real, elsewhere = ScriptedRecogniser("你好"), Elsewhere()

    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        modelled, times = ModelledRecogniser(real, elsewhere, Delays(partial=0.2, final=0.3), {}), []
        for partial in (True, False, True):
            began = loop.time()
            assert (await modelled.transcribe(voice(1), partial=partial)).text == "你好"
            times.append(loop.time() - began)
        return times

    try:
        assert run_virtual(main()) == pytest.approx([0.2, 0.3, 0.2])
    finally:
        elsewhere.close()
    assert len(real.calls) == 2


def test_noises_are_sounds() -> None:
    assert all(np.abs(sound).max() > 0.05 and sound.dtype == np.float32 for sound in noises().values())


def test_the_words_of_a_likely_end_are_told_before_it_is_certain() -> None:
    """So that the answer is begun while the silence is still waited out."""

    async def main() -> list:
        hearing, events = Hearing(LoudnessVad(), ScriptedRecogniser("我要存钱", delay=0.05), language="zh"), []

        async def read() -> None:
            events.extend([event async for event in hearing])

        reader = asyncio.create_task(read())
        for audio in (silence(0.5), voice(0.4), silence(1.2)):  # too short for a partial while it lasts
            for start in range(0, len(audio), 640):
                await asyncio.sleep(0.04)
                await hearing.push(audio[start : start + 640])
        await hearing.settled()
        await hearing.aclose()
        await reader
        return events

    kinds = [type(event) for event in run_virtual(main())]
    assert kinds.index(Partial) < kinds.index(SpeechStopped)
