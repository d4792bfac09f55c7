"""The levels of hall and person: a voice that has ended is silence at once; who stands far off is not the person."""

from __future__ import annotations

import numpy as np

from speech.levels import Gate, Levels
from speech.vad import FRAME


def frame(db: float, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=FRAME)
    return (10 ** (db / 20) * noise / np.sqrt(np.mean(noise**2))).astype(np.float32)


def hear(levels: Levels, db: float, *, frames: int, voiced: bool) -> None:
    for k in range(frames):
        levels.push(frame(db, k), voiced=voiced)


def in_a_hall(gate: Gate | None = None, floor: float = -50.0) -> Levels:
    levels = Levels(gate)
    hear(levels, floor, frames=60, voiced=False)
    return levels


def test_the_hall_is_learnt_and_a_frame_as_quiet_as_it_is_silence_whatever_voice_activity_says() -> None:
    levels = in_a_hall()
    assert abs(levels.floor + 50) < 1
    hear(levels, -25, frames=20, voiced=True)
    assert not levels.quiet
    hear(levels, -49, frames=1, voiced=True)
    assert levels.quiet


def test_a_long_voice_does_not_become_the_hall() -> None:
    levels = in_a_hall()
    hear(levels, -25, frames=900, voiced=True)
    assert abs(levels.floor + 50) < 1 and not levels.quiet


def test_before_anything_is_known_nothing_is_silence_and_everything_is_near() -> None:
    levels = Levels()
    hear(levels, -60, frames=5, voiced=True)
    assert not levels.quiet and levels.near


def test_without_the_gate_every_voice_is_near() -> None:
    levels = in_a_hall()
    hear(levels, -25, frames=50, voiced=True)
    hear(levels, -45, frames=20, voiced=True)
    assert levels.near


def test_the_gate_keeps_out_people_who_talk_behind_the_person() -> None:
    levels = in_a_hall(Gate(near_field=True))
    hear(levels, -25, frames=50, voiced=True)
    assert levels.near
    hear(levels, -42, frames=20, voiced=True)
    assert not levels.near
    hear(levels, -30, frames=3, voiced=True)
    assert levels.near, "the person is back, a little softer"


def test_a_voice_stays_near_through_its_weak_consonants() -> None:
    levels = in_a_hall(Gate(near_field=True))
    hear(levels, -25, frames=50, voiced=True)
    hear(levels, -48, frames=2, voiced=True)
    assert levels.near


def test_a_quieter_visitor_is_taken_once_the_last_one_is_gone_for_a_while() -> None:
    levels = in_a_hall(Gate(near_field=True))
    hear(levels, -20, frames=50, voiced=True)
    hear(levels, -35, frames=10, voiced=True)
    assert not levels.near
    hear(levels, -50, frames=400, voiced=False)  # 13 s
    hear(levels, -35, frames=10, voiced=True)
    assert levels.near


def test_an_operator_s_noise_floor_shuts_out_what_is_softer() -> None:
    levels = in_a_hall(Gate(noise_floor=-38))
    hear(levels, -40, frames=10, voiced=True)
    assert levels.quiet and not levels.near
    hear(levels, -30, frames=10, voiced=True)
    assert not levels.quiet and levels.near
