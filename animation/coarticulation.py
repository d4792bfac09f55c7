"""From timed phones to one smooth curve per articulator.

Layer A, dominance (after Cohen & Massaro 1993): every phone pulls each articulatory channel towards its target with a
weight that is full while the phone is held and fades over a *reach* before and after; the curve is the weighted mean.
Rounding reaches far ahead (people purse their lips well before a u). Weights end exactly at their reach, so a frame
depends only on phones at most LOOKAHEAD away, and the sum runs over phones in order: a curve computed clause by clause
is the same to the last bit as one computed at once.

Layer B, constraints (after Edwards et al. 2016, JALI): windows with smooth edges in which the lips touch, the lower lip
meets the teeth, or the jaw stays nearly shut, whatever the neighbours want.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from animation.motion import ease, frames_of, window
from animation.rig import LABIODENTAL
from animation.types import RATE, SAMPLES_PER_FRAME
from animation.visemes import ASPIRATED, CHANNEL_OF_PART, CHANNELS, PART, PARTS, Pose, is_silence, poses

LOOKAHEAD = frames_of(0.5)  # frames: speech further ahead (or behind) than this never matters
TAIL = frames_of(0.45)  # frames after the last phone until the mouth is at rest

# s, how far a held phone is felt, by channel (jaw, round, spread, height, tongue). Lips are slower than the jaw: with a
# shorter reach they would have to jump across a consonant that asks nothing of them ("umi").
REACH = np.array([0.10, 0.20, 0.13, 0.10, 0.10])
_ROUNDING = [i for i, channel in enumerate(CHANNEL_OF_PART) if CHANNELS[channel] == "round"]
ROUND_BEFORE = 0.27  # s, anticipation of rounding
REST_AFTER, REST_BEFORE = 0.11, 0.15  # s: shut after the last sound, opening before the first
REST_REACH = np.array([0.14, 0.25, 0.18, 0.14, 0.14])  # s, towards the neighbouring sounds
PAUSE = REST_AFTER + REST_BEFORE  # s, shorter gaps do not close the mouth all the way
BREATH_GAP = 0.35  # s of silence before which a breath is taken in

CLOSE_RISE, CLOSE_FALL, CLOSE_HOLD = 0.115, 0.096, 0.034  # s
CLOSE_YIELD = 0.055  # s before its release that a stop, shut when it starts, begins to let go
CLOSE_SOONER = 0.006  # s
TEETH_RISE, TEETH_FALL = 0.165, 0.135  # s: rolling the lip in takes longer than shutting the lips
FAR_IN = 0.6  # mouthRollLower
TEETH_LATE = 0.030  # s into an f until the lip meets the teeth
SET_OUT = 0.25  # of the way in time a lip may roll in while lips are still shut: 10 % of it in space
SIBILANT_JAW, SIBILANT_YIELD = 0.085, 0.035  # the jaw is on its way to the vowel before the hiss ends


@dataclass(frozen=True)
class Sound:
    """A phone on the media clock (samples) with what its audio says about it."""

    symbol: str
    start: int
    end: int
    gain: float = 1.0  # jaw, see loudness.jaw_gain
    burst: int | None = None  # where a stop is released
    repeated: int | None = None  # where the last of several identical sounds begins, if they were merged


@dataclass(frozen=True)
class _Held:
    """One pose held from `start` to `end` (s relative to the curve's origin is computed late, from samples)."""

    pose: Pose
    start: int
    end: int
    gain: float
    before: np.ndarray  # s per channel
    after: np.ndarray
    scale: float = 1.0  # strength, below 1 for short pauses


@dataclass(frozen=True)
class Wish:
    """What the mouth is asked for on consecutive frames, before the constraints are met.

    parts: float64 [n, len(PARTS)]. closure, teeth, sibilant: [n], 1 where the lips must touch, where the lower lip must
    meet the teeth, where the jaw must be nearly shut. presence: [n], 1 while she speaks.
    """

    parts: np.ndarray
    closure: np.ndarray
    teeth: np.ndarray
    sibilant: np.ndarray
    presence: np.ndarray


@dataclass(frozen=True)
class Curve:
    """Articulator weights on consecutive frames.

    parts: float64 [n, len(PARTS)], constraints on jaw and lips applied. closure: [n], 1 where the lips must touch.
    teeth: [n], 1 where the lower lip must meet the upper teeth. presence: [n], 1 while she speaks.
    """

    parts: np.ndarray
    closure: np.ndarray
    teeth: np.ndarray
    presence: np.ndarray


def curve(sounds: Sequence[Sound], first: int, last: int, labiodental: Sequence[float] = LABIODENTAL) -> Curve:
    """The mouth on frames [first, last) given all sounds within LOOKAHEAD of them, in order, not overlapping."""
    return fulfilled(wish(sounds, first, last, labiodental[1]), labiodental)


def wish(sounds: Sequence[Sound], first: int, last: int, roll: float = LABIODENTAL[1]) -> Wish:
    """What those sounds ask for on frames [first, last) of a face whose f takes so much mouthRollLower."""
    sounds = merged(s for s in sounds if not is_silence(s.symbol))
    clock = _clock(first, last)
    parts = _smooth(_dominance(_held(sounds), _clock(first - 4, last + 4)))
    windows = _windows(sounds, clock, roll)
    return Wish(parts, *windows)


def fulfilled(wanted: Wish, labiodental: Sequence[float] = LABIODENTAL) -> Curve:
    """The wish with its constraints met, whoever made it: phones, or ears that only hear (animation/listen).

    labiodental: what f and v take on this face, see `Rig.labiodental`.
    """
    parts = wanted.parts.copy()
    _constrain(parts, wanted.closure, wanted.teeth, wanted.sibilant, labiodental)
    return Curve(parts, wanted.closure, wanted.teeth, wanted.presence)


def _clock(first: int, last: int) -> np.ndarray:
    return np.arange(first, last, dtype=np.int64) * SAMPLES_PER_FRAME


def _smooth(rows: np.ndarray) -> np.ndarray:
    """Binomial filters over 5 frames, and over 9 for rounding, the slowest of the lips' movements; four rows at either
    end are used up. Constraints come after it, unfiltered."""
    out = _binomial(rows[2:-2], 4)
    out[:, _ROUNDING] = _binomial(rows[:, _ROUNDING], 8)
    return out


def _binomial(rows: np.ndarray, order: int) -> np.ndarray:
    shares = [math.comb(order, k) / 2**order for k in range(order + 1)]
    return sum(share * rows[k : len(rows) - order + k] for k, share in enumerate(shares))


def merged(sounds: Iterable[Sound]) -> list[Sound]:
    """Identical neighbours become one long sound: "pop man" closes the lips once."""
    out: list[Sound] = []
    for sound in sounds:
        last = out[-1] if out else None
        if last and last.symbol == sound.symbol and sound.start - last.end <= RATE // 50:
            out[-1] = replace(last, end=sound.end, burst=sound.burst, repeated=sound.start)
        else:
            out.append(sound)
    return out


def _held(sounds: Sequence[Sound]) -> list[_Held]:
    """Poses with their hold and reach, pauses included."""
    out: list[_Held] = []
    previous: Sound | None = None
    for sound in sounds:
        rest = _rest(previous.end if previous else None, sound.start)
        if rest:
            out.append(rest)
        out.extend(_voiced(sound, opening=rest is not None))
        previous = sound
    if previous:
        out.append(_rest(previous.end, None))
    return out


def _voiced(sound: Sound, *, opening: bool) -> list[_Held]:
    both = poses(sound.symbol)
    turn = sound.end if len(both) == 1 else sound.start + (sound.end - sound.start) * 6 // 10
    spans = [(sound.start, turn), (turn, sound.end)]
    held = [_hold(pose, start, end, sound.gain) for pose, (start, end) in zip(both, spans, strict=False)]
    if opening:
        held[0] = replace(held[0], before=np.maximum(held[0].before, REST_BEFORE + 0.03))
    return held


def _hold(pose: Pose, start: int, end: int, gain: float) -> _Held:
    """Quick phones reach less far and, where they open the mouth, open it less: fast speech undershoots."""
    seconds = (end - start) / RATE
    margin = int(min(0.25 * seconds, 0.03) * RATE)
    reach = REACH * float(np.clip((seconds / 0.09) ** 0.5, 0.8, 1.2))
    before, after = reach.copy(), reach
    if pose.rounded:
        before[1] = ROUND_BEFORE
    effort = gain * float(np.clip(0.55 + 0.45 * seconds / 0.1, 0.6, 1.0)) if pose.opens else 1.0
    return _Held(pose, start + margin, end - margin, effort, before, after)


def _rest(gap_start: int | None, gap_end: int | None) -> _Held | None:
    """The mouth in a silence. A short pause leaves it open (people do not shut their mouth between words)."""
    pose = poses("sil")[0]
    far = 10 * RATE
    start = gap_end - far if gap_start is None else gap_start + int(REST_AFTER * RATE)
    end = gap_start + far if gap_end is None else gap_end - int(REST_BEFORE * RATE)
    if start <= end:
        return _Held(pose, start, end, 1.0, REST_REACH, REST_REACH)
    share = (gap_end - gap_start) / (PAUSE * RATE)
    if share < 0.25:
        return None
    middle = (gap_start + gap_end) // 2
    return _Held(pose, middle, middle, 1.0, REST_REACH, REST_REACH, scale=share * share)


def _dominance(held: Sequence[_Held], clock: np.ndarray) -> np.ndarray:
    weighted = np.zeros((len(clock), len(PARTS)))
    weight = np.full((len(clock), len(CHANNELS)), 1e-6)  # rest, where nothing else asks
    for item in held:
        reach = int(max(item.before.max(), item.after.max()) * RATE)
        a, b = np.searchsorted(clock, (item.start - reach, item.end + reach + 1))
        if a == b:
            continue
        ahead = (item.start - clock[a:b]) / RATE
        behind = (clock[a:b] - item.end) / RATE
        distance = np.maximum(ahead[:, None] / item.before, behind[:, None] / item.after)
        pull = ease(1.0 - distance) * (item.pose.strengths * item.scale)
        targets = item.pose.targets.copy()
        targets[PART["jawOpen"]] *= item.gain
        weight[a:b] += pull
        weighted[a:b] += pull[:, CHANNEL_OF_PART] * targets
    return weighted / weight[:, CHANNEL_OF_PART]


def _windows(
    sounds: Sequence[Sound], clock: np.ndarray, roll: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    closure, teeth, sibilant, presence = (np.zeros(len(clock)) for _ in range(4))
    for i, sound in enumerate(sounds):
        a, b = np.searchsorted(clock, (sound.start - RATE // 2, sound.end + RATE // 2))
        if a == b:
            continue
        t = (clock[a:b] - sound.start) / RATE
        length = (sound.end - sound.start) / RATE
        np.maximum(presence[a:b], window(t, 0.0, length, 0.2, 0.3), out=presence[a:b])
        constraint = poses(sound.symbol)[0].constraint
        if not constraint:
            continue
        least = 1.0 if constraint == "labiodental" else 0.55
        usual = (TEETH_RISE, TEETH_FALL) if constraint == "labiodental" else (CLOSE_RISE, CLOSE_FALL)
        rise = _edge(sounds, i, -1, least) * usual[0]
        fall = _edge(sounds, i, 1, max(least, 0.75)) * usual[1]
        if constraint == "sibilant":
            shape = window(t, 0.0, max(length - SIBILANT_YIELD, 0.5 * length), rise, fall)
        elif constraint == "bilabial":
            begin, stop = _shut(sound)
            shape = np.minimum(ease((t - begin) / rise + 1.0), _let_go((stop - t) / fall + 1.0))
        else:
            # A hiss, not a burst: it may begin before the lip is there, and lets go in time for lips that must shut.
            begin = min(TEETH_LATE, 0.35 * length)
            shut = length + _until_shut(sounds, i)
            share = 1.0
            if roll > FAR_IN:  # such a lip has no time for both in "cup for" and "half past", and p matters more
                begin, share = _after_shut(begin, length, rise, _since_shut(sounds, i))
                room = (shut - begin) / fall
                if room < 0.6:
                    share, fall = share * (0.25 if room >= 0.4 else 0.1), 0.5 * fall
                else:
                    begin = max(min(begin, shut - 0.9 * fall), min(begin, -0.01))
            stop = max(min(max(length - CLOSE_YIELD, CLOSE_HOLD + begin), shut - fall), begin)
            shape = share * np.minimum(ease((t - begin) / rise + 1.0), _let_go((stop - t) / fall + 1.0))
        into = {"bilabial": closure, "labiodental": teeth, "sibilant": sibilant}[constraint]
        np.maximum(into[a:b], shape, out=into[a:b])
    return closure, teeth, sibilant, presence


def _shut(sound: Sound) -> tuple[float, float]:
    """When the lips of a stop are shut, in seconds from its start: from, to."""
    onset = 0.0 if sound.repeated is None else (sound.repeated - sound.start) / RATE
    release = _release(sound, onset)
    # A stop too short for its hold is shut sooner rather than released late.
    lead = float(np.clip(onset + CLOSE_HOLD - (release - CLOSE_YIELD), 0.0, CLOSE_SOONER))
    return -lead, max(release - CLOSE_YIELD, onset + CLOSE_HOLD - lead)


def _since_shut(sounds: Sequence[Sound], i: int) -> float:
    """Seconds from when the lips last were shut until the start of sound i, at most 1."""
    for sound in reversed(sounds[max(i - 3, 0) : i]):
        if poses(sound.symbol)[0].constraint == "bilabial":
            return min((sounds[i].start - sound.start) / RATE - _shut(sound)[1], 1.0)
    return 1.0


def _after_shut(begin: float, length: float, rise: float, since: float) -> tuple[float, float]:
    """When the lip is rolled in for an f (s after its start) and how far, if it may only set out once lips have let go:
    later, up to the end of the f, and less far where that is not late enough."""
    begin = min(max(begin, (1.0 - SET_OUT) * rise - since), length)
    early = float(ease(np.array(1.0 - (begin + since) / rise)))
    return begin, min(1.0, float(ease(np.array(SET_OUT))) / max(early, 1e-9))


def _until_shut(sounds: Sequence[Sound], i: int) -> float:
    """Seconds from the end of sound i until the lips must be shut, at most 1."""
    for sound in sounds[i + 1 : i + 4]:
        if poses(sound.symbol)[0].constraint == "bilabial":
            return min((sound.start - sounds[i].end) / RATE, 1.0)
    return 1.0


def _let_go(u: np.ndarray) -> np.ndarray:
    """Smoothstep: a release gets going sooner than a minimum-jerk step of the same top speed."""
    u = np.clip(u, 0.0, 1.0)
    return u * u * (3.0 - 2.0 * u)


def _release(sound: Sound, onset: float) -> float:
    """When the lips part, in seconds from the start of the sound; `onset` is where the last of merged ones begins."""
    if sound.burst is not None:
        return (sound.burst - sound.start) / RATE
    length = (sound.end - sound.start) / RATE
    return onset + 0.7 * (length - onset) if sound.symbol in ASPIRATED else length


def _edge(sounds: Sequence[Sound], i: int, step: int, least: float) -> float:
    """Share of the usual ramp beside sound i. A short neighbour must still be seen, so the ramp gives way; a mouth that
    is hardly open needs less time to close, a wide one more (lip speed stays natural)."""
    seconds, opening, j = 0.0, 0.0, i + step
    lately = 0.15 if step < 0 else 0.045  # s: a jaw that was wide so lately is still on its way, or soon will be
    while 0 <= j < len(sounds) and seconds < lately:
        found = poses(sounds[j].symbol)
        jaw = max(pose.targets[PART["jawOpen"]] for pose in found) * sounds[j].gain  # of both halves of a diphthong
        opening = max(opening, 0.6 if found[0].constraint == "labiodental" else jaw / 0.4)
        seconds += (sounds[j].end - sounds[j].start) / RATE
        j += step
    room = seconds
    while 0 <= j < len(sounds) and not poses(sounds[j - step].symbol)[0].viseme and room < 0.2:
        room += (sounds[j].end - sounds[j].start) / RATE  # sounds that leave the lips alone give theirs
        j += step
    if not seconds:
        return 1.0
    return max(least, float(np.clip(0.4 + room / 0.15, 0.75, 1.0) * np.clip(0.6 + 0.45 * opening, 0.65, 1.2)))


def _constrain(
    parts: np.ndarray, closure: np.ndarray, teeth: np.ndarray, sibilant: np.ndarray, labiodental: Sequence[float]
) -> None:
    """Apply the constraint windows in place. The mouthClose that shuts the lips is solved later, on the rig."""
    jaw = parts[:, PART["jawOpen"]]
    drop, roll, shrug, up = labiodental
    jaw += sibilant * (np.minimum(jaw, SIBILANT_JAW) - jaw)
    bite = teeth * teeth  # the jaw and the upper lip are quicker than the lip that rolls in: neighbours stay readable
    jaw += bite * (drop - jaw)
    jaw *= 1.0 - 0.3 * closure
    for name in ("mouthFunnel", "mouthLowerDown", "mouthUpperUp"):
        parts[:, PART[name]] *= (1.0 - closure) * (1.0 - bite)
    parts[:, PART["mouthPucker"]] *= 1.0 - teeth  # a protruded lip does not reach the teeth
    parts[:, PART["mouthStretch"]] *= 1.0 - 0.6 * closure
    parts[:, PART["tongueOut"]] *= 1.0 - closure
    parts[:, PART["mouthPress"]] = 0.12 * closure
    parts[:, PART["mouthRollUpper"]] = 0.03 * closure
    # The lower lip tucks up under the upper incisors and the upper lip clears it.
    parts[:, PART["mouthRollLower"]] = np.maximum(roll * teeth, 0.03 * closure)
    parts[:, PART["mouthShrugLower"]] = shrug * bite * (1.0 - closure)
    parts[:, PART["mouthUpperUp"]] += up * bite * (1.0 - closure)
