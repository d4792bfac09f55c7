"""The pose tables know every phone the voices may send."""

from __future__ import annotations

import numpy as np
import pytest

from animation.types import SHAPES
from animation.visemes import CHANNELS, PART, PART_SHAPES, PARTS, PHONES, is_silence, poses
from bench.utterances import syllable_phones

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
