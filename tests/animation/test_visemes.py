"""The pose tables know every phone the voices may send."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_tone3

from animation.ipa import ALIASES, phones_of
from animation.types import SHAPES
from animation.visemes import CHANNELS, PART, PART_SHAPES, PARTS, PHONES, is_silence, poses
from bench.lipsync.said import symbols
from bench.utterances import syllable_phones
from speech.pronounce.phones import SYMBOLS
from speech.pronounce.syllables import Syllable, parse, sounds

MANDARIN = "b p m f d t n l g k h j q x zh ch sh r z c s a o e E i u v ir iz er @ ng".split()
ENGLISH = (
    "AA AE AH AO AW AX AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH"
).split()


@pytest.mark.parametrize("symbol", [*MANDARIN, *ENGLISH, "sil"])
def test_every_phone_of_the_contract_has_a_sound_pose(symbol: str) -> None:
    assert symbol in PHONES
    for pose in poses(symbol):
        assert pose.targets.shape == (len(PARTS),) and pose.strengths.shape == (len(CHANNELS),)
        assert (pose.targets >= 0).all() and (pose.targets <= 1).all() and (pose.strengths > 0).all()


def test_parts_drive_existing_shapes_on_both_sides() -> None:
    for part, shapes in zip(PARTS, PART_SHAPES, strict=True):
        assert [SHAPES[i].removesuffix("Left").removesuffix("Right") for i in shapes] == [part] * len(shapes)
        assert len(shapes) in (1, 2)


def test_constraints_stand_exactly_where_the_lips_or_the_jaw_must_comply() -> None:
    found: dict[str, set[str]] = {}
    for symbol in PHONES:
        found.setdefault(poses(symbol)[0].constraint, set()).add(symbol)
    assert found["bilabial"] == {"b", "p", "m", "B", "P", "M"}
    assert found["labiodental"] == {"f", "F", "V"}
    assert {"s", "z", "c", "sh", "zh", "ch", "r", "j", "q", "x", "S", "Z", "SH", "CH"} <= found["sibilant"]


def test_what_common_tables_get_wrong_for_mandarin_is_right_here() -> None:
    pucker, funnel, stretch = PART["mouthPucker"], PART["mouthFunnel"], PART["mouthStretch"]
    assert poses("v")[0].targets[pucker] >= poses("u")[0].targets[pucker]  # ü stays rounded
    assert poses("ir")[0].targets[stretch] == 0 and poses("iz")[0].targets[stretch] < 0.2  # zhi, zi: not spread
    assert poses("zh")[0].targets[funnel] > 0.3 and poses("z")[0].targets[funnel] == 0  # retroflex protrudes
    assert poses("x")[0].targets[stretch] > 0.2 and poses("x")[0].targets[funnel] == 0  # not an English sh
    assert poses("W")[0].rounded and poses("w")[0].rounded  # w is no f


def test_diphthongs_move_and_unknown_symbols_are_neutral() -> None:
    assert [len(poses(s)) for s in ("AY", "AW", "OY", "EY", "OW", "AA")] == [2, 2, 2, 2, 2, 1]
    assert poses("ʔ")[0].viseme == "mid" and not is_silence("ʔ") and is_silence("sil")
    assert np.array_equal(poses("ʔ")[0].targets, poses("@")[0].targets)


def test_pinyin_syllables_of_the_benchmark_become_phones() -> None:
    cases = {"zhi": "zh ir", "zi": "z iz", "xue": "x v E", "bo": "b u o", "yuan": "v E n", "wo": "u o", "er": "er"}
    assert {syllable: " ".join(syllable_phones(syllable)) for syllable in cases} == cases


def phones(syllable: str, *, erhua: bool = False) -> str:
    made = parse(f"{syllable}1")
    made = Syllable(made.initial, made.final, made.tone, erhua=erhua)
    return " ".join(phone for sound in sounds(made) for phone in sound.phones)


def every_syllable() -> list[str]:
    """All that pypinyin's dictionary reads any character as, without tones, ü written v."""
    readings = {reading for row in PINYIN_DICT.values() for reading in row.split(",")}
    toned = {to_tone3(reading, neutral_tone_with_five=True).replace("ü", "v") for reading in readings}
    return sorted({syllable[:-1] for syllable in toned} - {"wong"})  # one made-up reading


def test_every_syllable_of_mandarin_has_phones_with_poses() -> None:
    syllables = every_syllable()
    assert len(syllables) > 410
    for syllable in syllables:
        for erhua in (False, True):
            row = phones(syllable, erhua=erhua).split()
            assert row and set(row) <= PHONES, syllable


# Initials and finals as tables of phonetics give them: ü in full, apical vowels, glides of zero initials, erhua.
TABLE = {
    "zhi": "zh ir", "shi": "sh ir", "ri": "r ir", "zi": "z iz", "ci": "c iz", "yi": "i", "ya": "i a", "ye": "i E",
    "you": "i o u", "wu": "u", "wo": "u o", "wei": "u E i", "wen": "u @ n", "weng": "u @ ng", "yu": "v", "yue": "v E",
    "yuan": "v E n", "yun": "v n", "nv": "n v", "lve": "l v E", "ju": "j v", "quan": "q v E n", "xun": "x v n",
    "jiong": "j v u ng", "bo": "b u o", "duo": "d u o", "liu": "l i o u", "gui": "g u E i", "dun": "d u @ n",
    "zhuang": "zh u a ng", "feng": "f @ ng", "ting": "t i ng", "dong": "d u ng", "ao": "a u",
    "er": "er", "ê": "E", "o": "o", "yo": "i o", "hm": "h m", "ng": "ng", "e": "e", "eng": "@ ng",
}  # fmt: skip


@pytest.mark.parametrize("syllable", TABLE)
def test_initials_and_finals_sound_as_the_table_says(syllable: str) -> None:
    assert phones(syllable) == TABLE[syllable]


def test_erhua_colours_the_last_vowel_and_drops_what_cannot_stand_before_it() -> None:
    cases = {"wan": "u a er", "hua": "h u a er", "hai": "h a er", "gen": "g @ er", "shi": "sh er", "zi": "z er"}
    assert {syllable: phones(syllable, erhua=True) for syllable in cases} == cases


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("请出示您的 ID card。", "q i ng ch u sh ir n i n d e AY D IY K AA R D"),
        ("用 App 扫码", "v u ng AE P s a u m a"),
        ("WiFi 密码", "W AY F AY m i m a"),
    ],
)
def test_english_inside_mandarin_keeps_its_own_phones_in_place(text: str, wanted: str) -> None:
    assert " ".join(symbol for symbol, _ in symbols(text, "zh")) == wanted


def test_every_symbol_of_the_voices_has_a_pose() -> None:
    assert SYMBOLS <= PHONES


@pytest.mark.parametrize(
    ("ipa", "wanted"),
    [
        ("tʰʊŋ˥", "T UH NG"), ("ʈ͡ʂʐ̩", "zh ir"), ("t͡ɕʰy", "j v"), ("ɕjɛ", "x Y E"),
        ("hɛˈloʊ wɝld", "HH E L OW W ER L D"),
        ("ˈtʃɪp", "CH IH P"), ("ðə fɜɹst", "DH @ F ER S T"), ("lɥœ", "L v v"), ("ʔ☃", "@ @"), ("", ""),
    ],
)  # fmt: skip
def test_transcriptions_of_other_voices_become_our_phones(ipa: str, wanted: str) -> None:
    assert " ".join(phones_of(ipa)) == wanted


@given(st.text(max_size=40))
def test_any_transcription_gives_phones_that_have_poses(ipa: str) -> None:
    assert set(phones_of(ipa)) <= PHONES


def test_ipa_symbols_look_like_the_phones_they_stand_for() -> None:
    for symbol, phone in ALIASES.items():
        assert [pose.viseme for pose in poses(symbol)] == [pose.viseme for pose in poses(phone)], symbol
    assert poses("ˈʃ")[0].viseme == "hush" and poses("ɸ")[0].constraint == "labiodental"
    assert poses("j")[0].constraint == "sibilant"  # pinyin where both alphabets have the letter


def test_rounding_of_a_final_is_strong_enough_to_reach_its_initial() -> None:
    for syllable in ("zhu", "shuo", "gu", "lv", "xue", "dong", "quan"):
        initial, final = (poses(phone)[0] for phone in re.split(" ", phones(syllable))[:2])
        assert final.rounded and final.strengths[1] > initial.strengths[1], syllable
