"""The body on the media clock: same seed same bytes, any chunking, clauses like the whole, clean cancellation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animation.body import HISTORY, Body
from animation.coarticulation import LOOKAHEAD
from animation.gestures import GESTURES
from animation.mood import MOODS
from animation.rig import INDEX, JAW, Rig
from animation.types import FIELDS, FPS, RATE, SAMPLES_PER_FRAME, SHAPES, Cue, Frames, Phone
from bench.lipsync.closure import closures
from bench.lipsync.smoothness import MAX_GAP_SPEED, MAX_WEIGHT_SPEED, weight_speed
from bench.lipsync.takes import LEAD, Take
from bench.lipsync.timing import gap_speed
from bench.utterances import ENGLISH, MANDARIN, Utterance, utterance

RIG = Rig.generic()
SECOND = FPS * SAMPLES_PER_FRAME
EYES = [i for name, i in INDEX.items() if name.startswith("eye")]
FACE = [i for i in range(52) if i not in EYES]


def same(a: Frames, b: Frames) -> bool:
    return a.pts == b.pts and all(np.array_equal(getattr(a, f), getattr(b, f)) for f in FIELDS)


def joined(parts: list[Frames]) -> Frames:
    return Frames.joined(parts)


def after(frames: Frames, pts: int) -> Frames:
    return frames[(pts - frames.pts) // SAMPLES_PER_FRAME :]


def said(i: int = 0, language: str = "zh") -> Utterance:
    return utterance((MANDARIN if language == "zh" else ENGLISH)[i], language, seed=i)


def clauses(whole: Utterance) -> list[tuple[list[Phone], np.ndarray, int]]:
    """(phones, pcm, start) of the pieces between pauses; pieces start on frames."""
    pauses = [i for i, phone in enumerate(whole.phones) if phone.symbol == "sil"]
    cuts = [0] + [-(-whole.phones[i].start // SAMPLES_PER_FRAME) * SAMPLES_PER_FRAME for i in pauses] + [len(whole.pcm)]
    out = []
    for a, b in zip(cuts, cuts[1:], strict=False):
        inside = [p for p in whole.phones if a <= p.start < b]
        moved = [Phone(p.symbol, p.start - a, p.end - a, p.stress) for p in inside]
        out.append((moved, whole.pcm[a:b], a))
    return out


def windows(whole: Utterance, rng: np.random.Generator) -> list[tuple[list[Phone], np.ndarray, int]]:
    """Like `clauses`, but pieces of 0.4 to 1.1 s that begin with any phone, as a voice streams them."""
    cuts = [0]
    while cuts[-1] < len(whole.pcm):
        least = cuts[-1] + int(rng.uniform(0.4, 1.1) * RATE)
        begin = next((p.start for p in whole.phones if p.start >= least), len(whole.pcm))
        cuts.append(begin if begin == len(whole.pcm) else begin // SAMPLES_PER_FRAME * SAMPLES_PER_FRAME)
    out = []
    for a, b in zip(cuts, cuts[1:], strict=False):
        inside = [p for p in whole.phones if a <= p.start < b]
        out.append(([Phone(p.symbol, p.start - a, p.end - a, p.stress) for p in inside], whole.pcm[a:b], a))
    return out


def test_frames_are_consecutive_and_end_before_until() -> None:
    body = Body(RIG)
    first, second = body.frames(10 * 400), body.frames(10 * 400 + 1)
    assert (first.pts, len(first), second.pts, len(second)) == (0, 10, 4_000, 1)
    assert body.cursor == 11 * 400 and len(body.frames(0)) == 0


def test_same_seed_same_bytes_and_another_seed_another_person() -> None:
    def life(seed: int) -> Frames:
        body = Body(RIG, seed=seed)
        body.state("listening", 0)
        return body.frames(20 * SECOND)

    assert same(life(5), life(5))
    assert not np.array_equal(life(5).shapes, life(6).shapes)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=40), st.integers(0, 3))
def test_any_chunking_gives_the_same_bytes(sizes: list[int], seed: int) -> None:
    def told() -> Body:
        body = Body(RIG, seed=seed)
        body.state("thinking", 40 * 400)
        body.state("speaking", 90 * 400)
        body.speak(said().phones, said().pcm, 100 * 400, mood="warm", gesture="greet")
        body.state("listening", 420 * 400)
        return body

    end = 500 * SAMPLES_PER_FRAME
    body, parts = told(), []
    for size in sizes:
        parts.append(body.frames(min(end, body.cursor + size * SAMPLES_PER_FRAME)))
    parts.append(body.frames(end))
    assert same(joined(parts), told().frames(end))


ACTS = st.one_of(
    st.tuples(st.just("frames"), st.integers(1, 50)),
    st.tuples(st.just("state"), st.sampled_from(["idle", "listening", "thinking", "speaking"])),
    st.tuples(st.just("speak"), st.sampled_from(sorted(MOODS))),
    st.tuples(st.just("gesture"), st.sampled_from(sorted(GESTURES))),
    st.tuples(st.just("follow"), st.integers(1, 30)),
    st.tuples(st.just("voice"), st.booleans()),
    st.tuples(st.just("cancel"), st.integers(0, 40)),
)


def lived(acts: list[tuple[str, Any]], seed: int) -> Frames:
    """What was shown in the end of a life in which all kinds of things happen. Cancelled frames are not in it."""
    body, parts = Body(RIG, seed=seed), [Body(RIG).frames(0)]
    spoken = 0  # audio is announced up to here
    for i, (act, what) in enumerate(acts):
        at = max(body.cursor, spoken)
        match act:
            case "frames":
                parts.append(body.frames(body.cursor + what * SAMPLES_PER_FRAME))
            case "state":
                body.state(what, body.cursor)
            case "speak" | "gesture":
                clause = said(i % 10)
                told = {"mood": what} if act == "speak" else {"gesture": what}
                signs = [Cue(("ask", "deny", "item")[i % 3], RATE // 2)]
                body.speak(clause.phones, clause.pcm, at, signs=signs, **told)
                spoken = at + len(clause.pcm)
            case "follow":
                pcm = said(i % 10).pcm[: what * SAMPLES_PER_FRAME]
                body.speak([], pcm, at)
                spoken = at + len(pcm)
            case "voice":
                body.listens(body.cursor, voice=what, language=("zh", "en")[i % 2])
            case "cancel":
                body.cancel(max(0, body.cursor - what * SAMPLES_PER_FRAME))
                parts = [joined(parts)[: body.cursor // SAMPLES_PER_FRAME]]
                spoken = body.cursor
    parts.append(body.frames(body.cursor + 3 * SECOND))
    return joined(parts)


@settings(max_examples=40, deadline=None)
@given(st.lists(ACTS, min_size=3, max_size=25), st.integers(0, 3))
def test_frames_made_ahead_are_those_made_one_by_one_whatever_happens(acts: list, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("animation.body.AHEAD", 1)
        expected = lived(acts, seed)
    assert same(lived(acts, seed), expected)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_clauses_announced_half_a_second_ahead_equal_the_whole(language: str) -> None:
    whole = said(0, language)
    at, end = 2 * SECOND, 2 * SECOND + len(whole.pcm) + SECOND
    one = Body(RIG, seed=2)
    one.speak(whole.phones, whole.pcm, at, mood="warm")
    expected = one.frames(end)

    body, parts = Body(RIG, seed=2), []
    for phones, pcm, start in clauses(whole):
        first = at + start + min(p.start for p in phones if p.symbol != "sil")
        latest = (first // SAMPLES_PER_FRAME - LOOKAHEAD) * SAMPLES_PER_FRAME
        parts.append(body.frames(latest))  # everything that may be shown before this clause must be known
        body.speak(phones, pcm, at + start, mood="warm")
    parts.append(body.frames(end))
    assert len(clauses(whole)) > 1
    assert same(joined([p for p in parts if len(p)]), expected)


def test_a_clause_that_comes_late_is_passed_over_to_without_a_jump() -> None:
    whole = said(0)
    body, parts = Body(RIG, seed=2), []
    for phones, pcm, start in clauses(whole):
        parts.append(body.frames(SECOND + start))  # the clause comes when its audio is already due
        body.speak(phones, pcm, SECOND + start)
    parts.append(body.frames(2 * SECOND + len(whole.pcm)))
    shapes = joined(parts).shapes[:, FACE]
    assert np.abs(np.diff(shapes, axis=0)).max() <= 0.2
    assert joined(parts).shapes[:, JAW].max() > 0.2


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 9), st.integers(10, 200), st.integers(0, 40), st.sampled_from(sorted(MOODS)))
def test_cancel_brings_the_listening_face_within_120_ms_without_a_pop(
    text: int, spoken: int, ahead: int, mood: str
) -> None:
    body = Body(RIG, seed=text)
    body.state("speaking", 0)
    body.speak(said(text).phones, said(text).pcm, SECOND, mood=mood)
    shown = body.frames(SECOND + (spoken + ahead) * SAMPLES_PER_FRAME)
    at = SECOND + spoken * SAMPLES_PER_FRAME
    body.cancel(at)
    body.state("listening", at)
    assert body.cursor == at
    again = body.frames(at + SECOND)

    quiet = Body(RIG, seed=text)
    quiet.state("listening", 0)
    rest = quiet.frames(5 * SECOND).shapes[-1]
    settled = again.shapes[7:][:, FACE]
    assert np.abs(settled - rest[FACE]).max() <= 0.08
    assert again.shapes[7:, JAW].max() <= 0.02
    assert RIG.lip_gap(again.shapes[7:]).max() <= 0.5
    seen = np.concatenate([shown.shapes[: len(shown) - ahead], again.shapes])[:, FACE]
    assert np.abs(np.diff(seen, axis=0)).max() <= 0.2
    head = np.concatenate([shown.head[: len(shown) - ahead], again.head])
    assert np.abs(np.diff(head, axis=0)).max() <= 0.03


def test_words_that_come_in_small_windows_just_in_time_still_close_every_bilabial() -> None:
    for i in range(6):
        whole = said(i)
        body, parts, rng = Body(RIG, seed=i), [], np.random.default_rng(i)
        for phones, pcm, start in windows(whole, rng):
            parts.append(body.frames(max(body.cursor, LEAD + start - 5 * SAMPLES_PER_FRAME)))
            body.speak(phones, pcm, LEAD + start)
        parts.append(body.frames(2 * LEAD + len(whole.pcm)))
        take = Take(whole, joined(parts), RIG)
        assert closures(take).all()
        assert gap_speed(take).max() <= MAX_GAP_SPEED
        assert weight_speed(take.frames)[0].max() <= MAX_WEIGHT_SPEED


def test_cancel_closes_the_lips_without_reopening_them() -> None:
    for spoken in range(20, 140, 6):
        body = Body(RIG, seed=1)
        body.speak(said(1).phones, said(1).pcm, SECOND)
        at = SECOND + spoken * SAMPLES_PER_FRAME
        gap_before = RIG.lip_gap(body.frames(at).shapes)[-2:]
        body.cancel(at)
        gap = RIG.lip_gap(body.frames(at + SECOND // 2).shapes)
        moving = max(gap_before[1] - gap_before[0], 0.0)  # an opening mouth may run on for a moment
        assert gap.max() <= max(gap_before[1], 0.5) + 3 * moving + 1.0


def test_frames_before_a_cancel_stand_and_a_resumed_clause_is_spoken() -> None:
    body = Body(RIG, seed=4)
    body.speak(said(1).phones, said(1).pcm, SECOND)
    shown = body.frames(2 * SECOND)
    body.cancel(2 * SECOND - 18 * SAMPLES_PER_FRAME)
    body.frames(body.cursor + 30 * SAMPLES_PER_FRAME)
    body.speak(said(1).phones, said(1).pcm, body.cursor)
    again = body.frames(body.cursor + len(said(1).pcm))
    assert len(shown) == 120 and again.shapes[:, JAW].max() > 0.2
    assert np.abs(np.diff(again.shapes[:, FACE], axis=0)).max() <= 0.2


def test_cancel_without_speech_replays_the_same_life() -> None:
    body = Body(RIG, seed=9)
    body.state("listening", 0)
    shown = body.frames(20 * SECOND)
    body.cancel(20 * SECOND - 60 * SAMPLES_PER_FRAME)
    again = body.frames(20 * SECOND)
    eyes = np.abs(after(shown, again.pts).eyes - again.eyes)
    assert eyes.max() < 0.15 and len(again) == 60


def test_states_told_for_later_than_a_cancel_are_off() -> None:
    def head(*, planned: bool) -> np.ndarray:
        body = Body(RIG, seed=3)
        body.state("listening", 0)
        if planned:
            body.state("thinking", 3 * SECOND)
        body.frames(SECOND)
        body.cancel(SECOND)
        return body.frames(6 * SECOND).head

    assert np.array_equal(head(planned=True), head(planned=False))


def test_speech_may_begin_between_two_frames() -> None:
    def jaw(at: int) -> np.ndarray:
        body = Body(RIG)
        body.speak(said().phones, said().pcm, at)
        return body.frames(3 * SECOND).shapes[:, SHAPES.index("jawOpen")]

    on, off = jaw(SECOND), jaw(SECOND + 200)
    assert np.abs(on - off).max() < 0.2 and not np.array_equal(on, off)


def test_speech_in_the_past_and_cancels_out_of_reach_are_refused() -> None:
    body = Body(RIG)
    body.frames(10 * SECOND)
    with pytest.raises(ValueError, match="too late"):
        body.speak(said().phones, said().pcm, 9 * SECOND)
    for at in (11 * SECOND, 10 * SECOND - 1, 10 * SECOND - (HISTORY + 1) * SAMPLES_PER_FRAME):
        with pytest.raises(ValueError, match="cancel"):
            body.cancel(at)


def test_silence_unknown_phones_and_missing_audio_are_no_errors() -> None:
    body = Body(RIG)
    body.speak([Phone("sil", 0, 4_800)], np.zeros(4_800, np.int16), 0)
    body.speak([], np.zeros(0, np.int16), 0)
    body.speak([Phone("??", 0, 2_400), Phone("b", 2_400, 2_400), Phone("a", 2_400, 7_200)], np.zeros(0, np.int16), 800)
    assert np.isfinite(body.frames(SECOND).shapes).all()


def test_a_long_life_does_not_grow() -> None:
    body = Body(RIG, seed=1)
    sizes = []
    for _ in range(5):
        body.state("speaking", body.cursor)
        for i in range(4):
            body.speak(said(i).phones, said(i).pcm, body.cursor)
            body.frames(body.cursor + len(said(i).pcm))
        body.state("listening", body.cursor)
        body.frames(body.cursor + 4 * SECOND)
        mouth, score = body._mouth, body._score
        logs = sum(len(list(b._log)) for b in (body._blinks, body._gaze, body._head, body._breath, body._mood))
        sizes.append(len(mouth._rows) + len(mouth._sounds) + len(score._phrases) + len(score._accents) + logs)
    assert max(sizes[2:]) <= 2 * min(sizes[:2])
    assert RATE == FPS * SAMPLES_PER_FRAME
