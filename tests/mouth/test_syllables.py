"""Pinyin syllables: their sounds, and that the voice's spelling of them is the one it was trained on."""

from __future__ import annotations

import pytest
from pypinyin import pinyin_dict
from pypinyin.contrib.tone_convert import to_tone3

from speech.pronounce.phones import MANDARIN
from speech.pronounce.syllables import Syllable, parse, sounds

# Interjections where misaki differs: it says h for hm as in English, and wo for yo.
_DIFFERENT = {"hm5", "hng5", "yo1", "yo5"}


def _all_syllables() -> list[str]:
    readings = {reading for line in pinyin_dict.pinyin_dict.values() for reading in line.split(",")}
    return sorted({to_tone3(reading, neutral_tone_with_five=True) for reading in readings} - {"wong4"})


def _phones(pinyin: str) -> str:
    return " ".join(phone for sound in sounds(parse(pinyin)) for phone in sound.phones)


def test_every_syllable_is_spelled_as_the_voice_was_trained_with_a_glide_before_a_lone_i_or_u() -> None:
    from misaki.zh import ZHG2P

    for pinyin in _all_syllables():
        if pinyin not in _DIFFERENT:
            expected = ZHG2P.py2ipa(pinyin).replace("\u032f", "")
            expected = {"i": "j", "u": "w"}.get(expected[0], "") + expected
            assert "".join(sound.ipa for sound in sounds(parse(pinyin))) == expected, pinyin


def test_every_phone_is_in_the_inventory() -> None:
    for pinyin in _all_syllables():
        assert set(_phones(pinyin).split()) <= MANDARIN, pinyin


@pytest.mark.parametrize(
    ("pinyin", "phones"),
    [
        ("zhuang1", "zh u a ng"),
        ("nv3", "n v"),
        ("lve4", "l v E"),
        ("xue2", "x v E"),
        ("ju4", "j v"),
        ("yuan2", "v E n"),
        ("yun4", "v n"),
        ("qiong2", "q v u ng"),
        ("zhi1", "zh ir"),
        ("ri4", "r ir"),
        ("si4", "s iz"),
        ("ci2", "c iz"),
        ("qi4", "q i"),
        ("er4", "er"),
        ("bo1", "b u o"),
        ("wei4", "u E i"),
        ("liu2", "l i o u"),
        ("gui4", "g u E i"),
        ("zhun3", "zh u @ n"),
        ("ye4", "i E"),
        ("ying2", "i ng"),
        ("hao3", "h a u"),
    ],
)
def test_phones_of_a_syllable(pinyin: str, phones: str) -> None:
    assert _phones(pinyin) == phones


def test_erhua_colours_the_vowel_and_drops_the_coda() -> None:
    def phones(syllable: Syllable) -> str:
        return " ".join(p for sound in sounds(syllable) for p in sound.phones)

    assert phones(Syllable("h", "ua", 1, erhua=True)) == "h u a er"
    assert phones(Syllable("d", "ian", 3, erhua=True)) == "d i E er"
    assert phones(Syllable("h", "ai", 2, erhua=True)) == "h a er"


@pytest.mark.parametrize("wrong", ["", "hao", "hao6", "xq1", "5", "bing"])
def test_what_is_no_pinyin_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        parse(wrong)
