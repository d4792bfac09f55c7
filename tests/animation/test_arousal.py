"""How excited a voice is: each cue by itself, against the speaker's own habit, and what the face makes of it."""

from __future__ import annotations

import numpy as np
import pytest

from animation.arousal import USUAL, Arousal, excitement
from animation.body import Body
from animation.mood import face_of
from animation.rig import INDEX, Rig
from animation.types import FPS, RATE, Frames, Phone
from bench.cast import say

CALM = {"hertz": 180.0, "swing": 0.06, "db": -22.0, "every": 0.26}
CUES = {"hertz": 240.0, "swing": 0.22, "db": -14.0, "every": 0.18}  # each as an excited voice has it


def read(seconds: float, hertz: float, swing: float, db: float, every: float) -> tuple[list[Phone], np.ndarray]:
    """Vowels one after another: `swing` is how far pitch goes up and down, as a share of it."""
    phones, pieces = [], []
    for k in range(int(seconds / every)):
        length = int(0.6 * every * RATE)
        t = np.arange(length) / RATE
        pitch = hertz * (1.0 + swing * np.sin(1.7 * k))
        tone = sum(np.sin(2 * np.pi * pitch * h * t) / h for h in range(1, 9))
        tone *= 10 ** (db / 20) / np.sqrt(np.mean(tone**2))
        phones.append(Phone("a", int(k * every * RATE), int(k * every * RATE) + length))
        pieces.append(np.concatenate([tone, np.zeros(int((k + 1) * every * RATE) - phones[-1].end)]))
    return phones, (np.concatenate(pieces) * 32_767).astype(np.int16)


def level_after(*readings: tuple[list[Phone], np.ndarray]) -> float:
    arousal, at = Arousal(), 0
    for phones, pcm in readings:
        arousal.hear(phones, pcm, at)
        at += len(pcm)
    return arousal.level


@pytest.mark.parametrize("cue", CUES)
def test_a_voice_that_rises_widens_gets_louder_or_faster_is_more_excited(cue: str) -> None:
    calm, excited = read(12.0, **CALM), read(4.0, **CALM | {cue: CUES[cue]})
    assert abs(level_after(calm) - USUAL) < 0.05
    assert level_after(calm, excited) > USUAL + 0.04
    assert level_after(excited, calm, read(3.0, **CALM)) < USUAL + 0.02


def test_all_cues_together_are_near_the_top_and_the_calm_after_them_is_below_usual() -> None:
    calm, excited = read(12.0, **CALM), read(4.0, **CUES)
    assert level_after(calm, excited) > 0.85
    assert level_after(excited, excited, excited, calm) < 0.3


def test_neither_a_high_voice_nor_a_near_microphone_is_excitement() -> None:
    for hertz, db in ((100.0, -22.0), (300.0, -22.0), (180.0, -8.0), (180.0, -45.0)):
        assert abs(level_after(read(8.0, **CALM | {"hertz": hertz, "db": db})) - USUAL) < 0.05
    near = [(phones, pcm * 2) for phones, pcm in (read(12.0, **CALM), read(3.0, **CUES))]
    assert level_after(*near) == pytest.approx(level_after(read(12.0, **CALM), read(3.0, **CUES)), abs=0.02)


def test_silence_and_hiss_say_nothing() -> None:
    hiss = np.random.default_rng(0).normal(0, 300, 4 * RATE).astype(np.int16)
    phones = [Phone("a", k * RATE // 4, k * RATE // 4 + RATE // 8) for k in range(16)]
    assert level_after((phones, hiss)) == pytest.approx(USUAL, abs=0.1)
    assert level_after((phones, np.zeros(4 * RATE, np.int16))) == USUAL


def test_a_real_voice_that_speaks_up_shows_more_of_its_mood_and_pieces_change_nothing() -> None:
    text = "We have been waiting here for an hour, and nobody told us when the bus will come."
    pause = np.zeros(RATE // 2, np.int16)
    calm, _ = say("hibari@0.9@1.0@0", text, "en", 0.9)
    loud, _ = say("hibari@1.35@1.0@0", text, "en", 1.25)
    pcm = np.concatenate([pause, calm // 2, pause, calm // 2, pause, loud, pause, loud, pause])
    smile = INDEX["cheekSquintLeft"]
    whole = Body(Rig.generic(), seed=1)
    whole.state("speaking", 0)
    whole.follow(pcm, RATE, mood="glad")
    until = RATE + len(pcm)
    at_once = whole.frames(until)
    parted, made = Body(Rig.generic(), seed=1), []
    parted.state("speaking", 0)
    for at in range(0, len(pcm), RATE // 5):
        parted.follow(pcm[at : at + RATE // 5], RATE + at, mood="glad")
        made.append(parted.frames(max(parted.cursor, RATE + at - RATE // 2)))
    assert np.allclose(
        Frames.joined([*made, parted.frames(until)]).shapes[:, smile], at_once.shapes[:, smile], atol=0.02
    )
    ends = [RATE + len(pcm) - k * (len(loud) + len(pause)) for k in (0, 2)]
    excited, before = (at_once.shapes[end * FPS // RATE - 2 * FPS, smile] for end in ends)
    assert excited > before + 0.04


def test_excitement_scales_a_mood_within_what_is_decent() -> None:
    assert [excitement(level) for level in (0.0, USUAL, 1.0)] == [0.4, 0.75, 1.0]
    calm, usual, most = (face_of("speaking", "glad", excitement(level)) for level in (0.0, USUAL, 1.0))
    assert (calm <= usual).all() and (usual <= most).all()
