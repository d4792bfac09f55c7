"""The melody of speech and the nods it makes: accents move the head, lexical tones do not."""

from __future__ import annotations

import numpy as np
import pytest

from animation.accents import strength
from animation.body import Body
from animation.head import Head
from animation.prosody import Melody, Syllable, pitch
from animation.rig import Rig
from animation.types import FPS, RATE, SAMPLES_PER_FRAME, Phone
from tests.animation.singing import Song, sing

RIG = Rig.generic()
SECOND = RATE
SONGS = [sing(60, seed=seed) for seed in range(8)]


def melody(song: Song) -> list[Syllable]:
    return Melody().follow(song.phones, song.pcm, 0)


def nods(song: Song, seed: int = 0) -> list[tuple[int, float]]:
    """Apex of each nod on an accent (samples from the song's start) and its depth in radians."""
    body, found = Body(RIG, seed=seed), {}
    head: Head = body._head
    body.state("speaking", 0)
    body.speak(song.phones, song.pcm, SECOND)
    while body.cursor < SECOND + len(song.pcm):
        body.frames(body.cursor + SECOND // 2)
        found |= {nod.frame: nod for nod in head._log if nod.bumps}
    return [
        ((nod.frame + nod.bumps[0].out) * SAMPLES_PER_FRAME - SECOND, float(nod.bumps[0].size[1]))
        for nod in found.values()
    ]


@pytest.mark.parametrize("hertz", [80.0, 120.0, 190.0, 260.0, 400.0])
def test_pitch_is_right_to_a_quarter_of_a_semitone_in_men_women_and_children(hertz: float) -> None:
    time = np.arange(RATE // 4) / RATE
    voice = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 12)) * 4_000
    noisy = (voice + np.random.default_rng(0).normal(0, 200, len(time))).astype(np.int16)
    assert abs(pitch(noisy, [(0, len(noisy))])[0] - 12 * np.log2(hertz)) < 0.25


def test_noise_silence_and_spans_too_short_to_hear_have_no_pitch() -> None:
    noise = np.random.default_rng(0).normal(0, 2_000, RATE).astype(np.int16)
    assert pitch(noise, [(0, RATE), (0, 500), (RATE - 100, RATE + 5_000)]) == [None, None, None]
    assert pitch(np.zeros(RATE, np.int16), [(0, RATE)]) == [None]
    assert pitch(np.zeros(0, np.int16), [(0, 2_400)]) == [None]


def test_tones_are_taken_out_of_the_melody_and_accents_stay() -> None:
    rise, raw, tone, accented = [], [], [], []
    for song in SONGS:
        rise += [s.rise for s in melody(song)]
        raw += [p / 3.0 for p in pitch(song.pcm, [(p.start, p.end) for p in song.phones if p.symbol == "a"])]
        tone += song.tones.tolist()
        accented += song.accented.tolist()
    rise, raw, tone, accented = np.array(rise), np.array(raw), np.array(tone), np.array(accented)

    def by_tone(height: np.ndarray) -> float:
        return float(np.std([height[(tone == t) & ~accented].mean() for t in (1, 2, 3, 4, 5)]))

    assert by_tone(rise) < 0.5 * by_tone(raw)
    assert rise[accented].mean() - rise[~accented].mean() > 0.7


def test_a_clause_gives_the_same_melody_in_pieces_and_whole() -> None:
    song = SONGS[0]
    cut = song.phones[60].start
    first = [p for p in song.phones if p.end <= cut]
    rest = [Phone(p.symbol, p.start - cut, p.end - cut, p.stress, p.tone) for p in song.phones if p.start >= cut]
    parts = Melody()
    pieces = parts.follow(first, song.pcm[:cut], 0) + parts.follow(rest, song.pcm[cut:], cut)
    assert pieces == melody(song)


def test_accents_are_found_and_tones_are_not_taken_for_them() -> None:
    force = np.array([strength(s) for song in SONGS for s in melody(song)])
    tone = np.concatenate([song.tones for song in SONGS])
    accented = np.concatenate([song.accented for song in SONGS])
    found = force > 0
    assert found[accented].mean() > 0.7
    assert found[~accented].mean() < 0.12
    for t in (1, 2, 3, 4, 5):
        assert abs(np.corrcoef(force, tone == t)[0, 1]) < 0.12
    assert np.corrcoef(force, accented)[0, 1] > 0.6


def test_nods_fall_on_the_ends_of_accented_syllables() -> None:
    apexes = [(song, apex, depth) for i, song in enumerate(SONGS) for apex, depth in nods(song, seed=i)]
    assert len(apexes) > 40
    away = [np.abs(song.ends[song.accented] - apex).min() / RATE for song, apex, _ in apexes]
    assert np.mean(np.array(away) <= 0.06) > 0.7  # by chance it would be about one in four
    assert all(np.radians(2) <= depth <= np.radians(6) for _, _, depth in apexes)


def test_nods_do_not_care_for_the_tone() -> None:
    hits, tones = [], []
    for i, song in enumerate(SONGS):
        nodded = np.zeros(len(song.tones))
        for apex, _ in nods(song, seed=i):
            nodded[np.abs(song.ends - apex).argmin()] = 1.0
        hits.append(nodded)
        tones.append(song.tones)
    nodded, tone = np.concatenate(hits), np.concatenate(tones)
    for t in (1, 2, 3, 4, 5):
        assert abs(np.corrcoef(nodded, tone == t)[0, 1]) < 0.12


def test_the_head_follows_the_melody_and_not_the_tones() -> None:
    def pitch_of_head(song: Song) -> np.ndarray:
        body = Body(RIG, seed=5)
        body.state("speaking", 0)
        body.speak(song.phones, song.pcm, SECOND)
        return body.frames(SECOND + len(song.pcm)).head[FPS:, 1]

    song = sing(120, seed=3, accents=0.0)
    moved = pitch_of_head(song)
    at = (song.ends // SAMPLES_PER_FRAME).clip(0, len(moved) - 1)
    for t in (1, 2, 3, 4, 5):
        assert abs(np.corrcoef(moved[at], song.tones == t)[0, 1]) < 0.2


def test_a_voice_without_tones_nods_on_its_accents_too() -> None:
    song = sing(80, seed=4, tones=False)
    force = np.array([strength(s) for s in melody(song)])
    assert np.corrcoef(force, song.accented)[0, 1] > 0.5
