"""Speech whose phones are known to the sample, to teach and to test the ears of the face (animation/listen).

Sentences and strings of words, Mandarin and English, are spoken once by Kokoro's voices and kept under SHUREN_HOME in
cache/listen. Which text is spoken by which voice at which speed is drawn from a fixed seed. Three voices and
every tenth text are held out: training never hears them.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from animation.types import Phone
from models.errors import BackendError
from speech.types import Language

ENOUGH = 392  # texts spoken: 21 minutes of speech
RECIPE = 1  # raise it when the same text would be spoken differently
SPEEDS = (0.8, 0.9, 1.0, 1.0, 1.1, 1.25)
# The Mandarin voices speak English too: Kokoro's styles are not bound to a language, and three are few to learn from.
VOICES: dict[Language, tuple[str, ...]] = {
    "zh": ("zf_xiaoxiao", "zf_xiaoyi", "zm_yunxi", "zm_yunjian", "zm_yunxia"),
    "en": ("af_heart", "af_bella", "af_heart", "af_bella", "zm_yunxi", "zf_xiaoxiao", "zm_yunjian"),
}
HELD_OUT: dict[Language, tuple[str, ...]] = {"zh": ("zm_yunyang", "zf_xiaobei"), "en": ("am_michael",)}
_TEXTS = Path(__file__).with_name("sentences")
Split = Literal["train", "text", "voice"]  # "text": new sentences, known voices; "voice": both new


@dataclass(frozen=True)
class Task:
    """One text to be spoken."""

    split: Split
    language: Language
    voice: str
    speed: float
    text: str

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{RECIPE}|{self.language}|{self.voice}|{self.speed}|{self.text}".encode()).hexdigest()[
            :20
        ]


@dataclass(frozen=True)
class Spoken:
    """A task done: int16 audio at 24 kHz and its phones, in samples from the start."""

    task: Task
    pcm: np.ndarray
    phones: tuple[Phone, ...]


def tasks() -> list[Task]:
    """What there is to speak, languages and voices mixed."""
    rng = random.Random(24)
    out: list[Task] = []
    for language in ("zh", "en"):
        voices = VOICES[language]
        for i, text in enumerate(texts(language)):
            if i % 10 == 7:
                known = voices[i // 10 % len(voices)]
                out.append(Task("text", language, known, 1.0, text))
                out += [Task("voice", language, voice, rng.choice(SPEEDS), text) for voice in HELD_OUT[language]]
                continue
            for voice in rng.sample(sorted(set(voices)), 2 if i % 2 else 1):
                out.append(Task("train", language, voice, rng.choice(SPEEDS), text))
    rng.shuffle(out)
    return out[:ENOUGH]


def texts(language: Language) -> list[str]:
    """Sentences, then strings of words so that every phone meets many neighbours."""
    sentences = (_TEXTS / f"{language}.txt").read_text(encoding="utf-8").split("\n")
    return [line for line in sentences if line] + (_mandarin_strings() if language == "zh" else _english_strings())


def _mandarin_strings(lines: int = 80, words: int = 6) -> list[str]:
    """Frequent words of two characters from jieba's dictionary (MIT)."""
    import jieba

    rows = (line.split() for line in Path(jieba.__file__).with_name("dict.txt").read_text("utf-8").splitlines())
    common = sorted(row[0] for row in rows if len(row[0]) == 2 and int(row[1]) > 1500)
    rng = random.Random(7)
    return ["，".join("".join(rng.sample(common, 2)) for _ in range(words // 2)) + "。" for _ in range(lines)]


def _english_strings(lines: int = 60, words: int = 8) -> list[str]:
    known = (_TEXTS / "words.txt").read_text(encoding="utf-8").split()
    rng = random.Random(7)
    rows = [rng.sample(known, words) for _ in range(lines)]
    return [" ".join(row[: words // 2]) + ", " + " ".join(row[words // 2 :]) + "." for row in rows]


def folder() -> Path:
    from models.store import Store

    return Store.default().home / "cache" / "listen"


def spoken(wanted: Sequence[Task] | None = None, *, make: bool = True) -> Iterator[Spoken]:
    """Every task done, from the cache or, with `make`, spoken now; what a voice cannot say is left out."""
    for task in tasks() if wanted is None else wanted:
        path = folder() / f"{task.key}.npz"
        if not path.is_file():
            if not make:
                continue
            try:
                _write(speak(task), path)
            except BackendError:
                continue
        yield _read(task, path)


def speak(task: Task) -> Spoken:
    """The task done now. Raises ModelMissing, or BackendError where the voice leaves its range."""
    pieces = asyncio.run(_say(task))
    pcm = np.concatenate([piece.pcm for piece in pieces])
    if (np.abs(pcm.astype(np.int32)) > 32_000).mean() > 0.001:
        raise BackendError(f"{task.voice} left its range.")
    phones, at = [], 0
    for piece in pieces:
        phones += [Phone(p.symbol, p.start + at, p.end + at, p.stress, p.tone) for p in piece.phones]
        at += piece.samples
    return Spoken(task, pcm, tuple(phones))


def _write(done: Spoken, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.npz")
    rows = [(p.symbol, p.start, p.end, p.stress, p.tone) for p in done.phones]
    symbols, starts, ends, stresses, tones = (np.array(column) for column in zip(*rows, strict=True))
    np.savez_compressed(fresh, pcm=done.pcm, symbols=symbols, starts=starts, ends=ends, stresses=stresses, tones=tones)
    os.replace(fresh, path)


async def _say(task: Task) -> list[Any]:
    from models.store import Store
    from speech.voices.kokoro import KokoroVoice
    from speech.voices.kokoro_engine import KokoroEngine

    store = Store.default()
    engine = KokoroEngine.shared(store.path("kokoro-82m"), 2, store.home / "cache" / "kokoro")
    voice = KokoroVoice(engine, **({"zh": task.voice, "en": "af_heart"} | {task.language: task.voice}))
    return [piece async for piece in voice.say(task.text, language=task.language, speed=task.speed)]


def _read(task: Task, path: Path) -> Spoken:
    with np.load(path) as kept:
        columns = [kept[name].tolist() for name in ("symbols", "starts", "ends", "stresses", "tones")]
        return Spoken(task, kept["pcm"], tuple(Phone(*row) for row in zip(*columns, strict=True)))
