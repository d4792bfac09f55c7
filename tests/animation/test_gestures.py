"""Gestures: on the word, at human speed, past no body, never cut with a pop, and never twice the same."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animation.body import Body
from animation.gestures import GESTURES, HANGING, READY
from animation.hands import AT_EASE
from animation.reach import FORE, PALM, UPPER, Reach, arm_turns, mirrored, quaternions, times
from animation.rig import Rig
from animation.score import CUE_SPACING, Score
from animation.types import FIELDS, FPS, HANDS, JOINTS, RATE, SAMPLES_PER_FRAME, Cue, Frames
from bench.utterances import MANDARIN, Utterance, utterance
from tests.animation.skeletons import SKELETONS, Posed, turned

RIG = Rig.generic()
SECOND = RATE
NAMES = sorted(set(GESTURES) - {"point"})
ARMED = [name for name in NAMES if name != "greet"]
AT = 23_750  # of a cue in its clause: no multiple of a frame
WORD = (SECOND + AT) // SAMPLES_PER_FRAME  # the frame of that cue where the clause starts after a second


def said(i: int = 2) -> Utterance:
    return utterance(MANDARIN[i], "zh", seed=i)


@lru_cache(maxsize=64)
def made(name: str, seed: int = 3, state: str = "speaking", notice: int = SECOND, at: int = AT) -> Frames:
    """Six seconds with a clause from the first second on and a gesture on its word `at`, told `notice` ahead."""
    body, parts = Body(RIG, seed=seed), []
    body.state(state, 0)
    if notice < SECOND:
        parts.append(body.frames(SECOND - notice))
    body.speak(said().phones, said().pcm, SECOND, gestures=[Cue(name, at)] if name else [])
    return Frames.joined([*parts, body.frames(6 * SECOND)])


def speeds(frames: Frames, name: str = "Hand", skeleton: str = "woman") -> np.ndarray:
    """[n - 1] metres per second of the faster hand."""
    posed = Posed(frames, skeleton)
    each = [np.linalg.norm(np.diff(posed.at[side + name], axis=0), axis=1) * FPS for side in ("left", "right")]
    return np.max(each, axis=0)


def test_an_arm_reaches_what_it_is_asked_for() -> None:
    reach = Reach((0.2, -0.1, 0.6), (0.0, 1.0, 0.1), (0.0, -0.1, 1.0), shrug=0.0)
    shoulder, upper, lower, hand = quaternions(arm_turns(reach))
    forearm = times(times(shoulder, upper), lower)
    wrist = 0.5 * turned(times(shoulder, upper), UPPER) + 0.5 * turned(forearm, FORE)
    assert wrist == pytest.approx(np.array(reach.wrist), abs=1e-9)
    palm = turned(times(forearm, hand), PALM)
    assert palm @ np.array(reach.palm) / np.linalg.norm(reach.palm) > 0.999


@pytest.mark.parametrize("name", NAMES)
def test_the_other_hand_makes_the_mirror_image(name: str) -> None:
    left, right = (GESTURES[name].stroke.vector(side, HANGING) for side in ("left", "right"))
    split = len(JOINTS) * 3
    swapped = [JOINTS.index(j.replace("left", "#").replace("right", "left").replace("#", "right")) for j in JOINTS]
    assert mirrored(left[:split].reshape(-1, 3))[swapped] == pytest.approx(right[:split].reshape(-1, 3))
    assert (np.roll(left[split:], 6) == right[split:]).all()


@pytest.mark.parametrize("name", ARMED)
@pytest.mark.parametrize("seed", [3, 4])
def test_the_stroke_ends_on_the_word(name: str, seed: int) -> None:
    speed = speeds(made(name, seed))
    assert speed[WORD - 1] < 0.2 and speed[WORD - 24 : WORD - 6].max() > 0.4
    still = speeds(made("", seed))
    assert speed[: WORD - 30] == pytest.approx(still[: WORD - 30])


def test_a_refusal_shakes_the_head_once_though_its_word_denies() -> None:
    def yaw(**told) -> np.ndarray:
        body = Body(RIG, seed=4)
        body.state("speaking", 0)
        body.speak(said().phones, said().pcm, SECOND, **told)
        return body.frames(4 * SECOND).head[:, 0]

    refusal = yaw(gestures=[Cue("refuse", AT)])
    assert 0.04 < np.abs(refusal - yaw()).max() < 0.1
    assert np.array_equal(yaw(gestures=[Cue("refuse", AT)], signs=[Cue("deny", AT)]), refusal)


def test_a_bow_is_lowest_on_the_word() -> None:
    head = made("greet").head[:, 1] - made("").head[:, 1]
    chest = Posed(made("greet"), "woman").at["neck"][:, 2]
    assert abs(int(head.argmax()) - WORD) <= 3
    assert abs(int(chest[WORD - 30 : WORD + 30].argmax()) - 30) <= 20


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("state", "notice", "at"), [("speaking", SECOND, AT), ("idle", SECOND, AT), ("idle", 0, 2_000)]
)
def test_hands_move_no_faster_than_people_move_them(name: str, state: str, notice: int, at: int) -> None:
    for skeleton in SKELETONS:
        for seed in (3, 4):
            assert speeds(made(name, seed, state, notice, at), "Hand", skeleton).max() <= 2.5
        if state == "speaking":
            assert speeds(made(name), "Knuckles", skeleton).max() <= 2.5


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("skeleton", SKELETONS)
def test_arms_pass_neither_through_the_body_nor_through_the_face(name: str, skeleton: str) -> None:
    for seed in range(6):
        for state in ("speaking", "idle"):
            frames = made(name, seed, state)
            posed = Posed(frames, skeleton)
            for side, sign in (("left", 1.0), ("right", -1.0)):
                elbow = posed.in_frame_of("chest", posed.at[f"{side}LowerArm"])
                assert (sign * elbow[:, 0]).min() > 0.9 * posed.rest["leftUpperArm"][0], "an elbow in the ribs"
                for part in _along(posed, side):
                    assert _trunk(posed, part).min() > 1.0, (seed, side)
                    assert _head(posed, part).min() > 1.0, (seed, side)
            assert _apart(posed) > 0.02, "hands through one another"


def _along(posed: Posed, side: str) -> list[np.ndarray]:
    """Points along forearm and hand."""
    chain = [posed.at[side + name] for name in ("LowerArm", "Hand", "Knuckles", "Tips")]
    return [a + u * (b - a) for a, b in zip(chain, chain[1:], strict=False) for u in (0.33, 0.67, 1.0)]


def _trunk(posed: Posed, point: np.ndarray) -> np.ndarray:
    """Below 1 inside an upright elliptic cylinder that fills chest and belly with clothes on."""
    p = posed.in_frame_of("chest", point)
    width, depth = 0.95 * posed.rest["leftUpperArm"][0], 0.9 * posed.rest["leftUpperArm"][0]
    inside = (p[:, 0] / width) ** 2 + ((p[:, 2] - 0.015) / depth) ** 2
    return np.where(p[:, 1] < posed.rest["neck"][1], inside, 2.0)


def _head(posed: Posed, point: np.ndarray) -> np.ndarray:
    """Below 1 inside the head: an upright ellipsoid from chin to crown."""
    p = posed.in_frame_of("head", point) - posed.rest["head"] - np.array([0.0, 0.075, 0.02])
    return (p[:, 0] / 0.075) ** 2 + (p[:, 1] / 0.12) ** 2 + (p[:, 2] / 0.10) ** 2


def _apart(posed: Posed) -> float:
    hands = [[posed.at[side + name] for name in ("Hand", "Knuckles", "Tips")] for side in ("left", "right")]
    return min(float(np.linalg.norm(a - b, axis=1).min()) for a in hands[0] for b in hands[1])


@pytest.mark.parametrize("skeleton", SKELETONS)
def test_gestures_that_follow_one_another_pass_nothing_either(skeleton: str) -> None:
    for i, name in enumerate(NAMES):
        body = Body(RIG, seed=7)
        body.state("speaking", 0)
        cues = [Cue(name, SECOND // 2), Cue(NAMES[(5 * i + 7) % len(NAMES)], SECOND // 2 + round(1.55 * RATE))]
        body.speak(said(7).phones, said(7).pcm, SECOND, gestures=cues)
        frames = body.frames(5 * SECOND)
        posed = Posed(frames, skeleton)
        for part in (*_along(posed, "left"), *_along(posed, "right")):
            assert min(_trunk(posed, part).min(), _head(posed, part).min()) > 1.0, cues
        assert _apart(posed) > 0.02 and speeds(frames, "Hand", skeleton).max() <= 2.5, cues


@pytest.mark.parametrize("name", ARMED)
def test_no_wrist_is_broken_and_no_forearm_wrung(name: str) -> None:
    joints = made(name).joints.astype(np.float64)
    for side, axis in (("left", FORE), ("right", FORE * np.array([-1.0, 1.0, 1.0]))):
        q = joints[:, JOINTS.index(f"{side}Hand")]
        along = q[:, :3] @ axis
        twist = 2 * np.degrees(np.arctan2(np.abs(along), np.abs(q[:, 3])))
        bend = 2 * np.degrees(np.arccos(np.clip(np.hypot(along, q[:, 3]), 0.0, 1.0)))
        assert twist.max() <= 55  # half of what the hand turns; the forearm has the other half
        assert bend.max() <= 70


def test_a_count_shows_as_many_fingers() -> None:
    for count in range(1, 6):
        frames = made(f"count_{count}")
        hands = frames.hands[WORD + 5].reshape(2, 6)
        up = hands[np.argmin(hands[:, 1])]
        assert (up[1:5] < 0.25).sum() == min(count, 4)
        assert (up[0] < 0.25) == (count == 5)


def test_pointing_goes_where_the_person_sees_it_and_the_eyes_may_follow() -> None:
    for name, side, sign in (("point_left", "right", -1), ("point_right", "left", 1), ("point", "left", 1)):
        posed = Posed(made(name), "woman")
        finger = (posed.at[f"{side}Tips"] - posed.at[f"{side}Hand"])[WORD]
        assert sign * finger[0] > 0.08, name
        hand = made(name).hands[WORD].reshape(2, 6)[0 if side == "left" else 1]
        assert hand[1] < 0.1 and hand[2:5].min() > 0.6
        score = Score("speaking")
        score.gesture(name, 100, 0)
        assert score.moment(60).pointing is None and score.moment(200).pointing is None
        assert sign * score.moment(100).pointing[0] > 0.2


def test_a_gesture_is_held_to_the_end_of_the_phrase_and_then_goes_home() -> None:
    frames = made("explain")
    pause = next(p.start for p in said().phones if p.symbol == "sil" and p.start > AT)
    height = Posed(frames, "woman").at["rightHand"][:, 1]
    waits = Posed(made(""), "woman").at["rightHand"][:, 1]
    end = (SECOND + pause) // SAMPLES_PER_FRAME
    assert 0.6 * FPS < end - WORD < 1.6 * FPS
    assert height[WORD] > waits[WORD] + 0.08 and np.ptp(height[WORD : end - 10]) < 0.02
    assert height[end + 40] < height[WORD] - 0.08


def test_hands_wait_before_her_while_she_speaks_and_hang_when_she_listens() -> None:
    body = Body(RIG, seed=1)
    body.state("speaking", 0)
    body.frames(2 * SECOND)
    waiting = Posed(body.frames(3 * SECOND), "woman").at["rightHand"]
    body.state("listening", body.cursor)
    hanging = Posed(body.frames(6 * SECOND), "woman").at["rightHand"]
    assert waiting[-1, 2] > 0.15 > hanging[-1, 2] and waiting[-1, 1] > hanging[-1, 1] + 0.08
    assert np.linalg.norm(np.diff(hanging, axis=0), axis=1).max() * FPS < 1.0


def test_strokes_come_at_most_every_second_and_a_half() -> None:
    def strokes(*at: float) -> np.ndarray:
        body = Body(RIG, seed=5)
        body.state("speaking", 0)
        clause = said(7)
        body.speak(clause.phones, clause.pcm, SECOND, gestures=[Cue("count_1", round(t * RATE)) for t in at])
        return body.frames(5 * SECOND).joints

    assert CUE_SPACING == 1.5 * FPS
    assert np.array_equal(strokes(0.5), strokes(0.5, 1.9))
    assert not np.array_equal(strokes(0.5), strokes(0.5, 2.1))


def test_the_packs_gesture_comes_first_and_unknown_ones_not_at_all() -> None:
    def frames(**asked) -> np.ndarray:
        body = Body(RIG, seed=5)
        body.speak(said().phones, said().pcm, SECOND, **asked)
        return body.frames(4 * SECOND).joints

    assert np.array_equal(frames(gesture="explain"), frames(gesture="explain", gestures=[Cue("wave", AT)]))
    assert np.array_equal(frames(), frames(gesture="dance", gestures=[Cue("jump", AT)]))


def test_no_two_gestures_in_ten_minutes_are_the_same() -> None:
    body = Body(RIG, seed=8)
    body.state("speaking", 0)
    poses, sides = [], []
    for i in range(120):
        clause = said(i % 8)
        at = body.cursor + SECOND
        body.speak(clause.phones, clause.pcm, at, gestures=[Cue("invite", SECOND // 2)])
        frames = body.frames(at + 4 * SECOND)
        poses.append(frames.joints[FPS + FPS // 2, 5:].ravel())
        wrists = Posed(frames[FPS + FPS // 2 : FPS + FPS // 2 + 1], "woman").at
        sides.append(wrists["leftHand"][0, 1] > wrists["rightHand"][0, 1])
    apart = np.array([[np.abs(a - b).max() for b in poses] for a in poses])
    np.fill_diagonal(apart, 1.0)
    assert apart.min() > 0.003
    assert 0.2 < np.mean(sides) < 0.55


def test_one_counts_on_with_the_same_hand() -> None:
    for seed in range(4):
        body = Body(RIG, seed=seed)
        body.state("speaking", 0)
        clause, up = said(7), []
        cues = [Cue(f"count_{i + 1}", round((0.4 + 1.6 * i) * RATE)) for i in range(2)]
        body.speak(clause.phones, clause.pcm, SECOND, gestures=cues)
        frames = body.frames(6 * SECOND)
        for cue in cues:
            at = Posed(frames, "woman").at
            k = (SECOND + cue.at) // SAMPLES_PER_FRAME
            up.append(at["leftHand"][k, 1] > at["rightHand"][k, 1])
        assert up[0] == up[1]


def _all_said(seed: int) -> tuple[Body, list[tuple[Utterance, int, list[Cue]]]]:
    body = Body(RIG, seed=seed)
    body.state("speaking", 0)
    out, at = [], SECOND
    for i, name in enumerate(("count_1", "explain", "point_left")):
        clause = said(i)
        out.append((clause, at, [Cue(name, 9_001 + 700 * i)]))
        at += len(clause.pcm) // SAMPLES_PER_FRAME * SAMPLES_PER_FRAME + SAMPLES_PER_FRAME
    return body, out


def same(a: Frames, b: Frames) -> bool:
    return a.pts == b.pts and all(np.array_equal(getattr(a, f), getattr(b, f)) for f in FIELDS)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=30), st.integers(0, 3))
def test_frames_do_not_depend_on_chunks_nor_on_when_clauses_come(sizes: list[int], seed: int) -> None:
    body, clauses = _all_said(seed)
    for clause, at, cues in clauses:
        body.speak(clause.phones, clause.pcm, at, gestures=cues)
    end = clauses[-1][1] + len(clauses[-1][0].pcm) + 2 * SECOND
    whole = body.frames(end)
    body, clauses = _all_said(seed)
    parts, k, last = [], 0, -(-end // SAMPLES_PER_FRAME) * SAMPLES_PER_FRAME
    while body.cursor < last:
        until = body.cursor + sizes[k % len(sizes)] * SAMPLES_PER_FRAME
        k += 1
        while clauses and clauses[0][1] - SECOND // 2 < until:
            clause, at, cues = clauses.pop(0)
            parts.append(body.frames(at - SECOND // 2 - (at - SECOND // 2) % SAMPLES_PER_FRAME))
            body.speak(clause.phones, clause.pcm, at, gestures=cues)
        parts.append(body.frames(min(until, last)))
    assert same(whole, Frames.joined(parts))


@pytest.mark.parametrize("name", NAMES)
def test_a_cut_at_any_frame_leaves_no_jump(name: str) -> None:
    usual = np.abs(np.diff(made(name).joints.astype(np.float64), 2, axis=0)).max()
    for cut in range(WORD - 28, WORD + 80, 13):
        body = Body(RIG, seed=3)
        body.state("speaking", 0)
        body.speak(said().phones, said().pcm, SECOND, gestures=[Cue(name, AT)])
        before = body.frames((cut + 10) * SAMPLES_PER_FRAME)
        body.cancel(cut * SAMPLES_PER_FRAME)
        body.state("listening", cut * SAMPLES_PER_FRAME)
        after = body.frames((cut + 150) * SAMPLES_PER_FRAME)
        whole = Frames.joined([before[:cut], after])
        assert np.array_equal(whole.joints[:cut], made(name).joints[:cut])
        joints = whole.joints.astype(np.float64)
        assert np.abs(np.diff(joints, axis=0)).max() <= 0.075
        assert np.abs(np.diff(joints, 2, axis=0)).max() <= max(1.5 * usual, 0.012), cut
        assert np.abs(np.diff(whole.hands.astype(np.float64), axis=0)).max() <= 0.12
        assert speeds(whole).max() <= 2.5
        assert np.abs(whole.hands[-1] - AT_EASE).max() < 0.1


def test_replaying_what_was_cut_gives_the_same_frames() -> None:
    def run(cancelled: bool) -> Frames:
        body = Body(RIG, seed=9)
        body.state("speaking", 0)
        body.speak(said().phones, said().pcm, SECOND, gestures=[Cue("big", AT)])
        first = body.frames(SECOND // 2)
        if cancelled:  # further on, back, and the same told again
            body.frames(2 * SECOND)
            body.cancel(SECOND // 2)
        else:
            body.cancel(SECOND // 2)
        body.speak(said().phones, said().pcm, SECOND, gestures=[Cue("big", AT)])
        return Frames.joined([first, body.frames(5 * SECOND)])

    assert same(run(True), run(False))


def test_ready_hands_are_the_same_on_both_sides() -> None:
    hands = READY[len(JOINTS) * 3 :]
    assert (hands[:6] == hands[6:]).all() and len(hands) == len(HANDS)
