"""From what a voice reports to phones and captions on the audio clock, and the clean edges of a clause.

All positions are samples at OUTPUT_RATE.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from speech.pronounce.phones import SILENCE, STOPS, Sound, Spoken
from speech.types import OUTPUT_RATE, Phone, Word

_HOP = OUTPUT_RATE // 200  # 5 ms
_LEAD = OUTPUT_RATE * 30 // 1000  # kept before the first sound
_TAIL = OUTPUT_RATE * 40 // 1000  # kept after the last sound
_FADE = OUTPUT_RATE * 8 // 1000
_SHORTEST = OUTPUT_RATE * 20 // 1000  # no phone is squeezed below this
_QUIET_DB = 38.0  # below the loudest 5 ms; the noise floor of Kokoro lies 50–60 dB below

# Silence after a clause by its last mark, in ms: Mandarin read speech pauses about 0.2 s at commas and 0.4–0.5 s at
# full stops (Goldman-Eisler's ratio of 1 : 2); dialogue is quicker than reading.
PAUSES_MS = {"，": 160, ",": 160, "、": 90, "；": 240, ";": 240, "：": 200, ":": 200, "—": 200, "…": 300} | dict.fromkeys(
    "。.！!？?\n", 320
)
_CLOSERS = "”’」』）)】》\"' \t"


def pause_after(text: str) -> int:
    """How long the voice rests after a clause, in samples. A full line, spaces and closing quotes do not count."""
    bare = text.rstrip(_CLOSERS)
    return PAUSES_MS.get(bare[-1:], 0) * OUTPUT_RATE // 1000


def phones(sounds: Sequence[Sound], spans: Sequence[tuple[int, int]], total: int) -> list[Phone]:
    """Phones that cover 0..total without gaps. `spans` are the times of the sounds, in order.

    A gap between words belongs to a stop after it (its closure is silent), else to the phone before it; punctuation is
    silence.
    """
    out: list[Phone] = []
    begin = 0
    for k, (sound, (start, end)) in enumerate(zip(sounds, spans, strict=True)):
        if sound.phones:
            start = begin if begin < start else start
            step = (end - start) / len(sound.phones)
            for j, symbol in enumerate(sound.phones):
                out.append(
                    Phone(symbol, round(start + j * step), round(start + (j + 1) * step), sound.stress, sound.tone)
                )
            begin = end
        elif sound.ipa.strip():
            out.append(Phone(SILENCE, begin, end))
            begin = end
        elif not _closes_next(sounds, k) and out:
            last = out[-1]
            out[-1] = Phone(last.symbol, last.start, end, last.stress, last.tone)
            begin = end
    if begin < total:
        out.append(Phone(SILENCE, begin, total))
    return _joined([Phone(SILENCE, 0, spans[0][0]), *out] if spans and spans[0][0] > 0 else out)


def _closes_next(sounds: Sequence[Sound], k: int) -> bool:
    following = next((sound for sound in sounds[k + 1 :] if sound.phones or sound.ipa.strip()), None)
    return bool(following and following.phones and following.phones[0] in STOPS)


def _joined(row: list[Phone]) -> list[Phone]:
    """Drop empty phones, merge silences that touch."""
    out: list[Phone] = []
    for phone in row:
        if phone.end <= phone.start:
            continue
        if out and phone.symbol == SILENCE == out[-1].symbol:
            out[-1] = Phone(SILENCE, out[-1].start, phone.end)
        else:
            out.append(phone)
    return out


def levels(pcm: np.ndarray) -> np.ndarray:
    """Root mean square of each whole 5 ms of float audio, in dB relative to the loudest."""
    n = len(pcm) // _HOP
    rms = np.sqrt((pcm[: n * _HOP].reshape(n, _HOP).astype(np.float64) ** 2).mean(axis=1) + 1e-12)
    return 20 * np.log10(rms / max(rms.max(initial=0.0), 1e-6))


def settle(row: list[Phone], level: np.ndarray) -> list[Phone]:
    """Move the edges of silences to where the sound really ends and begins: the last token of a phrase reports the
    pause after it as its own."""
    loud = level > -_QUIET_DB
    out = list(row)
    for i, phone in enumerate(out):
        if phone.symbol != SILENCE:
            continue
        start, end = phone.start, phone.end
        if i:
            before = out[i - 1]
            start = _quiet_from(loud, before.start + _SHORTEST, end)
            start = max(min(start, end), before.start + min(_SHORTEST, before.end - before.start))
            out[i - 1] = Phone(before.symbol, before.start, start, before.stress, before.tone)
        if i + 1 < len(out):
            after = out[i + 1]
            lead = after.symbol in STOPS
            end = max(start, min(_loud_from(loud, phone.start, after.end) - (_LEAD if lead else 0), after.end - _SHORTEST))
            out[i + 1] = Phone(after.symbol, end, after.end, after.stress, after.tone)
        out[i] = Phone(SILENCE, start, max(end, start))
    return _joined(out)


def _quiet_from(loud: np.ndarray, start: int, end: int) -> int:
    """The sample after the last loud 5 ms in start..end, or `start`."""
    window = np.flatnonzero(loud[start // _HOP : end // _HOP])
    return start if not len(window) else (start // _HOP + int(window[-1]) + 1) * _HOP


def _loud_from(loud: np.ndarray, start: int, end: int) -> int:
    """The first loud sample in start..end, or `end`."""
    window = np.flatnonzero(loud[start // _HOP : end // _HOP])
    return end if not len(window) else (start // _HOP + int(window[0])) * _HOP


def trimmed(pcm: np.ndarray, row: list[Phone], pause: int) -> tuple[np.ndarray, list[Phone]]:
    """Cut the silence at both ends, fade the edges, rest `pause` samples; phones move along."""
    voiced = [phone for phone in row if phone.symbol != SILENCE]
    if not voiced:
        return np.zeros(pause, pcm.dtype), [Phone(SILENCE, 0, pause)] if pause else []
    first = max(0, voiced[0].start - _LEAD)
    last = min(len(pcm), voiced[-1].end + _TAIL)
    cut = pcm[first:last].copy()
    fade = min(_FADE, len(cut) // 2)
    ramp = np.sin(np.linspace(0, np.pi / 2, fade, dtype=cut.dtype)) ** 2
    cut[:fade] *= ramp
    cut[len(cut) - fade :] *= ramp[::-1]
    rest = max(0, pause - (last - voiced[-1].end))
    total = len(cut) + rest
    moved = [Phone(p.symbol, p.start - first, p.end - first, p.stress, p.tone) for p in row]
    moved = [Phone(p.symbol, max(p.start, 0), min(p.end, total), p.stress, p.tone) for p in moved if p.end > 0]
    moved = [p for p in moved if p.end > p.start]
    if moved and moved[0].start > 0:
        moved.insert(0, Phone(SILENCE, 0, moved[0].start))
    if moved[-1].symbol == SILENCE:
        moved[-1] = Phone(SILENCE, moved[-1].start, total)
    elif moved[-1].end < total:
        moved.append(Phone(SILENCE, moved[-1].end, total))
    return np.concatenate((cut, np.zeros(rest, cut.dtype))), moved


def captions(words: Sequence[Spoken], counts: Sequence[int], row: Sequence[Phone], total: int) -> tuple[Word, ...]:
    """Word times from phone times: a word lasts from its first phone to its last, silence inside included.

    `counts` are the voiced phones of each word; words without any take no time.
    """
    voiced = [phone for phone in row if phone.symbol != SILENCE]
    out: list[Word] = []
    at = 0
    for word, count in zip(words, counts, strict=True):
        if count and at < len(voiced):
            start, end = voiced[at].start, voiced[min(at + count, len(voiced)) - 1].end
        else:
            start = end = out[-1].end if out else 0
        out.append(Word(word.text, min(start, total), min(end, total)))
        at += count
    return tuple(out)
