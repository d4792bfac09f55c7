"""A performer's face drives the avatar: calibrated, calm at rest, quick in motion, bridged where pictures fail to come,
taken over and handed back without a pop, and lips left to the voice."""

from __future__ import annotations

import math

import numpy as np
import pytest

from animation.body import Body
from animation.performer.calibration import NEUTRAL_S, RANGE_S, Calibration
from animation.performer.drive import EASE_S, FASTEST, HOLD_S
from animation.performer.one_euro import OneEuro
from animation.performer.reading import Order, Reading, angles
from animation.rig import INDEX, JAW, Rig
from animation.types import FPS, RATE, SAMPLES_PER_FRAME, SHAPES, Frames
from bench.utterances import MANDARIN, utterance

RIG = Rig.generic()
CAMERA = 30
SMILE, BLINK = INDEX["mouthSmileLeft"], INDEX["eyeBlinkLeft"]
LIDS = [i for i, name in enumerate(SHAPES) if name.startswith(("eyeBlink", "eyeSquint", "eyeLook"))]
NAMES = ["_neutral", *(name for name in reversed(SHAPES) if name != "tongueOut")]  # an order that is not ours
LEVEL = np.eye(4).ravel()


def face(at: float, head: tuple[float, float, float] = (0.0, 0.0, 0.0), **shapes: float) -> Reading:
    """A reading; a person whose mouth corners read 0.1 at rest and who holds the head 0.05 rad down."""
    values = np.zeros(len(SHAPES))
    values[SMILE] = 0.1
    for name, value in shapes.items():
        values[INDEX[name]] = value
    return Reading(at, values, np.array(head) + np.array([0.0, 0.05, 0.0]), np.zeros(4))


class Camera:
    """30 pictures a second of what `act` says of the second, and the frames of a body that they drive."""

    def __init__(self, body: Body) -> None:
        self.body, self.parts = body, []

    def run(self, seconds: float, act=lambda at: {}, *, lost: bool = False) -> Frames:
        made = []
        for _ in range(round(seconds * CAMERA)):
            at = self.body.cursor / RATE
            if not lost:
                self.body.drive.read(face(at, **act(at)), self.body.cursor)
            made.append(self.body.frames(self.body.cursor + RATE // CAMERA))
        self.parts += made
        return Frames.joined(made)


@pytest.fixture
def camera() -> Camera:
    """A body whose performer has shown a neutral face."""
    camera = Camera(Body(RIG, seed=3))
    camera.run(NEUTRAL_S + 0.2)
    assert camera.body.drive.calibration.ready
    return camera


def speed(frames: Frames, but: list[int]) -> float:
    """Of the fastest shape that is not one of `but`, a second."""
    return float(np.abs(np.diff(np.delete(frames.shapes, but, axis=1), axis=0)).max() * FPS)


def test_the_filter_is_that_of_its_paper() -> None:
    least, beta, d_cut = 1.0, 0.5, 1.0
    ours = OneEuro(least, beta, speed=d_cut)
    rng = np.random.default_rng(1)
    values, at = rng.normal(size=40), np.cumsum(rng.uniform(0.02, 0.06, 40))

    def alpha(cut: float, rate: float) -> float:  # the paper's own words: tau and the sampling period
        tau, te = 1.0 / (2 * math.pi * cut), 1.0 / rate
        return 1.0 / (1.0 + tau / te)

    filtered, slope = values[0], 0.0
    for k, value in enumerate(values):
        if k:
            rate = 1.0 / (at[k] - at[k - 1])
            a = alpha(d_cut, rate)
            slope = a * (value - filtered) * rate + (1 - a) * slope
            a = alpha(least + beta * abs(slope), rate)
            filtered = a * value + (1 - a) * filtered
        assert ours(np.array([value]), float(at[k]))[0] == pytest.approx(filtered)
    assert ours(np.array([9.0]), float(at[-1]))[0] == pytest.approx(filtered), "a picture that came twice"


def test_scores_come_in_the_trackers_own_order_and_gaze_is_an_angle() -> None:
    scores = dict.fromkeys(NAMES, 0.0) | {"jawOpen": 0.7, "eyeLookOutLeft": 0.5, "eyeLookInRight": 0.5}
    turn = np.eye(4)
    turn[:3, :3] = [[math.cos(0.3), 0, math.sin(0.3)], [0, 1, 0], [-math.sin(0.3), 0, math.cos(0.3)]]
    reading = Order(NAMES).reading(1.0, list(scores.values()), turn.T.ravel())
    assert reading.shapes[JAW] == 0.7
    assert reading.head == pytest.approx([0.3, 0.0, 0.0])
    assert reading.eyes[0] == reading.eyes[2] > 0.1 and reading.eyes[1] == 0.0
    assert angles(np.zeros((3, 3))).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("wrong", [[0.1] * 3, [math.nan] * 52])
def test_what_is_no_reading_is_refused(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match=r"scores|finite"):
        Order(NAMES).reading(0.0, wrong, LEVEL)


def test_a_resting_face_is_nothing_and_a_shown_range_is_all() -> None:
    calibration = Calibration()
    for k in range(60):
        calibration.see(face(k / CAMERA, eyeBlinkLeft=0.9 if k % 20 == 7 else 0.0))  # who blinks meanwhile
    rest = calibration.of(face(2.0))
    assert rest.shapes.max() == 0.0 and rest.head == pytest.approx([0, 0, 0])
    before = calibration.of(face(2.0, browInnerUp=0.4)).shapes[INDEX["browInnerUp"]]
    calibration.begin("range")
    for k in range(round(RANGE_S * CAMERA) + 2):
        shown = 0.4 * abs(math.sin(k / 9))
        calibration.see(face(3 + k / CAMERA, browInnerUp=shown, jawOpen=0.05))
    assert calibration.phase == "done"
    seen = calibration.of(face(12.0, browInnerUp=0.4, jawOpen=0.05)).shapes
    assert seen[INDEX["browInnerUp"]] > 0.97 > before
    assert seen[JAW] < 0.1, "what was not shown keeps its usual range"


def test_nothing_is_driven_before_the_neutral_face_is_known_or_somebody_takes_over(camera: Camera) -> None:
    plain = Body(RIG, seed=3)
    told = Frames.joined([*camera.parts, camera.run(2.0, lambda at: {"jawOpen": 0.9})])
    own = plain.frames(camera.body.cursor)
    assert np.array_equal(told.shapes, own.shapes) and np.array_equal(told.head, own.head)


def test_taking_over_and_handing_back_are_smooth(camera: Camera) -> None:
    drive = camera.body.drive
    acting = {"jawOpen": 0.7, "mouthSmileLeft": 0.9, "mouthSmileRight": 0.9, "browInnerUp": 0.8, "head": (0.4, 0.0, 0)}
    camera.run(1.0, lambda at: acting)
    drive.want(True)
    taken = camera.run(1.5, lambda at: acting)
    assert taken.shapes[-1, JAW] > 0.9 and taken.head[-1, 0] == pytest.approx(0.4, abs=0.02)
    drive.want(False)
    back = camera.run(1.5, lambda at: acting)
    both = Frames.joined([taken, back])
    assert speed(both, LIDS) <= FASTEST
    assert np.abs(np.diff(both.head, axis=0)).max() * FPS < 5.0
    own = Body(RIG, seed=3)
    own.frames(back.pts + round(2 * EASE_S * FPS) * SAMPLES_PER_FRAME)
    rest = own.frames(camera.body.cursor)
    assert np.array_equal(back.shapes[-len(rest) :], rest.shapes), "her own life went on behind"
    assert not camera.body.driven


def test_a_face_leaps_no_faster_than_a_face_can(camera: Camera) -> None:
    camera.body.drive.want(True)
    camera.run(1.0)
    leaps = camera.run(2.0, lambda at: {"jawOpen": 0.9, "eyeBlinkLeft": 0.8} if int(at * 4) % 2 else {})
    assert speed(leaps, [i for i in LIDS if i != BLINK]) <= FASTEST + 1e-3
    assert leaps.shapes[:, BLINK].max() > 0.95, "a blink is not filtered away"


def test_noise_is_stilled(camera: Camera) -> None:
    rng = np.random.default_rng(5)
    camera.body.drive.want(True)
    camera.run(1.0)
    noisy = camera.run(4.0, lambda at: {"browInnerUp": 0.4 + 0.01 * rng.normal(), "head": (0.004 * rng.normal(), 0, 0)})
    late = noisy.head[120:, 0]
    assert late.std() < 0.4 * 0.004
    assert noisy.shapes[120:, INDEX["browInnerUp"]].std() < 0.6 * 0.01 / 0.85


def test_pictures_that_fail_to_come_are_held_and_then_her_own_life_is_back(camera: Camera) -> None:
    camera.body.drive.want(True)
    camera.run(1.5, lambda at: {"jawOpen": 0.6})
    open_ = camera.run(HOLD_S - 0.04, lost=True)
    assert open_.shapes[:, JAW].min() > 0.8, "held"
    gone = camera.run(0.6, lost=True)
    assert speed(gone, LIDS) <= FASTEST
    own = Body(RIG, seed=3)
    own.frames(camera.body.cursor - SAMPLES_PER_FRAME)
    assert np.array_equal(gone.shapes[-1], own.frames(camera.body.cursor).shapes[-1]), "back within half a second"
    again = camera.run(1.0, lambda at: {"jawOpen": 0.6})
    assert again.shapes[-1, JAW] > 0.8 and speed(again, LIDS) <= FASTEST


def test_lips_are_the_voices_while_it_sounds_and_the_expression_is_the_performers(camera: Camera) -> None:
    said = utterance(MANDARIN[0], "zh", seed=1)
    plain = Body(RIG, seed=3)
    plain.frames(camera.body.cursor)
    camera.body.drive.want(True)
    acting = {"jawOpen": 0.8, "mouthPucker": 0.7, "browInnerUp": 0.8}
    for body in (plain, camera.body):
        body.speak(said.phones, said.pcm, camera.body.cursor + RATE)
    driven = camera.run(1.0 + len(said.pcm) / RATE, lambda at: acting)
    own = plain.frames(camera.body.cursor)
    middles = [
        FPS + (phone.start + phone.end) // 2 // SAMPLES_PER_FRAME for phone in said.phones if phone.symbol != "sil"
    ]
    spoken = [JAW, INDEX["mouthPucker"], INDEX["mouthClose"], INDEX["mouthFunnel"], INDEX["mouthRollLower"]]
    assert driven.shapes[middles][:, spoken] == pytest.approx(own.shapes[middles][:, spoken], abs=0.1)
    lips = [
        range(FPS + phone.start // SAMPLES_PER_FRAME, FPS + phone.end // SAMPLES_PER_FRAME + 1)
        for phone in said.phones
        if phone.symbol in ("b", "p", "m")
    ]
    assert lips and all(RIG.lip_gap(driven.shapes[list(run)]).min() <= 0.5 for run in lips), "mm"
    assert driven.shapes[middles, INDEX["browInnerUp"]].min() > 0.8


def test_what_is_taken_back_is_made_again_with_the_performers_face(camera: Camera) -> None:
    camera.body.drive.want(True)
    camera.run(1.0, lambda at: {"jawOpen": 0.6})
    at = camera.body.cursor - 30 * SAMPLES_PER_FRAME
    before = camera.parts[-1]
    camera.body.cancel(at)
    again = camera.body.frames(at + 30 * SAMPLES_PER_FRAME)
    assert again.shapes[-1, JAW] == pytest.approx(before.shapes[-1, JAW], abs=0.02)
