"""The parts of the voice benchmark that judge: loudness and error units."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.intelligibility import compared, errors, shared
from bench.voice import SENTENCES, flux, seams
from speech.pronounce.mandarin import pinyin
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
    assert compared("利率是2.35%，请还款。", "利率是百分之二点三五请还款", "zh").errors == 0
    assert compared("It is 2.35%.", "it is two point three five percent", "en").errors == 0
    assert compared("挂失", "挂师", "zh").errors == 0
    found = compared("挂失以后", "挂是以后呢", "zh")
    assert (found.wrong, found.inserted, found.errors) == ({1}, 1, 2)
    assert compared("挂失以后", "以后", "zh").wrong == {0, 1}


def test_one_wrong_digit_of_a_telephone_number_is_one_error() -> None:
    assert compared("可以打96110咨询", "可以打91110咨询", "zh").errors == 1


def test_what_cannot_be_told_by_ear_is_no_error() -> None:
    assert compared("请马上来", "情马上来", "zh").errors == 0  # sandhi makes 请 a second tone
    assert compared("不要告诉他", "不要告素他", "zh").errors == 0  # 诉 has no tone of its own
    assert compared("请来", "情来", "zh").errors == 1


def test_a_place_most_other_voices_are_heard_wrong_at_is_not_the_voices_own() -> None:
    heard = {"a": "请挂是吧", "b": "请挂是", "c": "请怪失", "d": "请挂失"}
    voices = {name: [compared("请挂失", text, "zh")] for name, text in heard.items()}
    found = errors(voices)
    assert [found[name]["all"] for name in heard] == [0.6667, 0.3333, 0.3333, 0.0]
    assert [found[name]["own"] for name in heard] == [0.6667, 0.3333, 0.3333, 0.0]  # one of three others only
    voices["c"] = [compared("请挂失", "请挂是", "zh")]
    assert errors(voices)["a"]["own"] == 0.3333 and errors(voices)["b"]["own"] == 0.0
    assert shared(voices) == ["shi1 in 请挂失"]
    assert errors({"alone": voices["b"]})["alone"]["own"] == 0.3333 and shared({"alone": voices["b"]}) == []


def test_the_sentences_are_read_as_they_were_checked_by_hand() -> None:
    checked = Path(__file__).with_name("bench_readings.txt").read_text(encoding="utf-8").splitlines()
    assert [" ".join(pinyin(text)) for text in SENTENCES["zh"]] == checked


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
