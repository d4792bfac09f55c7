"""From what a voice reports to phones and captions on the audio clock, and the clean edges of a clause.

All positions are samples at OUTPUT_RATE.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from speech.pronounce.phones import SILENCE, STOPS, Sound, Spoken
from speech.types import OUTPUT_RATE, Language, Phone, Speech, Word

_HOP = OUTPUT_RATE // 200  # 5 ms
LEAD = OUTPUT_RATE * 30 // 1000  # silence kept before the first sound
TAIL = OUTPUT_RATE * 40 // 1000  # and after the last
_CLOSURE = OUTPUT_RATE * 40 // 1000  # of a stop that follows silence: nothing marks its beginning
_FADE = OUTPUT_RATE * 8 // 1000
_KNEE = 0.8
_NOTHING = OUTPUT_RATE * 120 // 1000
_SHORTEST = OUTPUT_RATE * 20 // 1000  # no sound is squeezed below this
_QUIET = 10 ** (-38 / 20)  # of full speech level; Kokoro's own noise lies 50–60 dB down

# Rest after a clause by its last mark, in ms. Read Mandarin pauses about twice as long at full stops as at commas; at a
# counter people are quicker than readers.
PAUSES_MS = dict.fromkeys("，,", 160) | dict.fromkeys("；;：:—", 220) | dict.fromkeys("。.！!？?…\n", 320) | {"、": 90}
_CLOSERS = "”’」』）)】》\"' \t"


@dataclass(frozen=True)
class Beat:
    """A sound, or silence, with its time, and the index of the word it belongs to."""

    phones: tuple[str, ...]  # they share the time equally; (SILENCE,) for silence
    start: int
    end: int
    word: int
    tone: int = 0
    stress: float = 0.0

    @property
    def silent(self) -> bool:
        return self.phones[0] == SILENCE


def pause_after(text: str, pace: float = 1.0) -> int:
    """How long the voice rests after a clause, in samples. Closing quotes and spaces do not count.

    Rests grow and shrink with the square of the pace: slow speech is for people who need time to follow, and time at
    the end of a clause helps them more than drawn-out words (Wingfield et al. 1999, Psychology and Aging 14).
    """
    return round(samples(PAUSES_MS.get(text.rstrip(_CLOSERS)[-1:], 0)) / pace**2)


def samples(ms: float) -> int:
    """Milliseconds at OUTPUT_RATE."""
    return round(ms * OUTPUT_RATE / 1000)


def beats(words: Sequence[Spoken], spans: Sequence[tuple[int, int]], total: int) -> list[Beat]:
    """Beats that cover 0..total without gaps; `spans` are the times of the words' sounds, in order.

    A gap between words belongs to a stop after it (its closure is silent), else to the sound before it; punctuation is
    silence, and so is what lies before the first sound and after the last.
    """
    flat = [(k, sound) for k, word in enumerate(words) for sound in word.sounds]
    out: list[Beat] = []
    for i, ((word, sound), (start, end)) in enumerate(zip(flat, spans, strict=True)):
        begin = out[-1].end if out else 0
        if sound.phones:
            if not out and start > 0:
                out.append(Beat((SILENCE,), 0, start, word))
                begin = start
            out.append(Beat(sound.phones, begin, end, word, sound.tone, sound.stress))
        elif sound.ipa.strip():
            out.append(Beat((SILENCE,), begin, end, word))
        elif out and not _stop_follows(sound for _, sound in flat[i + 1 :]):
            out[-1] = replace(out[-1], end=end)
    if not out or out[-1].end < total:
        out.append(Beat((SILENCE,), out[-1].end if out else 0, total, max(len(words) - 1, 0)))
    return _joined(out)


def _stop_follows(sounds: Iterable[Sound]) -> bool:
    following = next((sound for sound in sounds if sound.ipa.strip()), None)
    return bool(following and following.phones and following.phones[0] in STOPS)


def _joined(row: Iterable[Beat]) -> list[Beat]:
    """Drop empty beats, merge silences that touch."""
    out: list[Beat] = []
    for beat in row:
        if beat.end <= beat.start:
            continue
        if out and beat.silent and out[-1].silent:
            out[-1] = replace(out[-1], end=beat.end)
        else:
            out.append(beat)
    return out


def settle(row: Sequence[Beat], pcm: np.ndarray, level: float) -> list[Beat]:
    """Move the edges of silences to where the sound really ends and begins: the last token before a pause reports the
    pause as its own. `pcm` are float samples from position 0, `level` the peak of ordinary speech."""
    loud = _loud(pcm, level)
    out = list(row)
    for i, beat in enumerate(out):
        if not beat.silent:
            continue
        start, end = beat.start, beat.end
        if i:
            before = out[i - 1]
            floor = min(before.start + _SHORTEST * len(before.phones), before.end)
            start = max(floor, _last_loud(loud, before.start, end))
            out[i - 1] = replace(before, end=start)
        if i + 1 < len(out):
            after = out[i + 1]
            onset = _first_loud(loud, start, after.end)
            if after.phones[0] in STOPS:
                onset -= _CLOSURE
            end = max(start, min(onset, after.end - _SHORTEST * len(after.phones)))
            out[i + 1] = replace(after, start=end)
        out[i] = replace(beat, start=start, end=max(end, start))
    return _joined(out)


def voiced(pcm: np.ndarray, level: float) -> tuple[int, int]:
    """From the first to the last loud 5 ms; everything when nothing is loud."""
    found = np.flatnonzero(_loud(pcm, level))
    return (int(found[0]) * _HOP, (int(found[-1]) + 1) * _HOP) if len(found) else (0, len(pcm))


def _loud(pcm: np.ndarray, level: float) -> np.ndarray:
    n = len(pcm) // _HOP
    return np.abs(pcm[: n * _HOP]).reshape(n, _HOP).max(axis=1, initial=0.0) > level * _QUIET


def _last_loud(loud: np.ndarray, start: int, end: int) -> int:
    """The end of the last loud 5 ms in start..end, or `start`."""
    found = np.flatnonzero(loud[start // _HOP : -(-end // _HOP)])
    return min(end, (start // _HOP + int(found[-1]) + 1) * _HOP) if len(found) else start


def _first_loud(loud: np.ndarray, start: int, end: int) -> int:
    """The beginning of the first loud 5 ms in start..end, or `end`."""
    found = np.flatnonzero(loud[start // _HOP : -(-end // _HOP)])
    return max(start, (start // _HOP + int(found[0])) * _HOP) if len(found) else end


def trim_start(pcm: np.ndarray, row: Sequence[Beat]) -> tuple[np.ndarray, list[Beat]]:
    """Cut the silence before the first sound down to LEAD and fade in."""
    cut = max(0, row[0].end - LEAD) if row[0].silent and len(row) > 1 else 0
    out = pcm[cut:].copy()
    fade = min(_FADE, len(out))
    out[:fade] *= _ramp(fade)
    moved = [replace(beat, start=max(0, beat.start - cut), end=beat.end - cut) for beat in row]
    return out, moved


def trim_end(pcm: np.ndarray, row: Sequence[Beat], pause: int) -> tuple[np.ndarray, list[Beat]]:
    """Cut after the last sound, fade out, and rest `pause` samples from where the sound ended."""
    voiced_end = row[-1].start if row[-1].silent else row[-1].end
    out = pcm[: voiced_end + TAIL].copy()
    fade = min(_FADE, len(out))
    out[len(out) - fade :] *= _ramp(fade)[::-1]
    total = max(len(out), voiced_end + pause)
    rest = replace(row[-1], phones=(SILENCE,), start=voiced_end, end=total, tone=0, stress=0.0)
    kept = row[:-1] if row[-1].silent else row
    return np.concatenate((out, np.zeros(total - len(out), out.dtype))), _joined([*kept, rest])


def _ramp(n: int) -> np.ndarray:
    return (np.sin(np.linspace(0, np.pi / 2, n)) ** 2).astype(np.float32)


def crossfade(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """`after` with its first samples blended with `before`, which sounded there in the other window."""
    n = min(len(before), len(after))
    out = after.copy()
    ramp = np.linspace(0, 1, n, dtype=np.float32)
    out[:n] = before[:n] * (1 - ramp) + after[:n] * ramp
    return out


def limited(pcm: np.ndarray) -> np.ndarray:
    """Peaks above the knee bend instead of clipping; what lies below is untouched."""
    over = np.abs(pcm) > _KNEE
    out = pcm.copy()
    room = 1 - _KNEE
    out[over] = np.sign(pcm[over]) * (_KNEE + room * np.tanh((np.abs(pcm[over]) - _KNEE) / room))
    return out


def phones(row: Sequence[Beat]) -> tuple[Phone, ...]:
    """Beats to phones, contiguous."""
    out: list[Phone] = []
    for beat in row:
        step = (beat.end - beat.start) / len(beat.phones)
        edges = [beat.start + round(k * step) for k in range(len(beat.phones))] + [beat.end]
        out += [
            Phone(symbol, edges[k], edges[k + 1], beat.stress, beat.tone)
            for k, symbol in enumerate(beat.phones)
            if edges[k + 1] > edges[k]
        ]
    return tuple(out)


def captions(texts: Sequence[tuple[int, str]], row: Sequence[Beat]) -> tuple[Word, ...]:
    """(index, text) of words to their times: from the first sound to the last; a word without sound takes no time."""
    out: list[Word] = []
    for index, text in texts:
        mine = [beat for beat in row if beat.word == index and not beat.silent]
        at = out[-1].end if out else 0
        out.append(Word(text, mine[0].start, mine[-1].end) if mine else Word(text, at, at))
    return tuple(out)


def rest(texts: Sequence[str], language: Language, ms: float = 0) -> Speech:
    """A silence, short or of `ms`, for a text that says nothing: marks, emoji."""
    length = max(_NOTHING if texts else 1, samples(ms))
    row = (Phone(SILENCE, 0, length),)
    return Speech(np.zeros(length, np.int16), row, tuple(Word(text, 0, length) for text in texts), language)
