"""Speech whose phones are known to the sample, to teach and to test the ears of the face (animation/listen).

Sentences and strings of words, Mandarin and English, are spoken once (bench/cast.py) and kept under SHUREN_HOME in
cache/listen. Which text is spoken by whom at which speed is drawn from a fixed seed. Five voices and every tenth
sentence are held out: training never hears them.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from animation.types import Phone
from animation.visemes import is_silence
from models.errors import BackendError
from speech.types import Language

FIRST = 392  # of the sentences by ten voices: 21 minutes of speech, a seventh of them held out
DRAWN: dict[Language, int] = {"zh": 520, "en": 200}  # strings of words by more voices, blended, at any height
MORE = 165  # of them are spoken
THROATS = 600  # English by Hibari, which speaks a minute in two seconds
RECIPE = 1  # raise it when the same text would be spoken differently
SPEEDS = (0.8, 0.9, 1.0, 1.0, 1.1, 1.25)
# The Mandarin voices speak English too: Kokoro's styles are not bound to a language, and three are few to learn from.
VOICES: dict[Language, tuple[str, ...]] = {
    "zh": ("zf_xiaoxiao", "zf_xiaoyi", "zm_yunxi", "zm_yunjian", "zm_yunxia"),
    "en": ("af_heart", "af_bella", "af_heart", "af_bella", "zm_yunxi", "zf_xiaoxiao", "zm_yunjian"),
}
# A Mandarin voice blended with a foreign one speaks Mandarin still, with another timbre.
BLENDS: dict[Language, tuple[str, ...]] = {
    "zh": (
        "zf_xiaoxiao", "zf_xiaoyi", "zm_yunxi", "zm_yunjian", "zm_yunxia", "zf_xiaoyi+af_sarah", "zf_xiaoxiao+jf_alpha",
        "zm_yunxi+am_fenrir", "zm_yunjian+bm_george", "zm_yunxia+jm_kumo", "zm_yunxi+hm_omega", "zf_xiaoyi+ef_dora",
    ),
    "en": ("af_sarah", "am_adam", "am_fenrir", "am_puck", "bf_isabella", "bm_george", "bm_lewis", "af_nova+af_kore"),
}  # fmt: skip
HELD_OUT: dict[Language, tuple[str, ...]] = {
    "zh": ("zm_yunyang", "zf_xiaobei"),
    "en": ("am_michael", "bf_emma", "am_eric"),
}
LEVEL = -20.0  # dBFS of speech, silence left out: what voices deliver
_NEAR = 4.0  # dB
_FIRST_HELD_OUT: dict[Language, tuple[str, ...]] = {"zh": HELD_OUT["zh"], "en": HELD_OUT["en"][:1]}
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

    @property
    def key(self) -> str:
        return self.task.key


def tasks() -> list[Task]:
    """What there is to speak, languages and voices mixed."""
    return [*_sentences(), *_held_out(), *_strings(), *_throats()]


def _sentences() -> list[Task]:
    rng = random.Random(24)
    out: list[Task] = []
    for language in ("zh", "en"):
        voices = VOICES[language]
        for i, text in enumerate(texts(language)):
            if i % 10 == 7:
                known = voices[i // 10 % len(voices)]
                out.append(Task("text", language, known, 1.0, text))
                out += [Task("voice", language, voice, rng.choice(SPEEDS), text) for voice in _FIRST_HELD_OUT[language]]
                continue
            for voice in rng.sample(sorted(set(voices)), 2 if i % 2 else 1):
                out.append(Task("train", language, voice, rng.choice(SPEEDS), text))
    rng.shuffle(out)
    return out[:FIRST]


def _held_out() -> list[Task]:
    """More English voices to judge by."""
    rng = random.Random(25)
    some = [text for i, text in enumerate(texts("en")) if i % 10 == 7]
    return [Task("voice", "en", voice, rng.choice(SPEEDS), text) for voice in HELD_OUT["en"][1:] for text in some]


def _strings() -> list[Task]:
    rng = random.Random(26)
    out: list[Task] = []
    for language, count in DRAWN.items():
        for k, text in enumerate(strings(language, count)):
            voice = BLENDS[language][k % len(BLENDS[language])]
            height = "" if rng.random() < 0.4 else f"@{rng.uniform(0.8, 1.25):.2f}"
            out.append(Task("train", language, voice + height, rng.choice(SPEEDS), text))
    rng.shuffle(out)
    return out[:MORE]


def _throats() -> list[Task]:
    rng = random.Random(27)
    learned = [text for i, text in enumerate(texts("en")) if i % 10 != 7]
    out = []
    for k, text in enumerate(strings("en", THROATS, seed=8)):
        throat = rng.uniform(0.84, 1.2)  # of men, women and children
        height = np.clip(throat**3 * rng.uniform(0.75, 1.3), 0.45, 1.7)
        speaker = f"hibari@{height:.2f}@{throat:.2f}@{rng.uniform(-4, 6):.0f}"
        said = learned[k // 2 % len(learned)] if k % 2 else text
        out.append(Task("train", "en", speaker, rng.choice(SPEEDS), said))
    return out


def strings(language: Language, lines: int, seed: int = 9) -> list[str]:
    """Words in no order; every second one has a sound of the lips."""
    rng = random.Random(seed)
    common, labial = _words(language)
    out = []
    for _ in range(lines):
        words = [rng.choice(labial if k % 2 else common) for k in range(6 if language == "zh" else 8)]
        rng.shuffle(words)
        if language == "zh":
            out.append("，".join("".join(words[k : k + 2]) for k in (0, 2, 4)) + "。")
        else:
            a, b, c, d, e, f, g, h = words
            out.append(f"The {a} {b} and a {c} {d}, {e} of the {f} with {g} {h}.")
    return out


@lru_cache(2)
def _words(language: Language) -> tuple[list[str], list[str]]:
    """Ordinary words, and those of them with b, p, m or f: jieba's dictionary (MIT), Hibari's lexicon (Apache-2.0)."""
    if language == "zh":
        import jieba
        from pypinyin import Style, lazy_pinyin

        rows = (line.split() for line in Path(jieba.__file__).with_name("dict.txt").read_text("utf-8").splitlines())
        common = sorted(row[0] for row in rows if len(row[0]) in (2, 3) and int(row[1]) > 300)
        labial = [word for word in common if set("bpmf") & set(lazy_pinyin(word, style=Style.INITIALS))]
        return common, labial
    import gzip
    import json

    from hibari.tts import ASSETS

    lexicon = json.loads(gzip.decompress(Path(ASSETS, "lexicon_us_gold.json.gz").read_bytes()))
    common = sorted(word for word in lexicon if word.isascii() and word.islower() and 3 <= len(word) <= 8)
    return common, [word for word in common if set("bpmfv") & set(str(lexicon[word]))]


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
                write(speak(task), path)
            except BackendError:
                continue
        yield read(task, path)


def speak(task: Task) -> Spoken:
    """The task done now. Raises ModelMissing, or BackendError where the voice leaves its range."""
    from bench.cast import say

    pcm, phones = say(task.voice, task.text, task.language, task.speed)
    return Spoken(task, pcm, tuple(Phone(p.symbol, p.start, p.end, p.stress, p.tone) for p in phones))


def write(done: Spoken, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.npz")
    rows = [(p.symbol, p.start, p.end, p.stress, p.tone) for p in done.phones]
    symbols, starts, ends, stresses, tones = (np.array(column) for column in zip(*rows, strict=True))
    np.savez_compressed(fresh, pcm=done.pcm, symbols=symbols, starts=starts, ends=ends, stresses=stresses, tones=tones)
    os.replace(fresh, path)


def read(task: Task, path: Path) -> Spoken:
    with np.load(path) as kept:
        columns = [kept[name].tolist() for name in ("symbols", "starts", "ends", "stresses", "tones")]
        phones = tuple(Phone(*row) for row in zip(*columns, strict=True))
        return Spoken(task, _levelled(kept["pcm"], phones), phones)


def _levelled(pcm: np.ndarray, phones: Sequence[Phone]) -> np.ndarray:
    """Brought to LEVEL unless it is near: the teacher takes a loud voice for one that opens the mouth wide."""
    power = [np.square(pcm[p.start : p.end], dtype=np.float64).sum() for p in phones if not is_silence(p.symbol)]
    samples = sum(p.end - p.start for p in phones if not is_silence(p.symbol))
    db = 10.0 * np.log10(sum(power) / max(samples, 1) / 32_768.0**2 + 1e-12)
    if abs(db - LEVEL) < _NEAR:
        return pcm
    return np.clip(np.round(pcm * 10 ** ((LEVEL - db) / 20)), -32_768, 32_767).astype(np.int16)
