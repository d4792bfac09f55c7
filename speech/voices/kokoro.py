"""The Kokoro voice: Mandarin and English, clause by clause, with the time of every phone.

    text → clauses → words and sounds (speech.pronounce) → tokens → Kokoro → samples + token lengths → Speech
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import numpy as np

from models.errors import BackendError
from speech.audio import to_int16
from speech.pronounce import english, mandarin
from speech.pronounce.phones import Spoken
from speech.text.clauses import clauses
from speech.types import OUTPUT_RATE, Language, Phone, Speech, Word
from speech.voices import timing
from speech.voices.cache import SpeechCache
from speech.voices.kokoro_engine import MAX_TOKENS, KokoroEngine, alphabet

# Measured: zf_xiaoxiao peaks above full scale at gain 1.
GAINS = {"zf_xiaoxiao": 0.8}
SPEEDS = (0.5, 2.0)
_NOTHING_MS = 120  # a text without anything to say is a short rest


class KokoroVoice:
    """One pair of voices, Mandarin and English; instances share the model."""

    def __init__(
        self, engine: KokoroEngine, zh: str, en: str, speed: float = 1.0, cache: SpeechCache | None = None
    ) -> None:
        for voice in (zh, en):
            engine.style(voice)  # raises BackendUnknown early
        self.name = f"kokoro/{zh}+{en}"
        self._engine = engine
        self._voices: dict[Language, str] = {"zh": zh, "en": en}
        self._speed = speed
        self._cache = cache if cache is not None else SpeechCache()

    @classmethod
    def load(
        cls, *, store: Any, zh: str = "zf_xiaoxiao", en: str = "af_heart", speed: float = 1.0, threads: int = 2
    ) -> KokoroVoice:
        """Raises ModelMissing, or BackendUnknown for a voice that is not installed."""
        return cls(KokoroEngine.shared(store.path("kokoro-82m"), threads), zh, en, speed)

    async def say(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> AsyncIterator[Speech]:
        """Speak `text`. `speed` multiplies the voice's own, 0.5 to 2 in all."""
        language = language or language_of(text)
        pace = float(np.clip(self._speed * speed, *SPEEDS))
        for clause in await self._engine.prepare(clauses, text, language):
            yield await self._clause(clause, language, pace)

    async def aclose(self) -> None:
        """The model stays loaded: other voices of the process use it."""

    async def _clause(self, clause: str, language: Language, pace: float) -> Speech:
        voice = self._voices[language]
        key = (voice, pace, clause)
        speech = self._cache.get(key)
        if speech is None:
            speech = await self._make(clause, language, voice, pace)
            self._cache.put(key, speech)
        return speech

    async def _make(self, clause: str, language: Language, voice: str, pace: float) -> Speech:
        front_end = mandarin if language == "zh" else english
        words = await self._engine.prepare(front_end.pronounce, clause)
        parts = []
        for group in _groups(words):
            tokens, spans = _tokens(group)
            if any(sound.phones for word in group for sound in word.sounds):
                audio, lengths = await self._engine.speak(tokens, voice, pace)
                parts.append(_speech(group, audio * GAINS.get(voice, 1.0), lengths, spans, language))
            else:
                parts.append(_rest(group, language))
        return _concatenated(parts, language)


def language_of(text: str) -> Language:
    """Mandarin where there is any Han character, else English where there is any Latin letter."""
    if any("\u3400" <= char <= "\u9fff" for char in text):
        return "zh"
    return "en" if any(char.isascii() and char.isalpha() for char in text) else "zh"


def _groups(words: tuple[Spoken, ...]) -> list[tuple[Spoken, ...]]:
    """The clause in pieces the model can take; one piece but for texts without any mark."""
    known = alphabet()
    out: list[list[Spoken]] = [[]]
    size = 0
    for word in words:
        length = sum(char in known for sound in word.sounds for char in sound.ipa)
        if length > MAX_TOKENS:
            raise BackendError(f"The word {word.text[:20]!r}… is too long to be spoken.")
        if size + length > MAX_TOKENS:
            out.append([])
            size = 0
        out[-1].append(word)
        size += length
    return [tuple(group) for group in out if group]


def _tokens(words: tuple[Spoken, ...]) -> tuple[list[int], list[tuple[int, int]]]:
    """Token ids, and for each sound the range of its tokens."""
    known = alphabet()
    tokens: list[int] = []
    ranges = []
    for word in words:
        for sound in word.sounds:
            start = len(tokens)
            tokens += [known[char] for char in sound.ipa if char in known]
            ranges.append((start, len(tokens)))
    return tokens, ranges


def _speech(
    words: tuple[Spoken, ...], audio: np.ndarray, lengths: np.ndarray, ranges: list[tuple[int, int]], language: Language
) -> Speech:
    edges = np.concatenate(([0], np.cumsum(lengths)))[1:]  # edges[k]: where token k begins, after the first padding
    spans = [(int(edges[start]), int(edges[end])) for start, end in ranges]
    sounds = [sound for word in words for sound in word.sounds]
    row = timing.phones(sounds, spans, len(audio))
    row = timing.settle(row, timing.levels(audio))
    pcm, row = timing.trimmed(audio, row, timing.pause_after("".join(word.text for word in words)))
    counts = [sum(len(sound.phones) for sound in word.sounds) for word in words]
    return Speech(to_int16(pcm), tuple(row), timing.captions(words, counts, row, len(pcm)), language)


def _rest(words: tuple[Spoken, ...], language: Language) -> Speech:
    """A short silence for a text that says nothing."""
    samples = _NOTHING_MS * OUTPUT_RATE // 1000
    captions = tuple(Word(word.text, 0, samples) for word in words)
    return Speech(np.zeros(samples, np.int16), (Phone("sil", 0, samples),), captions, language)


def _concatenated(parts: list[Speech], language: Language) -> Speech:
    if len(parts) == 1:
        return parts[0]
    phones, words, at = [], [], 0
    for part in parts:
        phones += [Phone(p.symbol, p.start + at, p.end + at, p.stress, p.tone) for p in part.phones]
        words += [Word(w.text, w.start + at, w.end + at) for w in part.words]
        at += part.samples
    return Speech(np.concatenate([part.pcm for part in parts]), tuple(phones), tuple(words), language)
