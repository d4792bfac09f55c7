"""The parts of the voice benchmark that judge: loudness and error units."""

from __future__ import annotations

import numpy as np
import pytest

from bench.voice import SENTENCES, edit_distance, syllables_or_words
from speech.voices.loudness import loudness


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
