"""Gestures reach the body on the sample where their word begins, however a sentence is cut into pieces."""

from __future__ import annotations

import numpy as np
from fakes import RecordingBody
from hypothesis import given
from hypothesis import strategies as st

from animation.types import Cue
from avatar.cues import Cues
from avatar.stage import Stage
from dialogue.gestures import gestures_in
from dialogue.types import Sentence
from speech.types import OUTPUT_RATE, Speech, Word

CHAR = OUTPUT_RATE // 4
TEXT = "您好，存款有三种方式，请看左边的屏幕。这样不能取消。"


def spoken(words: list[str], language: str = "zh") -> Speech:
    """A quarter of a second a character."""
    out, at = [], 0
    for text in words:
        out.append(Word(text, at, at + len(text) * CHAR))
        at += len(text) * CHAR
    return Speech(np.zeros(at, np.int16), (), tuple(out), language)


def sentence(text: str, language: str = "zh", gesture: str = "") -> Sentence:
    return Sentence(text, language, "template", gesture=gesture)


@given(st.sets(st.integers(1, len(TEXT) - 1)))
def test_pieces_bring_the_gestures_of_the_whole_at_the_same_times(cuts: set[int]) -> None:
    edges = [0, *sorted(cuts), len(TEXT)]
    cues, out = Cues(), []
    for a, b in zip(edges, edges[1:], strict=False):
        piece = cues.of(spoken(list(TEXT[a:b])), sentence(TEXT), first=a == 0)
        out += [Cue(cue.name, cue.at + a * CHAR) for cue in piece]
    assert out == [Cue(name, at * CHAR) for at, name in gestures_in(TEXT, "zh")]
    assert [cue.name for cue in out] == ["greet", "count_3", "point_left", "refuse"]


def test_a_gesture_is_made_when_the_word_it_stands_in_begins() -> None:
    made = Cues().of(spoken(["请看", "您的左边", "。"]), sentence("请看您的左边。"), first=True)
    assert made == [Cue("point_left", 2 * CHAR)]


def test_spaces_do_not_count() -> None:
    text = "Hello, the machine is  on your left."
    words = ["Hello, ", "the ", "machine ", "is ", "on ", "your ", "left."]
    made = Cues().of(spoken(words, "en"), sentence(text, "en"), first=True)
    before = sum(len(word) for word in words[:4])
    assert made == [Cue("greet", 0), Cue("point_left", before * CHAR)]


def test_the_gesture_a_sentence_names_silences_its_first_piece_only() -> None:
    cues, whole = Cues(), sentence("请看左边，第二。", gesture="explain")
    assert cues.of(spoken(list("请看左边，")), whole, first=True) == []
    assert cues.of(spoken(list("第二。")), whole, first=False) == [Cue("count_2", 0)]


def test_words_said_again_after_a_pause_keep_their_gesture() -> None:
    cues, whole = Cues(), sentence("第一，带证件。第二，填表。")
    cues.of(spoken(list("第一，带证件。")), whole, first=True)
    cues.of(spoken(list("第二，填表。")), whole, first=False)
    assert cues.of(spoken(list("带证件。")), whole, first=False) == []
    assert cues.of(spoken(list("第二，填表。")), whole, first=False) == [Cue("count_2", 0)]
    assert cues.of(spoken(list("别的")), whole, first=False) == []


def test_the_stage_tells_the_body_each_gesture_at_its_word_on_the_media_clock() -> None:
    body = RecordingBody()
    stage, whole = Stage(body), sentence("这样不能退。请看左边。")
    stage.begin(1, "item_1")
    first = stage.place(spoken(list("这样不能退。")), whole, first=True)
    second = stage.place(spoken(list("请看左边。")), whole, first=False)
    assert body.gestures == [("refuse", first.pts + 2 * CHAR), ("point_left", second.pts + 2 * CHAR)]
    named = stage.place(spoken(list("不能。")), sentence("不能。", gesture="explain"), first=True)
    assert body.gestures[-1] == ("explain", named.pts)
