"""A listener's nods, a speaker's looks and signs, breath in pauses; and that ten minutes of life hold no repetition."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from animation.body import Body
from animation.gaze import FAR, HEAD_DELAY, NEAR
from animation.gestures import GESTURES
from animation.head import Head
from animation.rig import INDEX, JAW, Rig
from animation.types import FPS, JOINTS, RATE, SAMPLES_PER_FRAME, Cue, Frames, Language, Phone
from bench.utterances import MANDARIN, utterance
from tests.animation.singing import sing

RIG = Rig.generic()
SECOND = FPS * SAMPLES_PER_FRAME
MINUTES = 10


# --- listening -----------------------------------------------------------------------------------------------------


def listening_nods(
    language: Language, seed: int, minutes: int = 10, *, voice: bool = True
) -> tuple[list[int], np.ndarray]:
    """Frames at which she begins to nod while a person talks, and which frames had their voice."""
    body, rng = Body(RIG, seed=seed), np.random.default_rng(seed)
    head: Head = body._head
    body.state("listening", 0)
    body.listens(0, language=language)
    found, speaking = set(), []
    while body.cursor < minutes * 60 * SECOND:
        for heard, seconds in ((True, rng.uniform(1.2, 3.5)), (False, rng.uniform(0.35, 0.9))):
            if voice:
                body.listens(body.cursor, voice=heard)
            n = round(seconds * FPS)
            body.frames(body.cursor + n * SAMPLES_PER_FRAME)
            speaking += [heard] * n
            found |= {nod.frame for nod in head._log if nod.bumps and nod.frame < len(speaking)}
    return sorted(found), np.array(speaking)


@pytest.mark.parametrize(("language", "least", "most"), [("zh", 3.0, 5.0), ("en", 5.5, 8.0)])
@pytest.mark.parametrize("voice", [True, False])
def test_she_nods_as_often_as_listeners_of_the_language_do(
    language: Language, least: float, most: float, voice: bool
) -> None:
    counts = [len(listening_nods(language, seed, voice=voice)[0]) / 10 for seed in range(4)]
    assert least <= np.mean(counts) <= most, counts


def test_she_nods_in_pauses_of_the_persons_voice() -> None:
    nods, voice = listening_nods("en", 1)
    in_pause = [not voice[frame] for frame in nods]
    assert np.mean(in_pause) > 0.8 > 4 * np.mean(~voice) / 2  # a fifth of the time is pause


def test_she_does_not_nod_to_silence() -> None:
    body = Body(RIG, seed=1)
    body.state("listening", 0)
    body.listens(0, voice=True)
    body.frames(2 * SECOND)
    body.listens(body.cursor, voice=False)
    body.frames(body.cursor + 60 * SECOND)
    assert len([nod for nod in body._head._log if nod.frame > 4 * FPS]) == 0


def test_no_listening_nod_begins_while_she_speaks() -> None:
    body = Body(RIG, seed=2)
    body.state("listening", 0)
    said = utterance(MANDARIN[0], "zh")  # a flat voice without accents
    starts = set()
    for _ in range(40):
        at = body.cursor + SECOND
        body.speak([Phone(p.symbol, p.start, p.end) for p in said.phones], np.zeros_like(said.pcm), at)
        body.frames(at + len(said.pcm))
        begin = (at + said.phones[0].start) // SAMPLES_PER_FRAME
        starts |= {nod.frame for nod in body._head._log if begin <= nod.frame < begin + 60}
    assert not starts


# --- speaking ------------------------------------------------------------------------------------------------------


def head_of(sign: str, seed: int = 3) -> np.ndarray:
    body = Body(RIG, seed=seed)
    body.state("speaking", 0)
    said = utterance(MANDARIN[2], "zh")
    signs = [Cue(sign, SECOND)] if sign else []
    body.speak(said.phones, said.pcm, SECOND, signs=signs)
    return body.frames(5 * SECOND).head


def test_a_question_tilts_the_head_by_three_to_five_degrees_on_its_word() -> None:
    tilts = [(head_of("ask", seed) - head_of("", seed))[:, 2] for seed in range(6)]
    for tilt in tilts:
        assert 3.0 <= np.degrees(np.abs(tilt).max()) <= 5.0
        assert 2 * FPS - 15 <= np.abs(tilt).argmax() <= 2 * FPS + 45
        assert np.abs(tilt[-30:]).max() < 0.01
    assert len({np.sign(tilt[np.abs(tilt).argmax()]) for tilt in tilts}) == 2


def test_a_denial_shakes_the_head_and_a_list_is_beaten_out() -> None:
    shake = np.degrees((head_of("deny") - head_of(""))[:, 0])
    assert shake.max() > 1.5 and shake.min() < -1.5 and np.abs(shake).max() < 6
    beat = np.degrees(head_of("item") - head_of(""))
    assert beat[:, 1].max() > 1.5 and np.abs(beat[:, 2]).max() > 1.5


def gaze_of(frames: Frames) -> np.ndarray:
    """float64 [n, 2] where both eyes look, head included, radians."""
    return (frames.eyes[:, :2].astype(np.float64) + frames.eyes[:, 2:]) / 2 + frames.head[:, :2]


def test_she_often_looks_away_as_she_begins_and_always_looks_up_again_before_she_ends() -> None:
    away = []
    for seed in range(24):
        body = Body(RIG, seed=seed)
        body.state("thinking", 0)
        body.frames(2 * SECOND)
        said = utterance(MANDARIN[seed % 10], "zh", seed=seed)
        body.state("speaking", body.cursor)
        body.speak(said.phones, said.pcm, body.cursor)
        shown = body.frames(body.cursor + len(said.pcm))
        last = said.phones[-1].end // SAMPLES_PER_FRAME
        gaze = np.hypot(*gaze_of(shown).T)
        away.append(gaze[20] > np.radians(2.5))
        assert gaze[last - 10 : last].max() < np.radians(3.5), seed
    assert 0.3 <= np.mean(away) <= 0.9


def test_a_greeting_is_said_to_the_persons_face() -> None:
    for seed in range(10):
        body = Body(RIG, seed=seed)
        body.state("listening", 0)
        body.frames(2 * SECOND)
        said = utterance(MANDARIN[0], "zh")
        body.speak(said.phones, said.pcm, body.cursor, gesture="greet")
        body.state("speaking", body.cursor)
        gaze = gaze_of(body.frames(body.cursor + SECOND))
        lids = body._blinks.values(2 * FPS, 3 * FPS)[:, 0]
        assert np.abs(gaze[20:][lids[20:] < 0.01]).max() < np.radians(5), seed


@pytest.mark.parametrize("name", [name for name, gesture in GESTURES.items() if gesture.points])
def test_what_she_points_at_she_looks_at_for_a_moment(name: str) -> None:
    body = Body(RIG, seed=1)
    body.state("speaking", 0)
    said = utterance(MANDARIN[0], "zh")
    body.speak(said.phones, said.pcm, SECOND, gestures=[Cue(name, 9_600)])
    gaze = gaze_of(body.frames(5 * SECOND))
    yaw, pitch = GESTURES[name].points
    wanted = np.clip([yaw, pitch], -np.radians(20), np.radians(20))
    near = np.hypot(*(gaze - wanted).T) < np.radians(3)
    seen = np.flatnonzero(near)
    assert len(seen) and 1 * FPS <= seen[0] <= 2.2 * FPS
    assert len(seen) < 1.2 * FPS


def test_the_head_follows_the_eyes_and_the_eyes_converge_on_the_person() -> None:
    body = Body(RIG, seed=3)
    body.state("listening", 0)
    body.frames(4 * SECOND)
    before = body._gaze._log.last.frame
    body.state("thinking", body.cursor)
    shown = body.frames(body.cursor + SECOND)
    look = next(look for look in body._gaze._log if look.frame > before and look.away)
    at = look.frame - 4 * FPS
    eyes, head, near = body._gaze.values(4 * FPS, 5 * FPS)
    assert np.abs(np.diff(eyes[at : at + 3], axis=0)).max() > 0
    assert not np.diff(head[: at + HEAD_DELAY + 1], axis=0).any() and np.abs(head[-1]).max() > 0.02
    assert near[0, 0] == NEAR and near[-1, 0] == FAR
    assert ((shown.eyes[:, 2] - shown.eyes[:, 0]) > 0).all()


def test_a_pause_long_enough_is_breathed_in_with_parted_lips_and_a_short_one_is_not() -> None:
    def lift(pause: float) -> tuple[float, float]:
        body = Body(RIG, seed=5)
        body.state("speaking", 0)
        song = sing(20, seed=1)
        body.speak(song.phones, song.pcm, SECOND)
        gap = round(pause * FPS) * SAMPLES_PER_FRAME
        at = SECOND + song.ends[-1] // SAMPLES_PER_FRAME * SAMPLES_PER_FRAME + gap
        body.speak(song.phones, song.pcm, at)
        shown = body.frames(at + SECOND)
        from_, to = (at - gap) // SAMPLES_PER_FRAME, at // SAMPLES_PER_FRAME
        air, parted = body._breath.values(from_, to)
        shoulder = shown.joints[from_:to, JOINTS.index("leftShoulder"), 2]
        assert shown.shapes[:, JAW].min() >= 0.0
        return float(shoulder[-1] - shoulder[0]), float(parted.max())

    assert lift(0.5)[0] > 0.003 and 0.03 <= lift(0.5)[1] <= 0.06
    assert lift(0.2)[1] == 0.0


# --- ten minutes ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def ten_minutes(state: str, seed: int = 7) -> Frames:
    body, parts, i = Body(RIG, seed=seed), [], 0
    body.state(state, 0)
    while body.cursor < MINUTES * 60 * SECOND:
        if state == "speaking":
            song = sing(14, seed=i % 5)  # the same five sentences again and again
            at = body.cursor + SECOND // 2 // SAMPLES_PER_FRAME * SAMPLES_PER_FRAME
            body.speak(song.phones, song.pcm, at)
            parts.append(body.frames(at + len(song.pcm)))
            i += 1
        else:
            parts.append(body.frames(body.cursor + 30 * SECOND))
    return Frames.joined(parts)


def likeness(curve: np.ndarray, seconds: float = 5.0) -> float:
    """The largest correlation of a curve with itself at any lag of more than `seconds`, by FFT, at 10 Hz."""
    x = curve[: len(curve) // 6 * 6].reshape(-1, 6).mean(axis=1)
    x = x - x.mean()
    spectrum = np.fft.rfft(x, 2 * len(x))
    r = np.fft.irfft(np.abs(spectrum) ** 2)[: len(x)]
    overlap = np.arange(len(x), 0, -1) / len(x)
    lags = np.arange(len(x))
    usable = (lags > 10 * seconds) & (overlap > 0.25)
    return float((r / r[0] / overlap)[usable].max())


@pytest.mark.parametrize("state", ["idle", "listening", "thinking"])
def test_ten_minutes_of_head_gaze_and_blinks_never_repeat(state: str) -> None:
    frames = ten_minutes(state)
    curves = {
        "yaw": frames.head[:, 0], "roll": frames.head[:, 2], "gaze": gaze_of(frames)[:, 0],
        "blink": frames.shapes[:, INDEX["eyeBlinkLeft"]], "sway": frames.joints[:, 0, 2],
    }  # fmt: skip
    for name, curve in curves.items():
        assert likeness(curve.astype(np.float64)) < 0.6, name  # what comes round gives nearly 1


def test_the_same_sentence_again_is_not_the_same_performance() -> None:
    frames = ten_minutes("speaking")
    for curve in (frames.head[:, 0], gaze_of(frames)[:, 0], frames.shapes[:, INDEX["eyeBlinkLeft"]]):
        assert likeness(curve.astype(np.float64)) < 0.5


def test_intervals_between_blinks_are_spread_like_a_log_normal_and_follow_no_pattern() -> None:
    shut = ten_minutes("listening").shapes[:, INDEX["eyeBlinkLeft"]] > 0.4
    at = np.flatnonzero(shut[1:] & ~shut[:-1])
    gaps = np.log(np.diff(at)[np.diff(at) > 40] / FPS)  # doubles apart
    assert 0.3 < gaps.std() < 0.9
    assert abs(np.corrcoef(gaps[1:], gaps[:-1])[0, 1]) < 0.25


def test_both_sides_of_the_face_differ_a_little_and_never_much() -> None:
    shapes = ten_minutes("idle").shapes
    for name in ("mouthSmile", "browOuterUp", "cheekSquint", "eyeSquint"):
        apart = np.abs(shapes[:, INDEX[f"{name}Left"]] - shapes[:, INDEX[f"{name}Right"]])
        assert apart.max() < 0.12
    assert RATE == SECOND
