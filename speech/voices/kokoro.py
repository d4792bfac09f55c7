"""The Kokoro voice: Mandarin and English, with the time of every phone, heard while it is still being made.

text → clauses (speech.markup) → words and sounds (speech.pronounce) → plan: times of everything, shaped by the marks →
windows of words → Speech …
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from models.errors import BackendError
from models.markup import Marked
from speech.audio import to_int16
from speech.cores import CORES
from speech.markup import PLAIN, Manner, overall, phrases, spoken
from speech.pronounce import phones
from speech.pronounce.phones import SILENCE, Spoken
from speech.text.language import language_of
from speech.types import Language, Speech
from speech.voices import recipe, timing
from speech.voices.cache import SpeechCache
from speech.voices.clause import Clause
from speech.voices.kokoro_engine import FRAME, MAX_TOKENS, OVERLAP, KokoroEngine, Plan, tokens_of
from speech.voices.kokoro_prosody import reshaped
from speech.voices.making import Making
from speech.voices.timing import Beat

# To -20 LUFS, measured on three sentences each (`loudness` in bench/voice.py): left alone they differ by 7 LU.
GAINS = {
    "zf_xiaoxiao": 0.70, "zf_xiaoyi": 1.02, "zf_xiaobei": 1.13, "zm_yunjian": 1.24, "zm_yunxi": 1.23, "zm_yunxia": 1.20,
    "zm_yunyang": 1.60, "af_heart": 1.27, "af_bella": 1.20, "am_michael": 1.40,
}  # fmt: skip
SPEEDS = (0.5, 2.0)
# Syllables of the first, second and later clauses. The first sound does not wait for a clause, so they may be long.
CLAUSE_LIMITS = (16, 26, 32)
# Least frames (25 ms) of the first, second … window of a clause. A frame costs 7 ms on two free cores, 14 on busy ones,
# a window ten frames more than it yields; so each must play for as long as the next takes, even on busy cores.
WINDOWS = (16, 20, 28, 40, 60)
_PEAK = 0.4  # of ordinary speech, what silence is judged by
_MARKS = frozenset(",.!?;:…—")  # of the model's alphabet: what it was trained to hear at the end of every text
_CLOSERS = "”\"') "
# The 吗 of his questions died away to −65 dB; before a dash it stays 20–25 dB louder in two sentences of three.
_DYING = frozenset({"zm_yunxi"})


class KokoroVoice:
    """One pair of voices, Mandarin and English; instances of a process share the model."""

    def __init__(
        self,
        engine: KokoroEngine,
        zh: str,
        en: str,
        speed: float = 1.0,
        pitch: float = 0.0,
        gain: float = 0.0,
        cache: SpeechCache | None = None,
    ) -> None:
        """`pitch` in semitones and `gain` in dB are added to the voice's own."""
        for voice in (zh, en):
            engine.style(voice)  # raises BackendUnknown early
        for voice in (zh, en):
            engine.warm(voice)
        self.name = f"kokoro/{zh}+{en}"
        self._engine = engine
        self._voices: dict[Language, str] = {"zh": zh, "en": en}
        self._speed, self._pitch, self._gain = speed, pitch, gain
        self._cache = cache if cache is not None else SpeechCache()
        self._making: dict[Hashable, Making] = {}

    @classmethod
    def load(
        cls,
        *,
        store: Any,
        zh: str = "zf_xiaoxiao",
        en: str = "af_heart",
        speed: float = 1.0,
        pitch: float = 0.0,
        gain: float = 0.0,
        threads: int = 2,
    ) -> KokoroVoice:
        """Raises ModelMissing, or BackendUnknown for a voice that is not installed."""
        engine = KokoroEngine.shared(store.path("kokoro-82m"), threads, store.home / "cache" / "kokoro")
        return cls(engine, zh, en, speed, pitch, gain)

    async def say(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> AsyncIterator[Speech]:
        """Speak `text`, which may carry marks. `speed` multiplies the voice's own, 0.5 to 2 in all."""
        for clause in await self.cut(text, language=language, speed=speed):
            async with aclosing(self.speak(clause)) as spoken:
                async for speech in spoken:
                    yield speech

    async def prepare(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> None:
        """Make the first clause of `text` ahead of need, while nobody waits for anything else."""
        for clause in (await self.cut(text, language=language, speed=speed))[:1]:
            async with aclosing(self._pieces(clause, ahead=True)) as spoken:
                async for _ in spoken:
                    pass

    async def cut(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> list[Clause]:
        """What `say` speaks one after the other; the texts join to `text`."""
        language, pace = language or language_of(text), self._pace(speed)
        parts = await self._engine.prepare(phrases, text, language, CLAUSE_LIMITS)
        return [Clause(str(part.text), language, pace, part.text.marks, part.rest) for part in parts]

    @cached_property
    def recipe(self) -> str:
        """All that decides how a clause sounds, but the clause: weights, voices, front end, engine."""
        own = f"{self._engine.fingerprint(*self._voices.values())} {self._pitch:g} {self._gain:g}"
        return recipe.of(own, *recipe.KOKORO)

    def forget(self) -> None:
        """Keep nothing of what was said: it may have held words of a person."""
        self._cache.clear()

    async def aclose(self) -> None:
        """The model stays loaded: other voices of the process use it."""

    def _pace(self, speed: float) -> float:
        return float(np.clip(self._speed * speed, *SPEEDS))

    def speak(self, clause: Clause) -> AsyncIterator[Speech]:
        """From the cache, or from whoever is making it already, or made now."""
        return self._pieces(clause)

    async def _pieces(self, clause: Clause, *, ahead: bool = False) -> AsyncIterator[Speech]:
        key = (self._voices[clause.language], clause)
        made = self._cache.get(key)
        if made is not None:
            for speech in made:
                yield speech
            return
        if key not in self._making:
            self._making[key] = Making(partial(self._make, clause), partial(self._made, key))
        async with aclosing(self._making[key].follow(ahead=ahead)) as pieces:
            async for speech in pieces:
                yield speech

    def _made(self, key: Hashable, pieces: tuple[Speech, ...] | None) -> None:
        del self._making[key]
        if pieces is not None:
            self._cache.put(key, pieces)

    async def _make(self, clause: Clause, needed: asyncio.Event) -> AsyncIterator[Speech]:
        words, manners = await self._engine.prepare(spoken, Marked(clause.text, clause.marks), clause.language)
        if not words:
            yield timing.rest((), clause.language, clause.rest)
        at = 0
        for group in _groups(words):
            after = at + len(group)
            last = after == len(words)
            part = replace(clause, rest=clause.rest if last else 0)
            async with aclosing(self._group(group, manners[at:after], part, needed)) as pieces:
                async for speech in pieces:
                    yield speech
            at = after

    async def _group(
        self, words: tuple[Spoken, ...], manners: tuple[Manner, ...], clause: Clause, needed: asyncio.Event
    ) -> AsyncIterator[Speech]:
        if not any(sound.phones for word in words for sound in word.sounds):
            yield timing.rest([word.text for word in words], clause.language, clause.rest)
            return
        voice = self._voices[clause.language]
        plan = await CORES.spare(lambda: self._plan(words, manners, voice, clause.pace), needed)
        row = timing.beats(words, _spans(words, plan), plan.frames * FRAME)
        natural = timing.pause_after("".join(word.text for word in words), clause.pace)
        pause = max(natural, timing.samples(clause.rest))
        gain = np.float32(GAINS.get(voice, 1.0) * 10 ** (self._gain / 20))
        overlap = np.zeros(0, np.float32)
        for window in _windows(words, row):
            render = partial(self._engine.render, plan, window.start // FRAME, window.end // FRAME)
            audio = gain * await CORES.spare(render, needed)
            length = window.end - window.start
            pcm, overlap = timing.crossfade(overlap, audio[:length]), audio[length : length + OVERLAP]
            yield _speech(window, pcm, clause.language, pause)

    async def _plan(self, words: tuple[Spoken, ...], manners: tuple[Manner, ...], voice: str, pace: float) -> Plan:
        """A rate that all words share is left to the model, which slows down more naturally than frames stretch."""
        common = overall(manners).rate
        pace = float(np.clip(pace * common, *SPEEDS))
        plan = await self._engine.plan(tokens_of(_ended(phones.ipa(words), voice)), voice, pace)
        if self._pitch == 0 and all(manner == PLAIN for manner in manners):
            return plan
        spans, at = [], 0
        for word in words:
            after = at + len(tokens_of(phones.ipa((word,))))
            spans.append((at, after))
            at = after
        return reshaped(plan, spans, [replace(manner, rate=manner.rate / common) for manner in manners], self._pitch)


def _groups(words: tuple[Spoken, ...]) -> list[tuple[Spoken, ...]]:
    """The clause in pieces the model can take: one piece, but for texts without any mark."""
    out: list[list[Spoken]] = [[]]
    size = 0
    for word in words:
        length = len(tokens_of(phones.ipa((word,))))
        if length > MAX_TOKENS:
            raise BackendError(f"The word {word.text[:20]!r}… is too long to be spoken.")
        if size + length > MAX_TOKENS:
            out.append([])
            size = 0
        out[-1].append(word)
        size += length
    return [tuple(group) for group in out if group]


def _ended(ipa: str, voice: str) -> str:
    """The sounds with a mark at their end. Without one the model leaves the range it was trained in: of 95 clauses as
    people type them, 18 ended in noise; with a comma or a full stop none did. A voice that lets the last syllable of
    a question die away gets a dash there, before which it goes on to the end."""
    bare = ipa.rstrip(_CLOSERS)
    marked = bare[-1:] in _MARKS
    if voice in _DYING and bare[-1:] == "?":
        return bare[:-1] + "—" + ipa[len(bare) :]
    return ipa if marked else ipa + ("—" if voice in _DYING else ",")


def _spans(words: tuple[Spoken, ...], plan: Plan) -> list[tuple[int, int]]:
    """Samples at which each sound begins and ends."""
    out, at = [], 0
    for word in words:
        for sound in word.sounds:
            after = at + len(tokens_of(sound.ipa))
            out.append((plan.edges[at] * FRAME, plan.edges[after] * FRAME))
            at = after
    return out


@dataclass(frozen=True)
class _Window:
    """Words that become one Speech. `row` are their beats, in samples of the clause."""

    texts: tuple[tuple[int, str], ...]
    row: tuple[Beat, ...]
    first: bool
    last: bool

    @property
    def start(self) -> int:
        return self.row[0].start

    @property
    def end(self) -> int:
        return self.row[-1].end


def _windows(words: tuple[Spoken, ...], row: list[Beat]) -> list[_Window]:
    """Cut a clause between words, each window at least as long as WINDOWS asks; nothing short is left at the end."""
    cuts = [i for i, beat in enumerate(row) if i and beat.word != row[i - 1].word and not beat.silent]
    bounds = [0]
    total = row[-1].end
    for cut in cuts:
        least = WINDOWS[min(len(bounds), len(WINDOWS)) - 1] * FRAME
        if row[cut].start - row[bounds[-1]].start >= least and total - row[cut].start >= WINDOWS[0] * FRAME:
            bounds.append(cut)
    bounds.append(len(row))
    out, spoken = [], 0
    for begin, end in zip(bounds, bounds[1:], strict=False):
        last = end == len(row)
        upto = len(words) if last else row[end].word
        texts = tuple((k, words[k].text) for k in range(spoken, upto))
        out.append(_Window(texts, tuple(row[begin:end]), first=begin == 0, last=last))
        spoken = upto
    return out


def _speech(window: _Window, pcm: np.ndarray, language: Language, pause: int) -> Speech:
    row = [replace(beat, start=beat.start - window.start, end=beat.end - window.start) for beat in window.row]
    if window.last:  # the silence there may have been cut away with the model's padding
        row.append(Beat((SILENCE,), row[-1].end, row[-1].end, row[-1].word))
    row = timing.settle(row, pcm, _PEAK)
    if window.first:
        pcm, row = timing.trim_start(pcm, row)
    if window.last:
        pcm, row = timing.trim_end(pcm, row, pause)
    return Speech(to_int16(timing.limited(pcm)), timing.phones(row), timing.captions(window.texts, row), language)
