"""The parts of the voice benchmark that judge: loudness and error units."""

from __future__ import annotations

import numpy as np
import pytest

from bench.voice import SENTENCES, edit_distance, flux, seams, syllables_or_words
from speech.types import Speech, Word
from speech.voices.loudness import Leveller, loudness


@pytest.mark.parametrize("rate", [24_000, 48_000])
def test_loudness_of_the_standards_own_tone(rate: int) -> None:
    """EBU Tech 3341: a 1 kHz sine at -23 dBFS peak in one channel reads -26 LUFS."""
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * np.arange(rate * 5) / rate)
    assert loudness(tone, rate) == pytest.approx(-26.0, abs=0.1)


def test_silence_does_not_count_towards_loudness() -> None:
    tone = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(24_000 * 3) / 24_000)
    padded = np.concatenate((tone, np.zeros(24_000 * 5)))
    assert loudness(padded, 24_000) == pytest.approx(loudness(tone, 24_000), abs=0.4)
    assert loudness(np.zeros(48_000), 24_000) == float("-inf")


def test_homophones_and_figures_are_no_errors() -> None:
    said = syllables_or_words("利率是2.35%，请还款。", "zh")
    assert said == syllables_or_words("利率是百分之二点三五请还款", "zh")
    assert edit_distance(syllables_or_words("挂失", "zh"), syllables_or_words("挂师", "zh")) == 0
    assert edit_distance(syllables_or_words("挂失", "zh"), syllables_or_words("挂是", "zh")) == 1
    assert syllables_or_words("It is 2.35%.", "en") == syllables_or_words("it is two point three five percent", "en")


def test_there_are_enough_sentences_with_figures() -> None:
    assert len(SENTENCES["zh"]) == 20 and len(SENTENCES["en"]) == 10
    assert sum(any(c.isdecimal() for c in text) for text in SENTENCES["zh"]) >= 8


def test_a_cut_in_a_tone_is_a_seam_and_a_smooth_join_is_none() -> None:
    t = np.arange(24_000) / 24_000
    tone = 0.3 * np.sin(2 * np.pi * 220 * t)
    other = 0.3 * np.sin(2 * np.pi * 930 * t)
    assert flux(np.concatenate((tone, other)), 24_000) > 5 * flux(np.concatenate((tone, tone)), 24_000)
    assert flux(np.concatenate((tone, np.zeros(24_000))), 24_000) is None and flux(tone, 10) is None


def test_seams_are_counted_inside_sounds_only() -> None:
    sound = (6000 * np.sin(2 * np.pi * 220 * np.arange(12_000) / 24_000)).astype(np.int16)
    quiet = np.zeros(4_800, np.int16)
    words = (Word("a", 0, 6_000), Word("b", 6_000, 12_000))
    pieces = [Speech(pcm, (), words, "en") for pcm in (sound, sound, np.concatenate((sound, quiet)), sound)]
    joins, inside = seams(pieces)
    assert len(joins) == 2 and len(inside) == 4


def test_a_voice_of_unknown_level_is_brought_to_ours_and_does_not_jump() -> None:
    rng = np.random.default_rng(0)
    leveller, gains, levels = Leveller(), [], []
    for k in range(12):
        clause = rng.normal(0, 0.02 * (1.6 if k % 2 else 1.0), 24_000)
        gains.append(leveller.gain(clause, 24_000))
        levels.append(loudness(clause * 10 ** (gains[-1] / 20), 24_000))
    assert max(abs(np.diff(gains))) <= 1.5
    assert abs(np.mean(levels[-4:]) + 20) < 1.0
    assert Leveller().gain(np.zeros(24_000), 24_000) == 0.0 and Leveller().gain(np.ones(10), 24_000) == 0.0
