"""Phones and captions on the audio clock, and clean edges, without any model."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from speech.pronounce import mandarin
from speech.pronounce.phones import Sound, Spoken
from speech.types import OUTPUT_RATE
from speech.voices import timing
from speech.voices.timing import Beat
from speech.voices.whole import estimated

MS = OUTPUT_RATE // 1000


def _tone(ms: int, level: float = 0.5) -> np.ndarray:
    t = np.arange(ms * MS) / OUTPUT_RATE
    return (level * np.sin(2 * np.pi * 200 * t)).astype(np.float32)


def _silence(ms: int) -> np.ndarray:
    return np.zeros(ms * MS, np.float32)


WORDS = (
    Spoken("爸，", (Sound("p", ("b",), 4), Sound("a", ("a",), 4), Sound(","), Sound(" "))),
    Spoken("爱", (Sound("ai", ("a", "i"), 4),)),
)
SPANS = [(1200, 2400), (2400, 4800), (4800, 6000), (6000, 6600), (6600, 9000)]


def test_beats_cover_everything_and_marks_are_silence() -> None:
    row = timing.beats(WORDS, SPANS, 12_000)
    assert [(beat.phones, beat.start, beat.end) for beat in row] == [
        (("sil",), 0, 1200),
        (("b",), 1200, 2400),
        (("a",), 2400, 4800),
        (("sil",), 4800, 6600),
        (("a", "i"), 6600, 9000),
        (("sil",), 9000, 12_000),
    ]


def test_a_gap_between_words_belongs_to_the_stop_after_it() -> None:
    words = (Spoken("大", (Sound("a", ("a",)), Sound(" "))), Spoken("爸", (Sound("p", ("b",)), Sound("a", ("a",)))))
    row = timing.beats(words, [(0, 1000), (1000, 1600), (1600, 2000), (2000, 3000)], 3000)
    assert [(b.phones[0], b.start, b.end) for b in row] == [("a", 0, 1000), ("b", 1000, 2000), ("a", 2000, 3000)]
    words = (words[0], Spoken("马", (Sound("m", ("m",)), Sound("a", ("a",)))))
    row = timing.beats(words, [(0, 1000), (1000, 1600), (1600, 2000), (2000, 3000)], 3000)
    assert row[0].end == 1600


def test_a_diphthong_shares_its_time() -> None:
    row = timing.phones([Beat(("a", "i"), 0, 1001, 0, tone=4)])
    assert [(p.symbol, p.start, p.end, p.tone) for p in row] == [("a", 0, 500, 4), ("i", 500, 1001, 4)]


def test_the_last_sound_ends_where_it_falls_silent() -> None:
    """The voice reports the pause as part of the last vowel."""
    pcm = np.concatenate((_silence(100), _tone(300), _silence(600)))
    row = [Beat(("sil",), 0, 50 * MS, 0), Beat(("a",), 50 * MS, 900 * MS, 0), Beat(("sil",), 900 * MS, 1000 * MS, 0)]
    settled = timing.settle(row, pcm, 0.5)
    assert abs(settled[1].start - 100 * MS) <= 5 * MS
    assert abs(settled[1].end - 400 * MS) <= 5 * MS
    assert settled[-1].end == 1000 * MS


def test_a_stop_after_silence_keeps_its_closure() -> None:
    pcm = np.concatenate((_silence(200), _tone(300)))
    row = [Beat(("sil",), 0, 100 * MS, 0), Beat(("b",), 100 * MS, 220 * MS, 0), Beat(("a",), 220 * MS, 500 * MS, 0)]
    closure = timing.settle(row, pcm, 0.5)[1]
    assert 150 * MS <= closure.start <= 170 * MS


def test_trimming_moves_phones_with_the_sound_and_leaves_no_click() -> None:
    pcm = np.concatenate((_silence(300), _tone(300), _silence(500)))
    row = [Beat(("sil",), 0, 300 * MS, 0), Beat(("a",), 300 * MS, 600 * MS, 0), Beat(("sil",), 600 * MS, 1100 * MS, 0)]
    pcm, row = timing.trim_start(pcm, row)
    pcm, row = timing.trim_end(pcm, row, 200 * MS)
    assert row[1].start == timing.LEAD
    assert len(pcm) == row[-1].end == row[1].end + 200 * MS
    assert abs(pcm[0]) < 1e-3 and abs(pcm[-1]) < 1e-3


def test_a_full_stop_rests_longer_than_a_comma_and_a_cut_word_not_at_all() -> None:
    rests = [timing.pause_after(text) for text in ("好。”", "好，", "好、", "好")]
    assert rests == sorted(rests, reverse=True) and rests[-1] == 0 and len(set(rests)) == 4


def test_a_crossfade_is_smooth_where_two_windows_disagree() -> None:
    joined = timing.crossfade(np.full(120, 0.2, np.float32), np.full(1000, -0.2, np.float32))
    assert joined[0] > 0.19 and joined[200] < -0.19
    assert np.abs(np.diff(joined)).max() < 0.01


def test_peaks_bend_and_quiet_sound_is_untouched() -> None:
    pcm = np.array([0.1, -0.7, 1.3, -2.0], np.float32)
    out = timing.limited(pcm)
    assert np.array_equal(out[:2], pcm[:2])
    assert 0.8 < out[2] < 1.0 and -1.0 < out[3] < -0.8


def test_captions_take_the_time_of_their_sounds() -> None:
    row = timing.beats(WORDS, SPANS, 12_000)
    words = timing.captions([(0, "爸，"), (1, "爱"), (2, "🎉")], row)
    assert [(w.text, w.start, w.end) for w in words] == [("爸，", 1200, 4800), ("爱", 6600, 9000), ("🎉", 9000, 9000)]


def test_estimated_times_fill_the_voiced_part() -> None:
    words = mandarin.pronounce("您好，再见。")
    spans = estimated(words, 2400, 26_400)
    assert spans[0][0] == 2400
    assert max(end for _, end in spans) == 26_400
    assert all(a[1] == b[0] for a, b in zip(spans, spans[1:], strict=False))


@given(
    st.lists(st.tuples(st.sampled_from(["b", "a", "sh", ",", " "]), st.integers(0, 4000)), min_size=1, max_size=20),
    st.integers(0, 6000),
    st.integers(0, 2**32 - 1),
)
def test_phones_are_contiguous_and_inside_whatever_the_voice_reports(
    reported: list[tuple[str, int]], lead: int, seed: int
) -> None:
    sounds = tuple(Sound(s, (s,) if s.strip(", ") else ()) for s, _ in reported)
    edges = lead + np.concatenate(([0], np.cumsum([length for _, length in reported])))
    total = int(edges[-1]) + 2400
    noise = np.random.default_rng(seed).normal(0, 0.2, total).astype(np.float32)
    noise[: total // 3] *= 0.001
    spans = [(int(a), int(b)) for a, b in zip(edges, edges[1:], strict=False)]
    row = timing.settle(timing.beats((Spoken("x", sounds),), spans, total), noise, 0.5)
    pcm, row = timing.trim_start(noise, row)
    pcm, row = timing.trim_end(pcm, row, 3000)
    phones = timing.phones(row)
    assert phones[0].start == 0 and phones[-1].end == len(pcm)
    assert all(a.end == b.start for a, b in zip(phones, phones[1:], strict=False))
    assert all(p.end > p.start for p in phones)
