"""Life beside speech: blinks, gaze, head, breath and posture follow the state and stay within human ranges."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from animation.body import Body
from animation.head import Head
from animation.mood import MOODS, face_of
from animation.rig import INDEX, Rig
from animation.types import FPS, JOINTS, RATE, SAMPLES_PER_FRAME, SHAPES, Frames, State
from bench.utterances import MANDARIN, utterance
from tests.animation.singing import sing

RIG = Rig.generic()
SECOND = FPS * SAMPLES_PER_FRAME
BLINK_L, BLINK_R = INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]


def life(state: State, seed: int = 11) -> Frames:
    """Five minutes in one state; when speaking, sentences follow one another with pauses."""
    return lived(state, seed)


@lru_cache(maxsize=12)
def lived(state: State, seed: int) -> Frames:
    body, parts = Body(RIG, seed=seed), []
    body.state(state, 0)
    end, i = 300 * SECOND, 0
    while body.cursor < end:
        if state == "speaking":
            said = utterance(MANDARIN[i % len(MANDARIN)], "zh", seed=i)
            at = body.cursor + SECOND // 2 // SAMPLES_PER_FRAME * SAMPLES_PER_FRAME
            body.speak(said.phones, said.pcm, at)
            parts.append(body.frames(at + len(said.pcm)))
            i += 1
        else:
            parts.append(body.frames(min(end, body.cursor + 10 * SECOND)))
    return Frames.joined(parts)


def blinks(frames: Frames) -> np.ndarray:
    """Frames at which lids begin a blink (pass 40 %)."""
    shut = frames.shapes[:, BLINK_L] > 0.4
    return np.flatnonzero(shut[1:] & ~shut[:-1])


def looking_away(frames: Frames) -> np.ndarray:
    """bool [n]: her gaze (eyes plus head) is more than 2.5° off the person."""
    gaze = frames.eyes[:, :2] + frames.head[:, :2] + np.array([0.02, 0.0])
    gaze[:, 1] -= 0.025 * frames.shapes[:, BLINK_L]
    return np.hypot(gaze[:, 0], gaze[:, 1]) > np.radians(2.5)


@pytest.mark.parametrize(
    ("state", "low", "high"), [("speaking", 15, 32.5), ("listening", 8, 21), ("thinking", 4.5, 14), ("idle", 9, 24)]
)
def test_blink_rates_are_human(state: State, low: float, high: float) -> None:
    rates = [len(blinks(life(state, seed))) / (len(life(state, seed)) / FPS / 60) for seed in (11, 12)]
    assert low <= np.mean(rates) <= high, rates


def test_a_blink_closes_faster_than_it_opens_and_both_eyes_go_together() -> None:
    shapes, starts = life("listening").shapes, blinks(life("listening"))
    alone = [k for k in starts if k > 20 and np.abs(np.delete(starts, np.searchsorted(starts, k)) - k).min() > 50]
    assert len(alone) > 20
    for start in alone:
        lid = shapes[start - 20 : start + 25, BLINK_L]
        peak = int(lid.argmax())
        down, up = np.sum(lid[:peak] > 0.02), np.sum(lid[peak:] > 0.02)
        assert down < up and 0.55 <= lid.max() <= 1.0
    assert np.abs(shapes[:, BLINK_L] - shapes[:, BLINK_R]).max() < 0.25


def test_some_blinks_are_incomplete() -> None:
    frames = life("listening")
    depth = np.array([frames.shapes[k : k + 10, BLINK_L].max() for k in blinks(frames)])
    assert 0.1 <= (depth < 0.85).mean() <= 0.55


@pytest.mark.parametrize(
    ("state", "low", "high"), [("listening", 0.85, 1.0), ("speaking", 0.5, 0.85), ("thinking", 0.1, 0.45)]
)
def test_how_much_she_looks_at_the_person_follows_the_state(state: State, low: float, high: float) -> None:
    assert low <= 1 - looking_away(life(state)).mean() <= high


def test_thinking_looks_up_and_aside_soon_and_listening_looks_back() -> None:
    body = Body(RIG, seed=3)
    body.state("listening", 0)
    body.frames(5 * SECOND)
    body.state("thinking", 5 * SECOND)
    thought = body.frames(5 * SECOND + 24 * SAMPLES_PER_FRAME)
    assert thought.eyes[-1, 1] + thought.head[-1, 1] < -0.05 and abs(thought.eyes[-1, 0] + thought.head[-1, 0]) > 0.08
    body.state("listening", body.cursor)
    back = body.frames(body.cursor + 24 * SAMPLES_PER_FRAME)
    assert not looking_away(back)[-1]


def test_she_looks_at_the_person_when_her_turn_ends() -> None:
    for seed in range(8):
        body = Body(RIG, seed=seed)
        body.state("speaking", 0)
        said = utterance(MANDARIN[seed], "zh", seed=seed)
        body.speak(said.phones, said.pcm, SECOND)
        last = said.phones[-1].end // SAMPLES_PER_FRAME * SAMPLES_PER_FRAME
        assert not looking_away(body.frames(SECOND + last))[-1], seed


def test_eye_shapes_say_what_the_eye_angles_say() -> None:
    frames = life("speaking")
    look = {name: frames.shapes[:, INDEX[name]] for name in SHAPES if name.startswith("eyeLook")}
    yaw, pitch = frames.eyes[:, 0], frames.eyes[:, 1]
    assert np.allclose(look["eyeLookOutLeft"] - look["eyeLookInLeft"], yaw / 0.6, atol=1e-5)
    assert np.allclose(look["eyeLookInRight"] - look["eyeLookOutRight"], frames.eyes[:, 2] / 0.6, atol=1e-5)
    assert np.allclose(look["eyeLookDownLeft"] - look["eyeLookUpLeft"], pitch / 0.6, atol=1e-5)
    assert np.abs(frames.eyes).max() <= 0.5


def test_eyes_make_up_for_the_head() -> None:
    frames = life("listening")
    steady = ~looking_away(frames) & (frames.shapes[:, BLINK_L] < 0.01)
    assert np.abs(frames.head[:, 1]).max() > 0.03
    assert np.corrcoef(frames.eyes[steady, 1], frames.head[steady, 1])[0, 1] < -0.6


def test_she_nods_while_speaking_and_a_little_while_listening() -> None:
    def nods(state: State) -> float:
        body = Body(RIG, seed=1)
        head: Head = body._head
        starts = set()
        body.state(state, 0)
        for i in range(20):
            if state == "speaking":
                said = sing(16, seed=i)
                body.speak(said.phones, said.pcm, body.cursor + 30 * SAMPLES_PER_FRAME)
            body.frames(body.cursor + 4 * SECOND)
            starts |= {nod.frame for nod in head._log if nod.frame > 0}
        return len(starts) / (body.cursor / RATE / 60)

    assert 8 <= nods("speaking") <= 45
    assert 2 <= nods("listening") <= 14


def test_head_movement_is_small_and_slow() -> None:
    for state in ("speaking", "listening", "thinking", "idle"):
        frames = life(state)
        assert np.abs(frames.head).max() <= 0.3
        assert np.abs(np.diff(frames.head, axis=0)).max() * FPS <= 1.5  # rad/s


def test_the_head_moves_more_at_1_to_2_hz_in_speech_than_in_silence() -> None:
    def band(state: State) -> float:
        head = life(state).head.astype(np.float64)
        power = np.abs(np.fft.rfft(head - head.mean(axis=0), axis=0)) ** 2
        hertz = np.fft.rfftfreq(len(head), 1 / FPS)
        return float(power[(hertz > 0.9) & (hertz < 2.1)].sum() / len(head) ** 2)

    assert band("speaking") > 3 * band("listening")


def test_she_breathes_12_to_20_times_a_minute_at_rest() -> None:
    chest = life("idle").joints[:, JOINTS.index("leftShoulder"), 2].astype(np.float64)
    power = np.abs(np.fft.rfft(chest - chest.mean())) ** 2
    hertz = np.fft.rfftfreq(len(chest), 1 / FPS)
    assert 12 <= 60 * hertz[power.argmax()] <= 20


def test_she_breathes_in_before_she_speaks() -> None:
    body = Body(RIG, seed=6)
    body.frames(2 * SECOND)
    said = utterance(MANDARIN[0], "zh")
    body.speak(said.phones, said.pcm, 3 * SECOND)
    first = said.phones[0].start // SAMPLES_PER_FRAME
    lift = body.frames(5 * SECOND).joints[:, JOINTS.index("leftShoulder"), 2]
    assert lift[60 + first] > lift[60 + first - 24] + 0.003


def test_joints_stay_near_rest_and_neck_and_head_stay_identity() -> None:
    for state in ("speaking", "idle"):
        joints = life(state).joints
        assert np.allclose(np.linalg.norm(joints, axis=2), 1.0, atol=1e-5)
        for name in ("neck", "head"):
            assert (joints[:, JOINTS.index(name)] == [0, 0, 0, 1]).all()
        for name in ("hips", "spine", "chest"):
            assert joints[:, JOINTS.index(name), 3].min() > np.cos(np.radians(6) / 2)
        assert np.abs(np.diff(joints, axis=0)).max() < 0.05


@pytest.mark.parametrize("gesture", ["greet", "explain", "point", "refuse", "thank"])
def test_a_gesture_shows_and_goes_home(gesture: str) -> None:
    def moved(name: str) -> np.ndarray:
        body = Body(RIG, seed=2)
        body.state("speaking", 0)
        said = utterance(MANDARIN[2], "zh")
        body.speak(said.phones, said.pcm, SECOND, gesture=name)
        return body.frames(9 * SECOND).joints

    with_, without = moved(gesture), moved("")
    difference = np.abs(with_ - without).max(axis=(1, 2))
    assert difference.max() > 0.02 and difference[:30].max() == 0.0  # it sets out half a second before its word
    assert np.abs(with_[-1] - without[-1]).max() < 0.02


def test_gestures_move_the_head_too() -> None:
    def head(gesture: str) -> np.ndarray:
        body = Body(RIG, seed=2)
        said = utterance(MANDARIN[2], "zh")
        body.speak(said.phones, said.pcm, SECOND, gesture=gesture)
        return body.frames(4 * SECOND).head

    assert (head("greet") - head(""))[:, 1].max() > 0.08  # a bow
    shake = (head("refuse") - head(""))[:, 0]
    assert shake.max() > 0.03 and shake.min() < -0.03


@pytest.mark.parametrize("mood", [m for m in MOODS if m != "neutral"])
def test_a_mood_sets_in_with_its_words_and_fades_after_them(mood: str) -> None:
    def face(name: str) -> np.ndarray:
        body = Body(RIG, seed=2)
        body.state("speaking", 0)
        said = utterance(MANDARIN[1], "zh")
        body.speak(said.phones, said.pcm, SECOND, mood=name)
        return body.frames(9 * SECOND).shapes

    difference = np.abs(face(mood) - face("neutral"))
    strongest = np.abs(face_of("speaking", mood) - face_of("speaking", "neutral")).max()
    assert difference[:54].max() == 0.0
    assert difference[100:150].max() > 0.4 * strongest
    assert difference[-60:].max() < 0.02


def test_she_rests_with_a_slight_smile_and_closed_lips() -> None:
    frames = life("idle")
    assert 0.1 <= frames.shapes[:, INDEX["mouthSmileLeft"]].mean() <= 0.3
    assert RIG.lip_gap(frames.shapes).max() <= 0.3
    smiles = frames.shapes[:, [INDEX["mouthSmileLeft"], INDEX["mouthSmileRight"]]]
    assert 0.0 < np.abs(smiles[:, 0] - smiles[:, 1]).max() <= 0.12  # nobody is symmetric


def test_unknown_moods_and_gestures_are_taken_as_none() -> None:
    body = Body(RIG, seed=2)
    said = utterance(MANDARIN[1], "zh")
    body.speak(said.phones, said.pcm, SECOND, mood="puzzled", gesture="dance")
    assert np.isfinite(body.frames(3 * SECOND).shapes).all()
