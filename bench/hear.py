"""How well and how fast the ears hear: error against text, clean, in babble and afar, with and without the words of a
role; whether questions find their answers; latency; words made of noise.

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

from bench import intents
from bench.noise import babble, far, noises
from bench.questions import QUESTIONS
from bench.report import spread
from speech.types import INPUT_RATE, Language

LIVE = 20  # utterances played in real time for the latencies
NOISE_SECONDS = 90  # of each of the seven kinds: more than ten minutes
QUESTIONS_ASKED = 60  # role questions of each kind


@dataclass(frozen=True)
class Sample:
    text: str
    language: Language
    audio: np.ndarray  # float32, 16 kHz

    @property
    def seconds(self) -> float:
        return len(self.audio) / INPUT_RATE


def run(
    set_dir: Path | None = None, *, limit: int = 0, questions: int = QUESTIONS_ASKED, noise: Path | None = None
) -> dict[str, Any]:
    """The keys of `bench hear`. `noise`: a folder of wav files to be silent on, beside the made ones."""
    samples = _recordings(set_dir) if set_dir else _synthesised()
    samples = samples[:limit] if limit else samples
    return asyncio.run(_measure(samples, questions, noise))


async def _measure(samples: list[Sample], questions: int, noise: Path | None) -> dict[str, Any]:
    from dialogue.packs import find_pack, load_pack
    from models.store import Store
    from speech.hearing import Ears

    ears = Ears.load(Store.default())
    words = load_pack(find_pack(intents.PERSONA)).likely_words
    try:
        result = await _errors(ears, samples, ())
        result["with_role"] = await _errors(ears, samples, words)
        result |= await _against_plain(ears, samples)
        result |= await _latencies(ears, samples, words)
        result |= await _noise_words(ears, words, noise)
        if questions:
            result["intent"] = await intents.measure(ears.recogniser, questions)
    finally:
        await ears.aclose()
    return result | {"samples": {lang: sum(s.language == lang for s in samples) for lang in ("zh", "en")}}


async def _errors(ears: Any, samples: list[Sample], words: tuple[str, ...]) -> dict[str, Any]:
    from speech.understanding import Understanding

    crowd = [sample.audio for sample in samples]
    conditions = {
        "clean": lambda audio, k: audio,
        "snr10": lambda audio, k: babble(audio, crowd[:k] + crowd[k + 1 :], 10, k),
        "snr0": lambda audio, k: babble(audio, crowd[:k] + crowd[k + 1 :], 0, k),
        "far": far,
    }
    listener = Understanding(ears.recogniser)
    cer: dict[str, float] = {}
    wer: dict[str, float] = {}
    for name, change in conditions.items():
        wrong, total = {"zh": 0, "en": 0}, {"zh": 0, "en": 0}
        for k, sample in enumerate(samples):
            heard = await listener.transcribe(change(sample.audio, k), language=sample.language, words=words)
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


async def _latencies(ears: Any, samples: list[Sample], words: tuple[str, ...]) -> dict[str, Any]:
    """Real time: from the voice's start to the first partial, from its end to the final transcript; and how many
    partials are recognised for each second of voice."""
    from speech.types import Heard, Partial, SpeechStarted

    partials, finals, ends, waits, rates = [], [], [], [], []
    loop = asyncio.get_running_loop()
    for sample in samples[:LIVE]:
        hearing = ears.listen(words)
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
                    case Heard(start=onset, end=end):
                        finals.append((at - end / INPUT_RATE) * 1000)
                        rates.append(event.timings["partials"] * INPUT_RATE / (end - onset))
                        ends.append(event.timings["endpoint"])
                        waits.append(event.timings["final"])

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
        "partials_per_second": spread(rates),
        "end_of_turn_ms": spread(ends),
        "final_latency_ms": spread(finals),
        "final_after_decision_ms": spread(waits),
    }


async def _noise_words(ears: Any, words: tuple[str, ...], folder: Path | None) -> dict[str, Any]:
    """Words written on noise, an hour and by kind; and how often a turn began."""
    found: dict[str, list[str]] = {}
    turns, seconds = 0, 0.0
    for name, audio in (noises(NOISE_SECONDS) | _wavs(folder)).items():
        found[name], begun = await _follow(ears, words, audio)
        turns += begun
        seconds += len(audio) / INPUT_RATE
    total = sum(len(units(text, "zh")) for texts in found.values() for text in texts)
    return {
        "noise_words_per_hour": round(total * 3600 / seconds, 1),
        "noise_turns_per_hour": round(turns * 3600 / seconds, 1),
        "noise_seconds": round(seconds),
        "noise_texts": {name: texts for name, texts in found.items() if texts},
    }


async def _follow(ears: Any, words: tuple[str, ...], audio: np.ndarray) -> tuple[list[str], int]:
    """The texts of the turns in `audio`, and how many turns there were."""
    from speech.types import Heard, SpeechStarted

    hearing = ears.listen(words)
    texts: list[str] = []
    begun = 0

    async def read() -> None:
        nonlocal begun
        async for event in hearing:
            match event:
                case SpeechStarted():
                    begun += 1
                case Heard(text=text) if text:
                    texts.append(text)

    reader = asyncio.create_task(read())
    for start in range(0, len(audio), 1600):
        await hearing.push(audio[start : start + 1600])
        await hearing.settled()
    await hearing.commit()
    await hearing.settled()
    await hearing.aclose()
    await reader
    return texts, begun


# --- material ---


def _recordings(folder: Path) -> list[Sample]:
    from speech.audio import read_wav

    with (folder / "transcripts.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Sample(row["text"], row["lang"], read_wav(folder / f"{row['id']}.wav")) for row in rows]


def _wavs(folder: Path | None) -> dict[str, np.ndarray]:
    from speech.audio import read_wav

    return {path.stem: read_wav(path) for path in sorted(folder.glob("*.wav"))} if folder else {}


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
