"""The English front end: ARPAbet with stress, captions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.pronounce import english
from speech.pronounce.phones import ARPABET, ipa


def _phones(text: str) -> str:
    return " ".join(p for word in english.pronounce(text) for sound in word.sounds for p in sound.phones)


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("hello", "HH AH L OW"),
        ("church", "CH ER CH"),
        ("thing", "TH IH NG"),
        ("boy", "B OY"),
        ("about", "AH B AW T"),
        ("doctor", "D AA K T ER"),
        ("around", "AH R AW N D"),
        ("ATM", "EY T IY EH M"),
    ],
)
def test_phones(text: str, phones: str) -> None:
    assert _phones(text) == phones


def test_stress_belongs_to_the_vowel() -> None:
    sounds = [s for word in english.pronounce("hello") for s in word.sounds if s.phones]
    assert [(s.phones[0], s.stress) for s in sounds] == [("HH", 0.0), ("AH", 0.0), ("L", 0.0), ("OW", 1.0)]
    assert sounds[-1].ipa == "ˈO"


def test_captions_are_words_with_their_marks() -> None:
    texts = [word.text for word in english.pronounce("Dr. Smith's card (3.5%) costs $20, okay?")]
    assert texts == ["Dr. ", "Smith's ", "card ", "(3.5%) ", "costs ", "$20, ", "okay?"]


def test_a_number_is_read_within_its_caption() -> None:
    word = english.pronounce("Call 95588 now")[1]
    assert word.text == "95588 "
    assert ipa((word,)).startswith("nˈIn fˈIv fˈIv")


_TEXT = st.text(alphabet="abc ABCdr.,;!?'’-()\"“”$%35:0 \n🎉é", max_size=40)


@settings(max_examples=150, deadline=None)
@given(_TEXT)
def test_captions_join_to_the_text_and_phones_are_known(text: str) -> None:
    words = english.pronounce(text)
    assert "".join(word.text for word in words) == text
    assert {p for word in words for sound in word.sounds for p in sound.phones} <= ARPABET
