"""The benchmark of the ears measures what it says: ratios in decibels, errors in units, questions nobody indexed."""

from __future__ import annotations

import numpy as np
import pytest

from bench import intents
from bench.hear import distance, units
from bench.noise import babble, far, mixed, noises
from dialogue.packs import find_pack, load_pack
from dialogue.text import normalise
from speech.types import INPUT_RATE

TONE = 0.1 * np.sin(np.arange(2 * INPUT_RATE) / 7).astype(np.float32)


@pytest.mark.parametrize("snr", [20.0, 10.0, 0.0])
def test_babble_is_as_loud_as_it_is_said_to_be_and_always_the_same(snr: float) -> None:
    others = [np.random.default_rng(k).normal(size=INPUT_RATE).astype(np.float32) * 0.02 for k in range(8)]
    noisy = babble(TONE, others, snr, seed=1)
    ratio = 10 * np.log10(np.mean(TONE**2) / np.mean((noisy - TONE) ** 2))
    assert ratio == pytest.approx(snr, abs=0.3)
    assert np.array_equal(noisy, babble(TONE, others, snr, seed=1))
    assert not np.array_equal(noisy, babble(TONE, others, snr, seed=2))


def test_a_room_smears_but_does_not_move_the_sound() -> None:
    click = np.zeros(INPUT_RATE, np.float32)
    click[1000] = 0.5
    heard = far(click, 0)
    assert np.argmax(np.abs(heard)) == 1000 and np.abs(heard[:1000]).max() < 1e-3
    late = np.sum(heard[1001:] ** 2) / heard[1000] ** 2
    assert 10 * np.log10(late) == pytest.approx(-3.0, abs=0.5)


def test_noises_are_audible_and_of_the_length_asked_for() -> None:
    for name, audio in noises(3.0).items():
        assert len(audio) == 3 * INPUT_RATE and audio.dtype == np.float32, name
        assert np.sqrt(np.mean(audio**2)) > 0.01 and np.abs(audio).max() <= 1, name


def test_silence_may_be_mixed_too() -> None:
    assert np.array_equal(mixed(TONE, np.zeros_like(TONE), 10.0), TONE)


def test_errors_are_counted_blind_to_marks_and_to_how_numbers_are_written() -> None:
    assert units("取20万，行吗？", "zh") == units("取二十万行吗", "zh")
    assert distance(units("账单日", "zh"), units("张丹日", "zh")) == 2
    assert units("How's the rate?", "en") == ["how's", "the", "rate"]


def test_questions_asked_otherwise_are_in_no_index() -> None:
    pack = load_pack(find_pack(intents.PERSONA))
    known = {normalise(text) for _, text in intents._as_in_pack(pack)}
    asked = intents._otherwise()
    assert len(asked) > 200 and not {normalise(text) for _, text in asked} & known
    assert {item for item, _ in asked} <= {item.id for item in pack.items}
    assert len(intents._some(asked, 60)) == 60 and len(set(intents._some(asked, 60))) == 60
