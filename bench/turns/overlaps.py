"""Sounds over her speech, through the real ears and a real session in virtual time: what stops her, and how soon."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml

from avatar.events import AudioOut, Interrupted, ReplyDone
from avatar.session import Session
from bench.turns.dialogues import SPEECH_LEVEL, hall_noise, speak
from dialogue.types import Sentence, Utterance
from speech.audio import resample, to_int16
from speech.hearing import Hearing
from speech.types import INPUT_RATE, OUTPUT_RATE, Language, Phone, Speech, Word

SCRIPT = Path(__file__).with_name("overlaps.yaml")
CHUNK = OUTPUT_RATE * 40 // 1000  # what the page sends
BEFORE = 2.0  # s she speaks before anything is heard
AFTER = 4.0  # s that are listened to afterwards
ANSWER = ("您可以先打客服电话口头挂失，然后带上身份证到任何一个网点来补办新卡，", "当天就能拿到。") * 3


@dataclass(frozen=True)
class Overlap:
    kind: str  # "murmur", "noise" or "interruption"
    name: str
    language: Language
    audio: np.ndarray  # float32, INPUT_RATE; the sound begins with the first sample


@dataclass
class Outcome:
    overlap: Overlap
    cancelled: bool = False
    stopped_ms: float | None = None  # from the sound's onset till she was told to be silent
    resumed_ms: float | None = None  # till her voice went on, where it did
    heard: list[str] = field(default_factory=list)


def script() -> dict[str, list[dict]]:
    """What is said over her, by kind."""
    return yaml.safe_load(SCRIPT.read_text(encoding="utf-8"))


async def overlaps(script: dict[str, list[dict]], store) -> list[Overlap]:
    """All of them: murmurs and interruptions spoken, noises made."""
    found = []
    for kind, rows in (("murmur", script["murmurs"]), ("interruption", script["interruptions"])):
        for row in rows:
            for text in row["says"]:
                sound = await speak(text, row["voice"], row["language"], store)
                found.append(Overlap(kind, text, row["language"], sound))
    return [*found, *(Overlap("noise", name, "zh", sound) for name, sound in noises().items())]


def noises() -> dict[str, np.ndarray]:
    """Coughs, a throat cleared, taps, a chair, a door."""
    found = {f"cough {k}": _bursts(np.random.default_rng(k), (0.15, 0.2)[: 1 + k % 2]) for k in range(4)}
    found["throat"] = _bursts(np.random.default_rng(9), (0.35,), width=20)
    taps = np.zeros(INPUT_RATE, np.float32)
    taps[::4000] = 0.5
    found["taps"] = taps
    rng, n = np.random.default_rng(5), INPUT_RATE
    found["chair"] = (0.2 * rng.normal(size=n) * np.sin(np.linspace(0, np.pi, n)) ** 2).astype(np.float32)
    found["door"] = (0.5 * np.sin(2 * np.pi * 70 * np.arange(n) / n) * np.exp(-np.arange(n) / 3000)).astype(np.float32)
    return found


def _bursts(rng: np.random.Generator, lengths: tuple[float, ...], width: int = 6) -> np.ndarray:
    """Bursts of shaped noise, as a throat makes them."""
    parts = []
    for seconds in lengths:
        n = round(seconds * INPUT_RATE)
        envelope = np.minimum(1, np.arange(n) / 300) * np.exp(-np.arange(n) / (n / 4))
        noise = np.convolve(rng.normal(size=n), np.ones(width) / width, "same")
        parts += [0.6 * envelope * noise / np.abs(noise).max(), np.zeros(round(0.12 * INPUT_RATE))]
    return np.concatenate(parts).astype(np.float32)


class Talker:
    """A mind with one long answer."""

    words = ()

    def greeting(self) -> tuple[Sentence, ...]:
        return ()

    async def reply(self, said: Utterance, *, turn: int) -> AsyncIterator[Sentence]:
        for text in ANSWER:
            yield Sentence(text, "zh", "approved")

    def likely(self, said: Utterance) -> Sentence | None:
        return None

    def heard(self, turn: int, text: str, *, interrupted: bool) -> None: ...

    async def aclose(self) -> None: ...


class Hum:
    """A voice that needs no synthesis: what she says matters here, not how it sounds."""

    name = "hum"
    CHARACTER = OUTPUT_RATE // 5

    async def say(self, text: str, *, language=None, speed: float = 1.0) -> AsyncIterator[Speech]:
        spans = [(i * self.CHARACTER, (i + 1) * self.CHARACTER) for i in range(len(text))]
        words = tuple(Word(char, *span) for char, span in zip(text, spans, strict=True))
        phones = tuple(Phone("a", *span) for span in spans)
        yield Speech(np.full(len(text) * self.CHARACTER, 1000, np.int16), phones, words, language or "zh")

    async def prepare(self, text: str, *, language=None, speed: float = 1.0) -> None: ...

    async def aclose(self) -> None: ...


async def play_over(overlap: Overlap, hearing: Hearing) -> Outcome:
    """Let her speak, play the sound over it, and see."""
    from animation.body import Body
    from animation.rig import Rig

    session = Session(
        id="sess_bench", hearing=hearing, conversation=Talker(), voice=Hum(), body=Body(Rig.generic()), greet=False
    )
    session.label_shown()
    outcome, clock = Outcome(overlap), asyncio.get_running_loop().time
    onset = float("inf")

    async def read() -> None:
        async for event in session.events():
            since = (clock() - onset) * 1000
            if isinstance(event, Interrupted) and outcome.stopped_ms is None:
                outcome.stopped_ms = since
            elif isinstance(event, AudioOut) and outcome.stopped_ms is not None and outcome.resumed_ms is None:
                outcome.resumed_ms = since
            elif isinstance(event, ReplyDone) and event.reason == "turn_detected":
                outcome.cancelled = True

    running, reading = asyncio.create_task(session.run()), asyncio.create_task(read())
    await asyncio.sleep(0)
    await session.add_text("银行卡丢了怎么办？")
    await session.respond()
    before = hall_noise(round(BEFORE * INPUT_RATE), SPEECH_LEVEL / 300, np.random.default_rng(0))
    await _push(session, before)
    onset = clock()
    sound = np.concatenate([overlap.audio, np.zeros(round(AFTER * INPUT_RATE), np.float32)])
    await _push(session, sound + hall_noise(len(sound), SPEECH_LEVEL / 300, np.random.default_rng(1)))
    await session.aclose()
    await asyncio.gather(running, reading)
    return outcome


async def _push(session: Session, audio: np.ndarray) -> None:
    """As a microphone would: each chunk when it has been recorded."""
    pcm = to_int16(resample(audio, INPUT_RATE, OUTPUT_RATE))
    for start in range(0, len(pcm), CHUNK):
        await asyncio.sleep(CHUNK / OUTPUT_RATE)
        await session.push_audio(pcm[start : start + CHUNK])


def summary(outcomes: list[Outcome], spread: Callable[[list[float]], dict]) -> dict:
    """`false_barge_ins` is the share of murmurs and noises that ended her answer."""
    nothing = [outcome for outcome in outcomes if outcome.overlap.kind != "interruption"]
    real = [outcome for outcome in outcomes if outcome.overlap.kind == "interruption"]
    return {
        "false_barge_ins": round(sum(o.cancelled for o in nothing) / max(1, len(nothing)), 3),
        "false_barge_ins_by": {
            kind: {"cancelled": sum(o.cancelled for o in of), "n": len(of)}
            for kind in ("murmur", "noise")
            for of in [[o for o in nothing if o.overlap.kind == kind]]
        },
        "missed_barge_ins": round(sum(not o.cancelled for o in real) / max(1, len(real)), 3),
        "barge_in_stop_ms": spread([o.stopped_ms for o in real if o.stopped_ms is not None]),
        "resume_ms": spread([o.resumed_ms for o in nothing if o.resumed_ms is not None and not o.cancelled]),
        "wrong": [o.overlap.name for o in nothing if o.cancelled] + [o.overlap.name for o in real if not o.cancelled],
    }
