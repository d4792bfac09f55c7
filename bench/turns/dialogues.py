"""Scripted dialogues as audio, with the truth about who spoke when.

A turn is spoken in one go and cut between words where its script has a pause, so that what comes before a pause sounds
as if it goes on; a clause the voice itself sets apart (a filler, a comma) keeps its own ending. Silence is hall noise
where the dialogue has any.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from speech.audio import resample, to_float
from speech.types import INPUT_RATE, OUTPUT_RATE, Language, Speech

SCRIPTS = Path(__file__).with_name("dialogues.yaml")
PAUSES_MS = (300, 1200)
BETWEEN = 2.6  # s of silence after a turn: longer than anybody waits
TAKES = 2  # each dialogue is played so often, with other pauses
SPEECH_LEVEL = 0.06  # RMS of voiced speech, about -24 dBFS
_PAUSE = re.compile(r"\s*\[(\d+|\?)\]\s*")


@dataclass(frozen=True)
class Script:
    voice: str
    language: Language
    says: tuple[str, ...]
    snr: float | None = None
    seen: bool = False


@dataclass(frozen=True)
class Turn:
    """What was said and when, in samples of the dialogue's audio."""

    text: str
    begin: int
    end: int
    pauses: tuple[tuple[int, int], ...]

    @property
    def question(self) -> bool:
        return self.text.endswith(("？", "?"))


@dataclass(frozen=True)
class Dialogue:
    script: Script
    turns: tuple[Turn, ...]
    audio: np.ndarray  # float32, INPUT_RATE


def scripts(path: Path = SCRIPTS) -> list[Script]:
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Script(**row | {"says": tuple(row["says"])}) for row in rows]


def pieces(text: str, rng: np.random.Generator) -> tuple[list[str], list[int]]:
    """A turn's words between its pauses, and those pauses in ms."""
    parts = _PAUSE.split(text)
    return parts[::2], [int(rng.integers(*PAUSES_MS)) if mark == "?" else int(mark) for mark in parts[1::2]]


async def dialogue(script: Script, store, take: int = 0) -> Dialogue:
    """Speak a script. The same take is the same audio, sample by sample."""
    from speech.voices import VOICES

    rng = np.random.default_rng([take, *script.voice.encode()])
    voice = VOICES.load("kokoro", store=store, **{script.language: script.voice})
    audio: list[np.ndarray] = [_silence(1.0)]
    turns, at = [], INPUT_RATE
    for text in script.says:
        parts, lengths = pieces(text, rng)
        spoken = [clause async for clause in voice.say(_glue(parts, script.language), language=script.language)]
        sounds = [_trimmed(sound) for sound in _cut(spoken, parts)]
        begin, pauses = at, []
        for k, sound in enumerate(sounds):
            audio.append(sound)
            at += len(sound)
            if k < len(lengths):
                audio.append(_silence(lengths[k] / 1000))
                pauses.append((at, at + len(audio[-1])))
                at = pauses[-1][1]
        turns.append(Turn(text, begin, at, tuple(pauses)))
        audio.append(_silence(BETWEEN))
        at += len(audio[-1])
    await voice.aclose()
    return Dialogue(script, tuple(turns), _in_hall(np.concatenate(audio), script.snr, rng))


async def speak(text: str, voice: str, language: Language, store) -> np.ndarray:
    """float32 at INPUT_RATE and SPEECH_LEVEL, without silence at its ends."""
    from speech.voices import VOICES

    speaker = VOICES.load("kokoro", store=store, **{language: voice})
    pcm = np.concatenate([clause.pcm async for clause in speaker.say(text, language=language)])
    await speaker.aclose()
    audio = _trimmed(resample(to_float(pcm), OUTPUT_RATE, INPUT_RATE))
    return audio * (SPEECH_LEVEL / float(np.sqrt(np.mean(audio[np.abs(audio) > 0.01] ** 2))))


def _glue(parts: list[str], language: Language) -> str:
    return (" " if language == "en" else "").join(part.strip() for part in parts)


def _cut(spoken: list[Speech], parts: list[str]) -> list[np.ndarray]:
    """The audio of each part: the words of `spoken` join to the whole text, blanks aside."""
    pcm = resample(to_float(np.concatenate([clause.pcm for clause in spoken])), OUTPUT_RATE, INPUT_RATE)
    starts, offset = [], 0
    for clause in spoken:
        for word in clause.words:
            starts.append((len(_bare(word.text)), offset + max(0, word.start)))
        offset += clause.samples
    cuts, letters, bounds = [], 0, np.cumsum([len(_bare(part)) for part in parts])[:-1].tolist()
    for length, start in starts:
        if bounds and letters >= bounds[0]:
            cuts.append(start * INPUT_RATE // OUTPUT_RATE)
            bounds.pop(0)
        letters += length
    return np.split(pcm, cuts)


def _bare(text: str) -> str:
    return "".join(text.split())


def _trimmed(audio: np.ndarray, threshold: float = 0.01) -> np.ndarray:
    """Without the silence at its ends, faded over 5 ms, at ordinary loudness: the voice ends with the last sample."""
    loud = np.nonzero(np.abs(audio) > threshold)[0]
    audio = audio[loud[0] : loud[-1] + 1].copy()
    ramp = np.linspace(0, 1, INPUT_RATE // 200, dtype=np.float32)
    audio[: len(ramp)] *= ramp
    audio[-len(ramp) :] *= ramp[::-1]
    return audio


def _silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * INPUT_RATE), np.float32)


def _in_hall(audio: np.ndarray, snr: float | None, rng: np.random.Generator) -> np.ndarray:
    """Speech at SPEECH_LEVEL over noise whose power falls with frequency; without `snr` a quiet room, 50 dB below."""
    voiced = np.abs(audio) > 0.01
    audio = audio * (SPEECH_LEVEL / float(np.sqrt(np.mean(audio[voiced] ** 2))))
    return np.clip(audio + hall_noise(len(audio), SPEECH_LEVEL / 10 ** ((snr or 50) / 20), rng), -1, 1)


def hall_noise(samples: int, level: float, rng: np.random.Generator) -> np.ndarray:
    """float32 noise of RMS `level` whose power falls with frequency, as in a hall full of people and machines."""
    spectrum = np.fft.rfft(rng.normal(size=samples))
    noise = np.fft.irfft(spectrum / np.sqrt(np.arange(1, len(spectrum) + 1)), samples)
    return (level * noise / np.sqrt(np.mean(noise**2))).astype(np.float32)
