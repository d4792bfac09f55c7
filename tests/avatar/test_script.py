"""What was heard, cut at the word, however often she was paused."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from avatar.script import Line, Script, tail_of
from dialogue.types import Sentence
from speech.types import Phone, Speech, Word

CHAR = 6000


def clause(text: str) -> Speech:
    words = tuple(Word(c, i * CHAR, (i + 1) * CHAR) for i, c in enumerate(text))
    phones = tuple(Phone("a", w.start, w.end) for w in words)
    return Speech(np.arange(len(text) * CHAR, dtype=np.int16), phones, words, "zh")


def line(text: str, pts: int = 0) -> Line:
    return Line(pts, clause(text), Sentence(text, "zh", "approved"))


def test_a_word_counts_once_half_of_it_was_played() -> None:
    script = Script()
    script.add(line("你好吗", pts=1200))
    assert script.heard(1200 + CHAR // 2 - 1) == ""
    assert script.heard(1200 + CHAR // 2) == "你"
    assert script.heard(10**9) == "你好吗"


def test_a_pause_returns_the_rest_from_the_cut_word() -> None:
    script = Script()
    script.add(line("你好吗", pts=0))
    script.add(line("我很好", pts=3 * CHAR))
    rest = script.cut(CHAR + 10)  # in the first tenth of 好
    assert script.text == "你"
    assert ["".join(w.text for w in r.speech.words) for r in rest] == ["好吗", "我很好"]
    assert rest[0].speech.words[0].start == 0 and rest[0].speech.samples == 2 * CHAR


TEXTS = st.lists(st.text("银行卡挂失", min_size=1), min_size=1, max_size=5)


@given(st.lists(st.integers(0, 20 * CHAR), max_size=6), TEXTS)
def test_pauses_neither_lose_nor_repeat_a_word(cuts: list[int], texts: list[str]) -> None:
    script, pts = Script(), 0
    for text in texts:
        script.add(line(text, pts))
        pts = script.end + 400
    for cut in cuts:
        before = script.text
        rest = script.cut(pts - min(pts, cut))
        assert script.text + "".join(w.text for r in rest for w in r.speech.words) == before
        for r in rest:
            script.add(Line(pts, r.speech, r.sentence))
            pts += r.speech.samples
    assert script.text == "".join(texts)


def test_phones_and_words_of_a_tail_stay_inside_it() -> None:
    tail = tail_of(clause("你好吗"), 2 * CHAR)
    assert tail.samples == CHAR
    assert [(p.start, p.end) for p in tail.phones] == [(0, CHAR)]


def test_audio_heard_counts_across_a_pause() -> None:
    script = Script()
    script.add(line("你好吗", pts=0))
    rest = script.cut(CHAR)
    script.add(Line(50_000, rest[0].speech, rest[0].sentence))
    assert script.heard_audio(CHAR) == "你"
    assert script.heard_audio(2 * CHAR) == "你好"


def test_english_sentences_are_parted_by_a_space_and_chinese_ones_are_not() -> None:
    script = Script()
    for text in ("Hi.", "Bye."):
        speech = clause(text)
        script.add(Line(script.end, speech, Sentence(text, "en", "approved")))
    assert script.text == "Hi. Bye."
    assert script.heard(10**9) == "Hi. Bye."
