"""The mouth by ear on a real voice: what it makes out, live and afterwards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from animation.body import Body
from animation.listen.align import aligned
from animation.listen.augment import plain
from animation.rig import Rig
from animation.types import FPS, RATE, Frames
from avatar.perform import perform_frames
from avatar.puppet import DELAY, Puppet
from bench.corpus import Spoken, Task
from bench.listen import case, listened, loudness_only, measures, spread_out, text_and_ear
from speech.types import Speech

RIG = Rig.generic()
SENTENCES = {
    "zh": ("zm_yunyang", "爸爸买了一包苹果和面包，妈妈泡了普洱茶，我们一边品茶，一边摆盘。"),
    "en": ("am_michael", "My mother bought a bunch of purple plums, and my brother baked them in a pie."),
}


@pytest.fixture(scope="module", params=SENTENCES)
def heard(request) -> Spoken:
    """A sentence by a voice that training never heard."""
    from bench.corpus import speak

    voice, text = SENTENCES[request.param]
    return speak(Task("voice", request.param, voice, 1.0, text))


@pytest.mark.model
def test_the_mouth_by_ear_goes_with_the_mouth_by_phones(heard: Spoken) -> None:
    ours, loud = (measures([case(heard, method, RIG)]) for method in (listened, loudness_only))
    assert ours["gap_correlation"] >= 0.7 and ours["gap_correlation"] > loud["gap_correlation"] + 0.2
    assert ours["closure_recall"] >= 0.7 and ours["closure_precision"] >= 0.7
    assert ours["vowels_shut"] <= 0.3  # hardly a vowel here is not between two closures
    assert abs(ours["gap_lag_ms"]) <= 34


@pytest.mark.model
def test_with_the_text_known_the_ears_mend_guessed_times(heard: Spoken) -> None:
    pcm, phones = plain(heard.pcm, heard.phones)
    guess = spread_out(phones)
    off = [
        np.mean([abs(p.start - q.start) for p, q in zip(phones, some, strict=True)])
        for some in (guess, aligned(guess, pcm))
    ]
    assert off[1] < 0.7 * off[0] and off[1] < 0.05 * RATE
    ours = measures([case(heard, text_and_ear, RIG)])
    assert ours["closure_recall"] >= 0.9 and ours["closure_precision"] >= 0.9


@pytest.mark.model
def test_a_recording_streamed_in_20_ms_pieces_is_animated_live(heard: Spoken, tmp_path: Path) -> None:
    from speech.audio import read_wav, to_int16, write_wav

    write_wav(tmp_path / "voice.wav", np.pad(heard.pcm, (RATE // 4, RATE // 2)), RATE)
    pcm = to_int16(read_wav(tmp_path / "voice.wav", rate=RATE))
    puppet, made, done = Puppet(Body(RIG, seed=4), mood="warm"), [], 0
    for at in range(0, len(pcm), RATE // 50):
        piece = pcm[at : at + RATE // 50]
        made.append(puppet.push(piece))
        done += len(piece)
        assert made[-1].pts + len(made[-1]) * RATE // FPS >= done - DELAY - RATE // FPS  # never later than promised
    live = Frames.joined(made)
    again = Puppet(Body(RIG, seed=4), mood="warm").push(pcm)
    assert np.array_equal(live.shapes, again.shapes) and np.array_equal(live.joints, again.joints)
    assert RIG.lip_gap(live.shapes).max() > 4.0


@pytest.mark.model
def test_a_wav_without_words_becomes_a_performance(heard: Spoken) -> None:
    frames = perform_frames([Speech(heard.pcm, (), (), heard.task.language)], RIG)
    gap = RIG.lip_gap(frames.shapes)
    assert gap.max() > 4.0 and gap[-3:].max() < 1.0
    assert np.abs(frames.head).max() > 0.01
