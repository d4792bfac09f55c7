"""How well and how fast the ears hear: error against text, clean, in noise and from afar; latency; words made of noise.

With a folder (`transcripts.tsv` with columns id, lang, seconds, text, and a wav for each id) recordings are used, else
questions of a bank branch spoken by the embedded voice. Errors are of characters (zh) and words (en), in percent.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench.questions import QUESTIONS
from bench.report import spread
from speech.types import INPUT_RATE, Language

LIVE = 8  # utterances played in real time for the latencies
NOISE_SECONDS = 60  # of each kind of noise


@dataclass(frozen=True)
class Sample:
    text: str
    language: Language
    audio: np.ndarray  # float32, 16 kHz

    @property
    def seconds(self) -> float:
        return len(self.audio) / INPUT_RATE


def run(set_dir: Path | None = None, *, limit: int = 0) -> dict[str, Any]:
    """The keys of `bench hear`."""
    samples = _recordings(set_dir) if set_dir else _synthesised()
    samples = samples[:limit] if limit else samples
    return asyncio.run(_measure(samples))


async def _measure(samples: list[Sample]) -> dict[str, Any]:
    from models.store import Store
    from speech.hearing import Ears

    ears = Ears.load(Store.default())
    try:
        result = await _errors(ears, samples)
        result |= await _against_plain(ears, samples)
        result |= await _latencies(ears, samples)
        result["noise_words_per_hour"] = await _noise_words(ears)
    finally:
        await ears.aclose()
    return result | {"samples": {lang: sum(s.language == lang for s in samples) for lang in ("zh", "en")}}


async def _errors(ears: Any, samples: list[Sample]) -> dict[str, Any]:
    conditions = {"clean": lambda x, k: x, "snr10": _noisy(10), "snr0": _noisy(0), "far": _far}
    cer: dict[str, float] = {}
    wer: dict[str, float] = {}
    for name, change in conditions.items():
        wrong = {"zh": 0, "en": 0}
        total = {"zh": 0, "en": 0}
        for k, sample in enumerate(samples):
            heard = await ears.recogniser.transcribe(change(sample.audio, k), language=sample.language)
            truth, guess = units(sample.text, sample.language), units(heard.text, sample.language)
            wrong[sample.language] += distance(truth, guess)
            total[sample.language] += len(truth)
        for language, errors in (("zh", cer), ("en", wer)):
            if total[language]:
                errors[name] = round(100 * wrong[language] / total[language], 1)
    return {"cer": cer, "wer": wer}


async def _against_plain(ears: Any, samples: list[Sample]) -> dict[str, Any]:
    """Real-time factor, and how many times faster than faster-whisper's own `transcribe` of the same weights."""
    from faster_whisper import WhisperModel

    from models.store import Store

    plain = WhisperModel(str(Store.default().path("whisper-base")), device="cpu", compute_type="int8", cpu_threads=2)
    ours, theirs = [], []
    for sample in samples[:20]:
        began = perf_counter()
        await ears.recogniser.transcribe(sample.audio, language=sample.language)
        ours.append(perf_counter() - began)
        began = perf_counter()
        for _ in plain.transcribe(sample.audio, language=sample.language, beam_size=5)[0]:
            pass
        theirs.append(perf_counter() - began)
    rtf = sum(ours) / sum(sample.seconds for sample in samples[:20])
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    return {"rtf": round(rtf, 3), "vs_plain_transcribe": round(float(np.median(ratios)), 2)}


async def _latencies(ears: Any, samples: list[Sample]) -> dict[str, Any]:
    """Real time: from the voice's start to the first partial, from its end to the final transcript."""
    from speech.types import Heard, Partial, SpeechStarted

    partials, finals, ends = [], [], []
    loop = asyncio.get_running_loop()
    for sample in samples[:LIVE]:
        hearing = ears.listen()
        began = loop.time()
        started: list[int] = []
        first: list[float] = []

        async def read(hearing=hearing, began=began, started=started, first=first) -> None:
            async for event in hearing:
                at = loop.time() - began
                match event:
                    case SpeechStarted(sample_at):
                        started.append(sample_at)
                    case Partial() if not first and started:
                        first.append(at - started[-1] / INPUT_RATE)
                    case Heard(end=end):
                        finals.append((at - end / INPUT_RATE) * 1000)
                        ends.append(event.timings["endpoint"])

        reader = asyncio.create_task(read())
        audio = np.concatenate([sample.audio, np.zeros(INPUT_RATE * 6 // 5, np.float32)])
        for start in range(0, len(audio), 640):
            await hearing.push(audio[start : start + 640])
            await asyncio.sleep(max(0.0, began + (start + 640) / INPUT_RATE - loop.time()))
        await hearing.settled()
        await hearing.aclose()
        await reader
        partials += [seconds * 1000 for seconds in first]
    return {
        "partial_latency_ms": spread(partials),
        "end_of_turn_ms": spread(ends),
        "final_latency_ms": spread(finals),
    }


async def _noise_words(ears: Any) -> float:
    from speech.types import Heard

    words, seconds = 0, 0.0
    for audio in _noises():
        hearing = ears.listen()
        found: list[str] = []

        async def read(hearing=hearing, found=found) -> None:
            async for event in hearing:
                if isinstance(event, Heard) and event.text:
                    found.append(event.text)

        reader = asyncio.create_task(read())
        for start in range(0, len(audio), 1600):
            await hearing.push(audio[start : start + 1600])
            await hearing.settled()
        await hearing.aclose()
        await reader
        words += sum(len(units(text, "zh")) for text in found)
        seconds += len(audio) / INPUT_RATE
    return round(words * 3600 / seconds, 1)


# --- material ---


def _recordings(folder: Path) -> list[Sample]:
    from speech.audio import read_wav

    with (folder / "transcripts.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Sample(row["text"], row["lang"], read_wav(folder / f"{row['id']}.wav")) for row in rows]


def _synthesised() -> list[Sample]:
    from bench.speaker import Speaker
    from speech.audio import resample, to_float
    from speech.types import OUTPUT_RATE

    texts = [(text, language) for language, questions in QUESTIONS.items() for text in questions]
    speaker = Speaker()
    speaker.prepare(texts)
    return [
        Sample(text, language, resample(to_float(speaker.speak(text, language)), OUTPUT_RATE, INPUT_RATE))
        for text, language in texts
    ]


def _noisy(snr_db: float):
    def add(audio: np.ndarray, k: int) -> np.ndarray:
        rng = np.random.default_rng(k)
        spectrum = np.fft.rfft(rng.normal(size=len(audio)))
        noise = np.fft.irfft(spectrum / np.sqrt(np.arange(1, len(spectrum) + 1)), len(audio))
        gain = np.sqrt(np.mean(audio**2) / np.mean(noise**2)) / 10 ** (snr_db / 20)
        return np.clip(audio + gain * noise, -1, 1).astype(np.float32)

    return add


def _far(audio: np.ndarray, k: int) -> np.ndarray:
    """A room with a reverberation time of 0.5 s, the direct sound 3 dB above the rest."""
    rng = np.random.default_rng(k)
    n = INPUT_RATE // 2
    tail = rng.normal(size=n) * 10 ** (-3 * np.arange(n) / n)
    tail *= 10 ** (-3 / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    size = len(audio) + n
    wet = np.fft.irfft(np.fft.rfft(audio, size) * np.fft.rfft(tail, size), size)[: len(audio)]
    return (wet * np.abs(audio).max() / np.abs(wet).max()).astype(np.float32)


def _noises() -> list[np.ndarray]:
    """White, hall-like, humming, and clattering noise; coughs."""
    rng = np.random.default_rng(0)
    n = NOISE_SECONDS * INPUT_RATE
    t = np.arange(n) / INPUT_RATE
    white = 0.05 * rng.normal(size=n)
    hall = _noisy(-60)(np.full(n, 1e-4, np.float32), 1)
    hum = 0.1 * np.sin(2 * np.pi * 50 * t) + 0.05 * np.sin(2 * np.pi * 150 * t)
    bursts = 0.6 * rng.normal(size=n) * np.clip(np.sin(2 * np.pi * 0.7 * t), 0, 1) ** 40
    return [np.clip(x, -1, 1).astype(np.float32) for x in (white, hall, hum, bursts)]


# --- error ---


def units(text: str, language: Language) -> list[str]:
    """Characters (zh) or words (en), without marks, numbers written alike."""
    from speech.text.normalise import spoken

    text = spoken(text, language).lower()
    if language == "zh":
        return [c for c in text if c.isalnum()]
    bare = "".join(c if c.isalnum() or c == "'" else " " for c in text)
    return bare.split()


def distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Levenshtein distance."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(a, b)
