"""What the lips must do for the words to be readable, measured on the geometry of a rig (and of a second, odd one)."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animation.mood import MOODS
from animation.rig import INDEX, JAW, Rig
from animation.types import FPS, RATE, SAMPLES_PER_FRAME, Phone
from animation.visemes import PHONES, poses
from bench.lipsync.articulation import teeth_distances
from bench.lipsync.closure import closures
from bench.lipsync.reading import viseme_accuracy
from bench.lipsync.smoothness import (
    MAX_BLINK_SPEED,
    MAX_GAP_SPEED,
    MAX_WEIGHT_SPEED,
    fast_energy,
    violations,
    weight_speed,
)
from bench.lipsync.takes import LEAD, Take, perform
from bench.lipsync.timing import gap_speed, release_offsets
from bench.lipsync.voicing import peak_hz
from bench.utterances import LANGUAGES, Utterance, utterance

PUCKER, FUNNEL, STRETCH, ROLL = (INDEX[n] for n in ("mouthPucker", "mouthFunnel", "mouthStretchLeft", "mouthRollLower"))


def odd_rig() -> Rig:
    """A head whose lips rest pressed, whose smile parts them, and which needs less mouthClose than jaw."""
    rig = Rig.generic()
    gap = rig.gap_mm.copy()
    gap[[INDEX["mouthSmileLeft"], INDEX["mouthSmileRight"]]] = 1.2
    gap[INDEX["mouthClose"]] = -41.0
    return replace(rig, name="odd", gap_mm=gap, rest_gap_mm=-0.3, closure=np.array([[0.0, 0.9], [1.0, 0.9]]))


# "far": a face whose f takes all of mouthRollLower.
RIGS = {"generic": Rig.generic(), "odd": odd_rig(), "far": replace(Rig.generic(), labiodental=(0.13, 1.0, 0.0, 0.3))}


def performed(rig: str, speeds: tuple[float, ...], moods: tuple[str, ...]) -> tuple[Take, ...]:
    """Every sentence of both languages at every speed, moods and seeds in turn."""
    out: list[Take] = []
    for speed in speeds:
        for language, texts in LANGUAGES.items():
            for i, text in enumerate(texts):
                said = utterance(text, language, speed=speed, seed=i)
                out.append(perform(said, RIGS[rig], mood=moods[(i + len(out)) % len(moods)], seed=i, language=language))
    return tuple(out)


@lru_cache(maxsize=4)
def takes(rig: str = "generic") -> tuple[Take, ...]:
    return performed(rig, (0.7, 1.5), tuple(MOODS))


@lru_cache(maxsize=1)
def plain() -> tuple[Take, ...]:
    return performed("generic", (1.0,), ("neutral",))


def spoken(symbols: str, seconds: float | dict[str, float] = 0.12, rig: str = "generic", mood: str = "neutral") -> Take:
    """Phones of equal length, or of the lengths given (70 ms otherwise), without audio."""
    phones, at = [], 0.0
    for symbol in symbols.split():
        length = seconds.get(symbol, 0.07) if isinstance(seconds, dict) else seconds
        phones.append(Phone(symbol, round(at * RATE), round((at + length) * RATE)))
        at += length
    end = -(-phones[-1].end // SAMPLES_PER_FRAME) * SAMPLES_PER_FRAME
    return perform(Utterance(tuple(phones), np.zeros(end, np.int16), {}), RIGS[rig], mood=mood)


def middle(take: Take, k: int) -> int:
    phone = take.said.phones[k]
    return int(np.abs(take.when - (phone.start + phone.end) // 2).argmin())


@pytest.mark.parametrize("rig", ["generic", "odd"])
def test_lips_close_on_every_bilabial_in_every_mood_slow_and_fast(rig: str) -> None:
    shut = np.concatenate([closures(take) for take in takes(rig)])
    assert len(shut) > 150 and shut.all()


@pytest.mark.parametrize("mood", MOODS)
def test_a_mood_does_not_keep_the_lips_apart(mood: str) -> None:
    for rig in ("generic", "odd"):
        take = spoken("m a b a p a M AA B AE P IY", 0.1, rig, mood)
        assert closures(take).all()


@pytest.mark.parametrize("mood", MOODS)
def test_lips_shut_lightly_pressed_so_that_any_part_of_them_may_be_the_one_that_meets(mood: str) -> None:
    take = spoken("m a b a p a M AA B AE P IY", 0.1, "generic", mood)
    assert all(take.gap[take.during(p, 0.02, 0.02)].min() <= -0.2 for _, p in take.constrained("bilabial"))


@pytest.mark.parametrize("symbols", ["K AH M AH P F AO R", "K AH M AH P AH V AO R", "HH AE F P AE S", "S EH V M AY"])
@pytest.mark.parametrize("seconds", [0.055, 0.07, 0.1, 0.14])
def test_a_lip_that_rolls_far_in_for_an_f_is_out_while_lips_shut_beside_it(symbols: str, seconds: float) -> None:
    take = spoken(symbols, seconds, "far")
    for _, phone in take.constrained("bilabial"):
        near = take.frames.shapes[take.during(phone, 0.02, 0.02), ROLL] <= 0.1
        assert (near[1:] & near[:-1]).any(), phone


def test_an_f_after_a_p_is_still_one_where_there_is_time() -> None:
    take = spoken("AA P F AA", {"AA": 0.15, "P": 0.1, "F": 0.14}, "far")
    assert take.frames.shapes[take.during(take.said.phones[2]), ROLL].max() >= 0.9


def test_a_frown_does_not_hold_the_lip_away_from_the_teeth() -> None:
    take = spoken("a f a f a", {"a": 0.15, "f": 0.12}, mood="sorry")
    frown = take.frames.shapes[:, INDEX["mouthFrownLeft"]]
    assert frown[take.during(take.said.phones[-1])].max() > 0.1
    assert all(frown[take.during(p)].min() <= 0.02 for _, p in take.constrained("labiodental"))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(PHONES)), st.integers(25, 200)), min_size=1, max_size=14), st.data())
def test_lips_close_and_nothing_is_illegal_for_any_phones(sounds: list[tuple[str, int]], data: st.DataObject) -> None:
    phones, at = [], 0
    for symbol, ms in sounds:
        phones.append(Phone(symbol, at, at + ms * 24, stress=data.draw(st.sampled_from([0.0, 1.0]))))
        at += ms * 24
    pcm = np.full(-(-at // 400) * 400, data.draw(st.sampled_from([0, 300, 20_000])), np.int16)
    take = perform(Utterance(tuple(phones), pcm, {}), RIGS["generic"], mood="glad")
    assert closures(take).all()
    assert not any(violations(take).values())
    assert weight_speed(take.frames)[0].max() <= 20.0  # such phones are nobody's speech; still no jump


def test_closures_last_a_natural_while_between_vowels() -> None:
    for symbol in ("b", "m", "p", "B", "M"):
        take = spoken(f"a {symbol} a", {"a": 0.2, symbol: 0.09})
        frames = int((take.gap[take.during(take.said.phones[1], 0.1, 0.1)] <= 0.5).sum())
        assert 2 <= frames <= 8, symbol


def test_neighbouring_bilabials_close_once() -> None:
    take = spoken("AA P M AE", {"AA": 0.15, "AE": 0.15})
    between = take.gap[middle(take, 1) : middle(take, 2) + 1]
    assert (between <= 0.5).all()


def test_a_vowel_between_two_bilabials_is_open() -> None:
    take = spoken("b a b a b a", {"a": 0.13, "b": 0.07})
    assert all(take.gap[take.during(take.said.phones[k])].max() >= 3.0 for k in (1, 3, 5))


def test_lips_release_with_the_burst() -> None:
    offsets = np.concatenate([release_offsets(take) for take in takes() + plain()])
    assert len(offsets) > 60
    assert abs(np.median(offsets)) <= 15 and np.percentile(np.abs(offsets), 95) <= 35


def test_labiodentals_bring_the_lower_lip_to_the_upper_teeth() -> None:
    near = np.concatenate([teeth_distances(take) <= 1.0 for take in plain()])
    assert len(near) >= 12 and near.mean() >= 0.95


def test_labiodentals_do_not_look_like_bilabials() -> None:
    take = spoken("a f a", {"a": 0.15, "f": 0.11})
    k = middle(take, 1)
    assert take.frames.shapes[k, ROLL] >= 0.35 and take.gap[k] > 0.5


def test_sibilants_nearly_shut_the_jaw() -> None:
    wide = max(poses("a")[0].targets)
    for take in plain():
        for phone in take.said.phones:
            if poses(phone.symbol)[0].constraint == "sibilant":
                assert take.frames.shapes[take.during(phone), JAW].min() <= 0.25 * wide, phone


def test_rounding_begins_well_before_a_rounded_vowel() -> None:
    leads = []
    for vowel in ("u", "v", "o"):
        take = spoken(f"a d {vowel} a", {"a": 0.16, "d": 0.07, vowel: 0.14})
        rounding = take.frames.shapes[:, PUCKER] + take.frames.shapes[:, FUNNEL]
        phone = take.said.phones[2]
        half = 0.5 * rounding[take.during(phone)].max()
        first = np.flatnonzero((rounding >= half) & (take.when < phone.end))[0]
        leads.append((phone.start - take.when[first]) / RATE * 1000)
    assert all(40 <= lead <= 150 for lead in leads) and np.median(leads) >= 60, leads


def test_a_glad_mouth_purses_without_its_smile() -> None:
    smiles = {}
    for vowel in ("u", "i"):
        take = spoken(f"d {vowel} d", {vowel: 0.2, "d": 0.08}, mood="glad")
        smiles[vowel] = take.frames.shapes[middle(take, 1), INDEX["mouthSmileLeft"]]
    assert smiles["u"] < 0.5 * smiles["i"], smiles


def test_the_consonant_before_a_rounded_vowel_is_already_round() -> None:
    for pair in ("zh u", "g u", "l v", "d u", "s u"):
        take = spoken(f"a {pair}", {"a": 0.15, "u": 0.15, "v": 0.15, "s": 0.1})
        assert take.frames.shapes[middle(take, 1), PUCKER] >= 0.3, pair


def test_rounded_vowels_narrow_the_mouth_and_spread_ones_widen_it() -> None:
    # Half the width of the mouth at rest and what each shape adds to it, mm, on the mesh the generic rig comes from.
    corner = {
        "mouthPucker": -4.4, "mouthFunnel": -3.0, "mouthStretchLeft": 5.8, "mouthDimpleLeft": 5.5, "jawOpen": -2.5,
        "mouthSmileLeft": 8.0,
    }  # fmt: skip

    def width(vowel: str) -> float:
        take = spoken(f"d {vowel} d", {vowel: 0.25})
        row = take.frames.shapes[middle(take, 1)]
        return 24.7 + sum(row[INDEX[name]] * mm for name, mm in corner.items())

    assert width("u") / width("i") <= 0.75 and width("v") / width("i") <= 0.75
    assert width("ir") / width("i") <= 0.95  # zhi is not zhee
    spread = spoken("x i", {"x": 0.12, "i": 0.2}).frames.shapes
    hushed = spoken("sh ir", {"sh": 0.12, "ir": 0.2}).frames.shapes
    assert spread[:, STRETCH].max() > 0.25 and hushed[:, FUNNEL].max() > 0.25 > hushed[:, STRETCH].max()


def test_tongue_sounds_leave_the_lips_to_their_neighbours() -> None:
    round_, spread = spoken("u d u", {"u": 0.15}), spoken("i d i", {"i": 0.15})
    assert round_.frames.shapes[middle(round_, 1), PUCKER] > 0.7
    assert spread.frames.shapes[middle(spread, 1), STRETCH] > 0.3


def test_louder_speech_opens_the_mouth_further_and_quieter_less() -> None:
    def opening(db: float) -> float:
        said = utterance(LANGUAGES["zh"][0], "zh", level_db=db, seed=1)
        return float(np.percentile(perform(said, RIGS["generic"]).gap, 90))

    heights = [opening(db) for db in (-12, -6, 0, 6)]
    assert heights == sorted(heights) and heights[-1] > 1.3 * heights[0]


def test_fast_speech_opens_less_than_slow_speech() -> None:
    slow, fast = spoken("d a d a d a", {"a": 0.2, "d": 0.08}), spoken("d a d a d a", {"a": 0.05, "d": 0.04})
    assert fast.gap.max() < 0.85 * slow.gap.max()


def test_speeds_stay_natural() -> None:
    for take in [*takes(), *takes("odd"), *plain()]:
        other, blinks = weight_speed(take.frames)
        assert other.max() <= MAX_WEIGHT_SPEED
        assert blinks.max() <= MAX_BLINK_SPEED
        assert gap_speed(take).max() <= MAX_GAP_SPEED


def test_mouth_movement_has_hardly_any_energy_above_12_hz_and_the_pace_of_syllables() -> None:
    assert fast_energy(list(plain())) < 0.01
    assert 2.5 <= peak_hz([take.gap for take in plain()]) <= 5.5


def test_no_rule_of_anatomy_is_broken() -> None:
    for take in [*takes(), *takes("odd")]:
        assert not any(violations(take).values())


def test_the_mouth_opens_before_the_voice_and_is_shut_soon_after_it() -> None:
    take = spoken("a d a d a", {"a": 0.15, "d": 0.07})
    when, gap = take.when / RATE, take.gap
    opened = when[np.flatnonzero(gap > 2.5)[0]]  # the breath before it parts them by less
    assert -0.16 <= opened <= -0.05
    assert (gap[when < -0.5] <= 0.5).all()
    end = take.said.phones[-1].end / RATE
    shut = when[np.flatnonzero(gap > 1.0)[-1]] - end
    assert 0.04 <= shut <= 0.12
    assert gap[(when > end + 0.2)].max() <= 0.5


def test_a_short_pause_leaves_the_mouth_open_and_a_long_one_closes_it() -> None:
    def least(pause: float) -> float:
        take = spoken("a sil a", {"a": 0.2, "sil": pause})
        return float(take.gap[take.during(take.said.phones[1])].min())

    assert least(0.1) > 3.0 and least(0.5) < 0.5


def test_the_opening_of_the_mouth_goes_with_the_voice_and_a_little_ahead_of_it() -> None:
    take = plain()[0]
    level = np.abs(take.said.pcm.astype(np.float64)).reshape(-1, SAMPLES_PER_FRAME).mean(axis=1)
    smooth = np.convolve(level, np.hanning(11) / np.hanning(11).sum(), mode="same")
    start = LEAD // SAMPLES_PER_FRAME
    lags = range(-9, 10)
    r = [np.corrcoef(take.gap[start + k : start + k + len(smooth)], smooth)[0, 1] for k in lags]
    best = lags[int(np.argmax(r))] / FPS
    assert max(r) >= 0.5 and -0.06 <= best <= 0.02


def test_a_lip_reader_tells_the_visemes_apart() -> None:
    assert viseme_accuracy(list(plain()[::2]), list(plain()[1::2])) >= 0.85
