"""Moods: what each shows, how much, how it comes and goes, and that the lips still close in all of them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from animation.body import Body
from animation.mood import MOODS, face_of
from animation.rig import INDEX, JAW, Rig
from animation.types import FPS, SAMPLES_PER_FRAME, SHAPES
from bench.lipsync import articulation, closure, smoothness
from bench.lipsync.takes import perform
from bench.utterances import ENGLISH, MANDARIN, utterance

RIG = Rig.generic()
SECOND = FPS * SAMPLES_PER_FRAME
NAMES = [name for name in MOODS if name != "neutral"]
UPPER = [i for i, name in enumerate(SHAPES) if name.startswith(("brow", "cheekSquint", "noseSneer", "eyeWide"))]
CORNERS = [INDEX["mouthSmileLeft"], INDEX["mouthFrownLeft"]]

# The shapes of the action units that make each mood what it is, and which way they go.
SIGNS = {
    "warm": {"mouthSmileLeft": 1, "cheekSquintLeft": 1},
    "glad": {"mouthSmileLeft": 1, "cheekSquintLeft": 1},
    "serious": {"mouthSmileLeft": -1, "browDownLeft": 1},
    "sorry": {"browInnerUp": 1, "mouthFrownLeft": 1, "mouthSmileLeft": -1},
    "worried": {"browInnerUp": 1, "browDownLeft": 1, "mouthStretchLeft": 1},
    "surprised": {"browInnerUp": 1, "browOuterUpLeft": 1, "eyeWideLeft": 1, "jawOpen": 1},
    "angry": {"browDownLeft": 1, "eyeSquintLeft": 1, "mouthPressLeft": 1, "mouthSmileLeft": -1},
}


def face(mood: str, intensity: float = 1.0, *, seed: int = 2, seconds: int = 9) -> np.ndarray:
    """Frames of a sentence of about 3 s that begins after 1 s."""
    body = Body(RIG, seed=seed)
    body.state("speaking", 0)
    said = utterance(MANDARIN[1], "zh")
    body.speak(said.phones, said.pcm, SECOND, mood=mood, intensity=intensity)
    return body.frames(seconds * SECOND).shapes


def test_there_are_eight() -> None:
    assert list(MOODS) == ["neutral", "warm", "glad", "serious", "sorry", "worried", "surprised", "angry"]
    assert set(SIGNS) == set(NAMES)


@pytest.mark.parametrize("mood", NAMES)
def test_a_mood_moves_the_muscles_that_make_it(mood: str) -> None:
    change = face_of("speaking", mood) - face_of("speaking", "neutral")
    for shape, way in SIGNS[mood].items():
        assert way * change[INDEX[shape]] >= 0.08, shape


def test_no_two_moods_look_alike_even_faintly() -> None:
    for a, b in itertools.combinations(MOODS, 2):
        for intensity in (0.5, 1.0):
            apart = np.abs(face_of("speaking", a, intensity) - face_of("speaking", b, intensity))
            assert apart.max() >= 0.08 * 2 * intensity, (a, b)


@pytest.mark.parametrize("mood", NAMES)
def test_intensity_says_how_much(mood: str) -> None:
    rest = face_of("idle", "neutral")
    shares = [np.abs(face_of("idle", mood, i) - rest).sum() for i in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert shares[0] == 0.0 and (np.diff(shares) > 0).all()
    assert np.array_equal(face_of("idle", mood, 7.0), face_of("idle", mood, 1.0))
    assert np.array_equal(face_of("idle", mood, -1.0), rest)


@pytest.mark.parametrize("mood", NAMES)
def test_half_of_a_mood_on_the_body_is_half_as_far(mood: str) -> None:
    neutral, half, whole = face("neutral"), face(mood, 0.5), face(mood)
    upper = [i for i in UPPER if abs(MOODS[mood][i]) > 0.1]
    at = 1 * FPS + 60
    ratio = np.abs(half - neutral)[at, upper].sum() / np.abs(whole - neutral)[at, upper].sum()
    assert 0.42 <= ratio <= 0.58


@pytest.mark.parametrize("mood", NAMES)
def test_it_sets_in_within_half_a_second_and_fades_in_one_to_two(mood: str) -> None:
    share = np.abs(face(mood) - face("neutral"))[:, UPPER].sum(axis=1)
    full = share[150:200].max()
    starts = np.flatnonzero(share > 0.02 * full)[0]
    assert np.flatnonzero(share > 0.95 * full)[0] - starts <= 0.45 * FPS
    end = np.flatnonzero(share > 0.95 * full)[-1]
    gone = end + np.flatnonzero(share[end:] < 0.05 * full)[0]
    assert 0.8 * FPS <= gone - end <= 2.0 * FPS
    assert np.abs(np.diff(share)).max() < 0.12 * full  # no jump


def test_the_mouth_shows_half_of_it_while_she_speaks_and_the_brows_all() -> None:
    change = face("sorry") - face("neutral")
    speaking, after = change[1 * FPS + 90], change[-1]
    meant = face_of("speaking", "sorry") - face_of("speaking", "neutral")
    brow, frown = INDEX["browInnerUp"], INDEX["mouthFrownLeft"]
    assert abs(speaking[brow]) > 0.9 * abs(meant[brow])
    assert abs(speaking[frown]) < 0.6 * abs(meant[frown])
    assert np.abs(after).max() < 0.02


@pytest.mark.parametrize("mood", list(MOODS))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_lips_close_on_every_bilabial_in_every_mood_at_full_strength(mood: str, language: str) -> None:
    for i, text in enumerate((MANDARIN if language == "zh" else ENGLISH)[:4]):
        for speed in (0.8, 1.3):
            take = perform(utterance(text, language, speed=speed, seed=i), RIG, mood=mood, seed=i)
            assert closure.closures(take).all()
            assert not any(smoothness.violations(take).values())


@pytest.mark.parametrize("mood", NAMES)
def test_no_mood_keeps_the_lip_from_the_teeth(mood: str) -> None:
    """The lower lip hangs from the corners of the mouth; a mood that takes the smile away must not lower it in an f."""
    for i, text in enumerate((MANDARIN[2], ENGLISH[3])):
        said = utterance(text, "zh" if i == 0 else "en", seed=i)
        plain, moody = (articulation.teeth_distances(perform(said, RIG, mood=m, seed=i)) for m in ("neutral", mood))
        assert len(plain) and (moody <= np.maximum(plain + 0.1, 1.0)).all()  # 1 mm is T4


def test_the_dropped_jaw_of_surprise_waits_until_the_words_are_said() -> None:
    surprised, neutral = face("surprised")[:, JAW], face("neutral")[:, JAW]
    end = 1 * FPS + utterance(MANDARIN[1], "zh").phones[-1].end // SAMPLES_PER_FRAME
    assert np.abs(surprised - neutral)[1 * FPS + 40 : end - 20].max() < 0.03
    assert (surprised - neutral)[end : end + FPS].max() > 0.05


def test_every_speaker_has_a_stronger_side_and_only_a_little() -> None:
    left, right = (
        [INDEX[f"{name}{side}"] for name in ("mouthSmile", "cheekSquint", "browOuterUp")] for side in ("Left", "Right")
    )
    leans = []
    for seed in range(12):
        shown = face("glad", seed=seed, seconds=3)[150]
        leans.append((shown[left] - shown[right]) / (shown[left] + shown[right]))
    leans = np.array(leans)
    assert (leans > 0).any() and (leans < 0).any()
    assert 0.005 < np.abs(leans).mean() < 0.06 and np.abs(leans).max() < 0.15


def test_an_unknown_mood_is_none() -> None:
    assert np.array_equal(face_of("idle", "puzzled"), face_of("idle", "neutral"))


def test_a_mood_also_shows_in_how_the_head_is_held() -> None:
    def head(mood: str) -> np.ndarray:
        body = Body(RIG, seed=4)
        body.state("speaking", 0)
        said = utterance(MANDARIN[1], "zh")
        body.speak(said.phones, said.pcm, SECOND, mood=mood)
        return body.frames(3 * SECOND).head[-60:].mean(axis=0)

    assert head("sorry")[1] - head("neutral")[1] > 0.02  # lower
    assert head("surprised")[1] - head("neutral")[1] < -0.015  # back
