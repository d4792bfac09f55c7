"""Whether a question that is heard in a noisy hall finds its answer: spoken by several voices, recognised, looked up.

The questions are those of `tests/dialogue/paraphrases.yaml`, which no phrasing of the pack holds, and the pack's own.
What the same question finds when it is typed is the most that can be asked of the ears, so that is told beside.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.noise import babble
from speech.types import INPUT_RATE, OUTPUT_RATE, Language, Recogniser
from speech.understanding import Understanding

SNR = 20.0  # dB of speech over babble
PERSONA = "bank-teller"
VISITORS = {
    "zh": ("zm_yunxi", "zf_xiaoyi", "zm_yunjian", "zf_xiaobei", "zm_yunyang", "zm_yunxia"),
    "en": ("af_bella", "af_heart"),
}
ROUNDS = ("final", "second", "paraphrase", "english")
AROUND = INPUT_RATE * 3 // 10  # samples of the hall before and after the question


@dataclass(frozen=True)
class Question:
    item: str
    text: str
    language: Language
    audio: np.ndarray  # float32, 16 kHz


async def measure(recogniser: Recogniser, count: int) -> dict[str, Any]:
    """The keys of `intent`, in percent, for about `count` questions of each kind."""
    from dialogue.mind import Mind
    from dialogue.packs import find_pack

    mind = Mind.load(find_pack(PERSONA), language_model="none")
    result: dict[str, Any] = {"snr_db": SNR}
    for name, rows in (("asked_otherwise", _otherwise()), ("asked_as_in_pack", _as_in_pack(mind.pack))):
        questions = await _spoken(_some(rows, count))
        result[name] = await _right(recogniser, mind, questions)
    await mind.aclose()
    return result


async def _right(recogniser: Recogniser, mind: Any, questions: list[Question]) -> dict[str, Any]:
    typed = [_found(mind, question.text) == question.item for question in questions]
    heard: dict[str, list[bool]] = {"plain": [], "with_role": []}
    crowd = [question.audio for question in questions]
    for at, question in enumerate(questions):
        audio = babble(np.pad(question.audio, AROUND), crowd[:at] + crowd[at + 1 :], SNR, seed=at)
        for name, words in (("plain", ()), ("with_role", mind.pack.likely_words)):
            transcript = await Understanding(recogniser).transcribe(audio, words=words)
            heard[name].append(_found(mind, transcript.text) == question.item)
    return {"questions": len(questions), "typed": _percent(typed)} | {
        name: {
            "right": _percent(right),
            "kept": _percent([ear for ear, eye in zip(right, typed, strict=True) if eye]),
        }
        for name, right in heard.items()
    }


def _found(mind: Any, text: str) -> str:
    from dialogue.text import normalise

    return mind.index.search(normalise(text), count=1)[0].id


def _percent(right: Sequence[bool]) -> float:
    return round(100 * float(np.mean(right)), 1) if len(right) else 0.0


# --- material ---


def _otherwise() -> list[tuple[str, str]]:
    import yaml

    from server.settings import REPOSITORY

    asked = yaml.safe_load((REPOSITORY / "tests" / "dialogue" / "paraphrases.yaml").read_text("utf-8"))
    return [(item, text) for name in ROUNDS for item, text in asked[name]]


def _as_in_pack(pack: Any) -> list[tuple[str, str]]:
    return [(item.id, text) for item in pack.items for language in pack.languages for text in item.phrasings[language]]


def _some(rows: list[tuple[str, str]], count: int) -> list[tuple[str, str]]:
    """`count` rows, evenly from all."""
    return [rows[int(at)] for at in np.linspace(0, len(rows) - 1, min(count, len(rows)))]


async def _spoken(rows: list[tuple[str, str]]) -> list[Question]:
    from bench.speaker import trimmed
    from dialogue.text import has_chinese
    from models.store import Store
    from speech.audio import resample, to_float
    from speech.voices import VOICES

    asked: list[tuple[str, str, str, Language]] = []  # voice, item, text, language
    turns = {language: itertools.cycle(voices) for language, voices in VISITORS.items()}
    for item, text in rows:
        language: Language = "zh" if has_chinese(text) else "en"
        asked.append((next(turns[language]), item, text, language))
    questions: list[Question] = []
    for name, theirs in itertools.groupby(sorted(asked), key=lambda row: row[0]):
        voice = VOICES.load("kokoro", store=Store.default(), **{"zh" if name.startswith("z") else "en": name})
        for _, item, text, language in theirs:
            pcm = np.concatenate([piece.pcm async for piece in voice.say(text, language=language)])
            audio = resample(to_float(trimmed(pcm)), OUTPUT_RATE, INPUT_RATE)
            questions.append(Question(item, text, language, audio))
        await voice.aclose()
    return questions
