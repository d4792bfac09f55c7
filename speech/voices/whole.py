"""What voices share that make a clause as a whole: cutting, marks, times, levels, rests, and the cache."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from models.errors import BackendError
from models.markup import Marked
from speech.audio import to_int16
from speech.cores import CORES
from speech.markup import Manner, overall, phrases, spoken
from speech.pronounce.phones import FINALS, SILENCE, Sound, Spoken
from speech.text.language import language_of
from speech.types import Language, Speech
from speech.voices import timing
from speech.voices.alignment import transferred
from speech.voices.cache import SpeechCache
from speech.voices.clause import Clause, ClauseVoice
from speech.voices.making import Making

SPEEDS = (0.5, 2.0)
# Relative lengths of a consonant, one phone of a vowel, and a mark: an initial takes about a third of its syllable.
_CONSONANT, _VOWEL, _PAUSE = 0.6, 1.0, 1.5


@dataclass(frozen=True)
class Sounding:
    """A clause as a voice made it. `spans`: samples where each sound of its words begins and ends, where known."""

    pcm: np.ndarray  # float32 mono at OUTPUT_RATE
    spans: list[tuple[int, int]] | None = None


class WholeVoice:
    """A voice that makes clause by clause: subclasses say how one is made, `_sound`, and may own an engine.

    `languages` it speaks; asked for another, `say` raises BackendError.
    """

    name = ""
    languages: tuple[Language, ...] = ("zh", "en")
    ahead = True  # may be asked to make a clause nobody has asked for yet; False where each one is paid for

    def __init__(
        self,
        *,
        speed: float = 1.0,
        gain: float = 0.0,
        references: Mapping[Language, ClauseVoice] | None = None,
        cache: SpeechCache | None = None,
    ) -> None:
        """`references`: for a voice that tells no times, voices that do, whose rendering of the same clause, made at
        the same time, is warped onto the sound; without one, times are estimated."""
        self._speed, self._gain = speed, gain
        self._references = dict(references or {})
        self._cache = cache if cache is not None else SpeechCache()
        self._making: dict[Hashable, Making] = {}

    async def _sound(self, clause: Clause, words: tuple[Spoken, ...], manner: Manner) -> Sounding:
        """The clause's words as sound, at `clause.pace` times the rate of `manner`. Raises BackendError."""
        raise NotImplementedError

    async def say(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> AsyncIterator[Speech]:
        """Clause by clause. Raises BackendError and its kinds."""
        for clause in await self.cut(text, language=language, speed=speed):
            async with aclosing(self.speak(clause)) as pieces:
                async for speech in pieces:
                    yield speech

    async def prepare(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> None:
        """Make the first clause of `text` ahead of need, where that costs nothing but time."""
        if self.ahead:
            for clause in (await self.cut(text, language=language, speed=speed))[:1]:
                async with aclosing(self._pieces(clause, ahead=True)) as pieces:
                    async for _ in pieces:
                        pass

    async def cut(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> list[Clause]:
        """What `say` speaks one after the other; the texts join to `text`."""
        language = language or language_of(text)
        if language not in self.languages:
            raise BackendError(f"{self.name} does not speak {language}.", hint="Name a voice for each language.")
        pace = float(np.clip(self._speed * speed, *SPEEDS))
        parts = await asyncio.to_thread(phrases, text, language)
        return [Clause(str(part.text), language, pace, part.text.marks, part.rest) for part in parts]

    def speak(self, clause: Clause) -> AsyncIterator[Speech]:
        """From the cache, or from whoever is making it already, or made now."""
        return self._pieces(clause)

    async def _pieces(self, clause: Clause, *, ahead: bool = False) -> AsyncIterator[Speech]:
        made = self._cache.get(clause)
        if made is not None:
            for speech in made:
                yield speech
            return
        if clause not in self._making:
            self._making[clause] = Making(partial(self._make, clause), partial(self._made, clause))
        async with aclosing(self._making[clause].follow(ahead=ahead)) as pieces:
            async for speech in pieces:
                yield speech

    def forget(self) -> None:
        """Keep nothing of what was said: it may have held words of a person."""
        self._cache.clear()

    async def aclose(self) -> None:
        """Subclasses let go of what they hold."""

    def _made(self, clause: Clause, pieces: tuple[Speech, ...] | None) -> None:
        del self._making[clause]
        if pieces is not None:
            self._cache.put(clause, pieces)

    async def _make(self, clause: Clause, needed: asyncio.Event) -> AsyncIterator[Speech]:
        await CORES.leisure(needed)
        words, manners = await asyncio.to_thread(spoken, Marked(clause.text, clause.marks), clause.language)
        if not any(sound.phones for word in words for sound in word.sounds):
            yield timing.rest([word.text for word in words], clause.language, clause.rest)
            return
        manner = overall(manners)
        reference = asyncio.create_task(self._reference(clause), name="voice:reference")
        try:
            sounding = await self._sound(clause, words, manner)
            if sounding.spans is None and (told := await reference):
                sounding = replace(sounding, spans=await asyncio.to_thread(_timed_by, told, words, sounding.pcm))
        finally:
            reference.cancel()
            await asyncio.gather(reference, return_exceptions=True)
        yield self._speech(clause, words, sounding, manner)

    async def _reference(self, clause: Clause) -> list[Speech]:
        """The clause by a voice that knows its times; nothing where there is none, or it fails."""
        voice = self._references.get(clause.language)
        if voice is None:
            return []
        try:
            async with aclosing(voice.speak(replace(clause, rest=0))) as pieces:
                return [speech async for speech in pieces]
        except BackendError:
            return []

    def _speech(self, clause: Clause, words: tuple[Spoken, ...], sounding: Sounding, manner: Manner) -> Speech:
        pcm = sounding.pcm * np.float32(10 ** ((self._gain + manner.volume) / 20))
        level = max(float(np.abs(pcm).max(initial=0.0)), 1e-3)
        spans = sounding.spans or estimated(words, *timing.voiced(pcm, level))
        row = timing.settle(timing.beats(words, spans, len(pcm)), pcm, level)
        natural = timing.pause_after(clause.text, clause.pace)
        pcm, row = timing.trim_start(pcm, row)
        pcm, row = timing.trim_end(pcm, row, max(natural, timing.samples(clause.rest)))
        texts = [(k, word.text) for k, word in enumerate(words)]
        return Speech(
            to_int16(timing.limited(pcm)),
            timing.phones(row),
            timing.captions(texts, row),
            clause.language,
            timed=sounding.spans is not None,
        )


def _timed_by(told: Sequence[Speech], words: tuple[Spoken, ...], pcm: np.ndarray) -> list[tuple[int, int]] | None:
    """Spans of the sounds of `words` in `pcm`, from the same clause in a voice that knows them; None where the two did
    not say the same phones."""
    starts = np.cumsum([0, *(speech.samples for speech in told)])
    said = [
        (phone.symbol, int(at) + phone.start, int(at) + phone.end)
        for at, speech in zip(starts, told, strict=False)
        for phone in speech.phones
        if phone.symbol != SILENCE
    ]
    sounds = [sound for word in words for sound in word.sounds]
    if [symbol for symbol, _, _ in said] != [phone for sound in sounds for phone in sound.phones] or not said:
        return None
    spans, at = [], 0
    for k, sound in enumerate(sounds):
        after = at + len(sound.phones)
        begin = said[at][1] if at < len(said) else said[-1][2]
        spans.append((begin, said[after - 1][2]) if sound.phones else (spans[-1][1] if k else 0, begin))
        at = after
    reference = np.concatenate([speech.pcm for speech in told]).astype(np.float32) / 32768
    (a, b), (c, d) = (timing.voiced(sound, float(np.abs(sound).max(initial=1e-3))) for sound in (reference, pcm))
    inside = [(max(0, start - a), max(0, end - a)) for start, end in spans]
    return [(start + c, end + c) for start, end in transferred(inside, reference[a:b], pcm[c:d])]


def estimated(words: tuple[Spoken, ...], start: int, end: int) -> list[tuple[int, int]]:
    """Times of all sounds, spread over start..end by typical lengths."""
    sounds = [sound for word in words for sound in word.sounds]
    last = max((k for k, sound in enumerate(sounds) if sound.phones), default=-1)
    weights = [_weight(sound) if k <= last else 0.0 for k, sound in enumerate(sounds)]
    edges = start + np.concatenate(([0.0], np.cumsum(weights))) / max(sum(weights), 1e-9) * (end - start)
    steps = np.round(edges).astype(int)
    return [(int(a), int(b)) for a, b in zip(steps, steps[1:], strict=False)]


def _weight(sound: Sound) -> float:
    if not sound.phones:
        return _PAUSE if sound.ipa.strip() else 0.0
    return sum(_VOWEL if p in FINALS or p[0] in "AEIOU" else _CONSONANT for p in sound.phones)
