"""What the ears and the mouth hand to the rest of the house.

Time is counted in audio samples. Ears count at INPUT_RATE from the first sample pushed; the mouth counts at OUTPUT_RATE
from the first sample of the `Speech` a phone belongs to.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

INPUT_RATE = 16_000  # Hz, mono float32 in [-1, 1], what VAD and recognisers want
OUTPUT_RATE = 24_000  # Hz, mono int16, what every voice delivers and the wire carries

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Phone:
    """One phone of speech.

    `symbol` is a Mandarin phone in lower case (initials `b p m f d t n l g k h j q x zh ch sh r z c s`; finals broken
    into `a o e E i u v ir iz er @ n ng`, where `v` is ü, `ir`/`iz` are the apical vowels of zhi/zi, `@` is schwa and
    glides are written as their vowel), an English phone in upper-case ARPAbet without stress (`AA B CH …`), or `sil`.
    """

    symbol: str
    start: int  # samples at OUTPUT_RATE, inclusive
    end: int  # exclusive
    stress: float = 0.0  # 0..1, lexical or phrasal prominence
    tone: int = 0  # Mandarin 1..5, 0 where it does not apply


@dataclass(frozen=True)
class Word:
    """A caption unit (a Chinese word or an English word, with its punctuation) on the audio clock."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Speech:
    """A piece of synthesised speech, a clause or less. The words of all pieces join to the text that was asked for."""

    pcm: np.ndarray  # int16, mono, OUTPUT_RATE
    phones: tuple[Phone, ...]  # empty where a voice tells nothing: the face then goes by ear
    words: tuple[Word, ...]
    language: Language
    timed: bool = True  # False: the phones are right, but when they are said is a guess

    @property
    def samples(self) -> int:
        return len(self.pcm)


class Voice(Protocol):
    """A voice speaks a sentence clause by clause, the first clause as soon as it is ready.

    Closing the iterator (`aclose`) cancels: no further synthesis is started. Raises BackendError.
    """

    name: str

    def say(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> AsyncIterator[Speech]: ...

    async def prepare(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> None:
        """Work ahead: `say` of the same text will start sooner. May do nothing. Cancel it when the need is gone."""
        ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True)
class HeardWord:
    """A word (in Chinese often a character) as the recogniser wrote it, and how sure it is of it."""

    text: str
    confidence: float  # 0..1
    start: float = 0.0  # s from the beginning of the audio
    end: float = 0.0  # 0 where the recogniser does not tell when


@dataclass(frozen=True)
class Alternative:
    """One way to read the audio."""

    text: str
    avg_logprob: float


@dataclass(frozen=True)
class Transcript:
    """What a recogniser made of one stretch of audio."""

    text: str
    language: Language
    confidence: float  # 0..1, exp(average token log-probability)
    compute_ms: float
    avg_logprob: float = 0.0
    language_confidence: float = 1.0  # 0..1, where the recogniser chose the language
    words: tuple[HeardWord, ...] = ()  # of the likeliest alternative; empty where a recogniser tells none
    alternatives: tuple[Alternative, ...] = ()  # the likeliest first, `text` as it came among them
    original: str = ""  # as the recogniser wrote it, where the text was put right since


class Recogniser(Protocol):
    """Turns audio into text. `partial=True` asks for the cheap, quick setting.

    `words` are names, words and whole questions that are likely, the likeliest first; `timed`: when each word is said
    is wanted too, where the recogniser can tell. Raises BackendError.
    """

    name: str

    async def transcribe(
        self,
        audio: np.ndarray,
        *,
        language: Language | None = None,
        words: tuple[str, ...] = (),
        partial: bool = False,
        timed: bool = False,
    ) -> Transcript: ...

    async def aclose(self) -> None: ...


# --- events of a `speech.hearing.Hearing`, in the order they can occur ---


@dataclass(frozen=True)
class SpeechStarted:
    """Somebody began to speak (voice activity confirmed). `at` is where the voice began, before the confirmation."""

    at: int


@dataclass(frozen=True)
class Partial:
    """The transcript so far. `stable` is the prefix two consecutive hypotheses agree on; it only grows."""

    text: str
    stable: str
    whole: bool = False  # the voice has paused: if nothing more is said, this is all


@dataclass(frozen=True)
class SpeechStopped:
    """The person's turn is judged over. `at` is where the voice ended, `decided_at` where the decision fell."""

    at: int
    decided_at: int


@dataclass(frozen=True)
class Heard:
    """The final transcript of a turn. An empty `text` means: noise, a cough, nothing to answer."""

    text: str
    language: Language
    confidence: float
    start: int
    end: int
    timings: dict[str, float] = field(default_factory=dict)  # ms: "endpoint", "final", "partials", …
    original: str = ""  # as the recogniser wrote it, where the text was put right since
    words: tuple[HeardWord, ...] = ()


@dataclass(frozen=True)
class HearingFailed:
    """The turn's speech could not be recognised; comes in place of Heard."""

    code: str
    message: str
    start: int
    end: int


HearingEvent = SpeechStarted | Partial | SpeechStopped | Heard | HearingFailed
