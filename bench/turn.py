"""How long a person waits: questions are played as audio into a running server, the answers timed at the client.

`first_audio_ms` is when a client with a cushion of CUSHION would play the first audible sample; `first_frame_ms` when
it would show the first frame whose mouth moves. All times are from the end of the person's speech. Everything is asked
twice: of a session that speaks live, and of one that plays what is rendered ahead (`rendered`).
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from animation.codec import decode
from animation.types import RATE, SAMPLES_PER_FRAME, SHAPES
from bench.play_clock import CUSHION, PlayClock
from bench.questions import QUESTIONS
from bench.report import spread

CHUNK = RATE * 40 // 1000  # what the page sends
AUDIBLE = 300  # int16; about -40 dBFS
MOUTH_MOVES = 0.05  # jawOpen; at rest it is below
TURN_LIMIT = 30.0  # s to wait for an answer
INTERRUPTION = ("等一下，我还有一个问题。", "zh")
JAW = SHAPES.index("jawOpen")


@dataclass
class Turn:
    """One question and when things happened, in ms from the end of speech."""

    language: str
    question: str
    at: dict[str, float] = field(default_factory=dict)
    server: dict[str, float] = field(default_factory=dict)
    heard: str = ""
    answer: str = ""
    source: str = ""  # of its first sentence


class Client:
    """A page without a screen: streams a microphone in real time and notes when media is due."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._loop = asyncio.get_running_loop()
        self._speech = asyncio.Queue()
        self._plays = PlayClock()
        self.began: float | None = None  # when the first sample of what is asked was sent
        self.ended: float | None = None  # and its last
        self.stopped_at = 0.0
        self.stopped = asyncio.Event()
        self.audible = asyncio.Event()
        self.turn: Turn | None = None
        self.measured = asyncio.Event()
        self.idle = asyncio.Event()

    async def microphone(self) -> None:
        """Streams silence, and what is asked, in real time without end."""
        next_at, pending = self._loop.time(), np.zeros(0, np.int16)
        while True:
            if not len(pending) and not self._speech.empty():
                pending = self._speech.get_nowait()
                self.began = self._loop.time()
            asked = len(pending) > 0
            chunk, pending = pending[:CHUNK], pending[CHUNK:]
            voiced = len(chunk)
            chunk = np.pad(chunk, (0, CHUNK - voiced))
            if asked and not len(pending):
                self.ended = self._loop.time() - (CHUNK - voiced) / RATE
            await self._send({"type": "input_audio_buffer.append", "audio": base64.b64encode(chunk.tobytes()).decode()})
            next_at += CHUNK / RATE
            await asyncio.sleep(max(0.0, next_at - self._loop.time()))

    async def listen(self) -> None:
        async for message in self._socket:
            now = self._loop.time()
            if isinstance(message, bytes):
                self._media(message, now)
            else:
                await self._event(json.loads(message), now)

    async def ask(self, turn: Turn, pcm: np.ndarray) -> None:
        """Ask and wait until the answer was seen and heard; then stop it."""
        self.turn, self.ended = turn, None
        self.measured.clear()
        self._speech.put_nowait(pcm)
        await asyncio.wait_for(self.measured.wait(), TURN_LIMIT)
        await asyncio.sleep(0.3)
        self.turn = None
        if not self.idle.is_set():
            await self._send({"type": "response.cancel"})
        await asyncio.wait_for(self.idle.wait(), TURN_LIMIT)
        await asyncio.sleep(0.4)

    async def interrupt(self, question: str, pcm: np.ndarray) -> float:
        """Ask in writing, talk over the answer; ms from the onset of that speech to the order to stop."""
        self.stopped.clear()
        self.audible.clear()
        content = [{"type": "input_text", "text": question}]
        item = {"type": "message", "role": "user", "content": content}
        self.idle.clear()
        await self._send({"type": "conversation.item.create", "item": item})
        await self._send({"type": "response.create"})
        await asyncio.wait_for(self.audible.wait(), TURN_LIMIT)
        await asyncio.sleep(CUSHION + 0.5)
        self.began = None
        self._speech.put_nowait(pcm)
        await asyncio.wait_for(self.stopped.wait(), TURN_LIMIT)
        took = (self.stopped_at - self.began) * 1000
        await asyncio.sleep(len(pcm) / RATE + 1.5)
        if not self.idle.is_set():
            await self._send({"type": "response.cancel"})
            await asyncio.wait_for(self.idle.wait(), TURN_LIMIT)
        await asyncio.sleep(0.4)
        return took

    async def _send(self, event: dict[str, Any]) -> None:
        await self._socket.send(json.dumps(event))

    async def _event(self, event: dict[str, Any], now: float) -> None:
        kind = event["type"]
        if kind == "shuren.label.required":
            await self._send({"type": "shuren.label.shown"})
        elif kind == "response.created":
            self.idle.clear()
        elif kind == "response.done":
            self.idle.set()
        elif kind == "shuren.interrupted" and not self.stopped.is_set():
            self.stopped_at = now
            self.stopped.set()
        elif kind == "error" and event["error"].get("code") != "response_cancel_not_active":
            raise RuntimeError(f"The server reports: {event['error']}")
        elif self.turn and self.ended:
            self._stage(event, kind, now)

    def _stage(self, event: dict[str, Any], kind: str, now: float) -> None:
        names = {
            "input_audio_buffer.speech_stopped": "end_of_turn_ms",
            "conversation.item.input_audio_transcription.completed": "final_transcript_ms",
            "shuren.sentence": "first_sentence_ms",
        }
        if kind in names:
            self._mark(names[kind], now)
        if kind == "conversation.item.input_audio_transcription.completed":
            self.turn.heard = event["transcript"]
        elif kind == "shuren.sentence":
            self.turn.answer += event["text"]
            self.turn.source = self.turn.source or event["source"]

    def _media(self, message: bytes, now: float) -> None:
        media = decode(message)
        self._plays.arrived(media.pts, now)
        if media.pcm is not None:
            self._plays.voice(media.pts, len(media.pcm), now)
            self.audible.set()
        if not (self.turn and self.ended and media.turn):
            return
        if media.frames:
            moving = np.nonzero(media.frames.shapes[:, JAW] > MOUTH_MOVES)[0]
            if len(moving):
                self._mark("first_frame_ms", self._plays.due(media.pts + int(moving[0]) * SAMPLES_PER_FRAME, now))
        else:
            audible = np.nonzero(np.abs(media.pcm.astype(np.int32)) > AUDIBLE)[0]
            if len(audible):
                self._mark("first_audio_sent_ms", now)
                self._mark("first_audio_ms", self._plays.due(media.pts + int(audible[0]), now))
        if {"first_audio_ms", "first_frame_ms"} <= self.turn.at.keys():
            self.measured.set()

    def _mark(self, name: str, at: float) -> None:
        self.turn.at.setdefault(name, (at - self.ended) * 1000)


async def measure(
    url: str,
    turns: int,
    languages: tuple[str, ...],
    speak: Callable[[str, str], np.ndarray],
    *,
    interruptions: int = 0,
    on_turn: Callable[[Turn], None] = lambda turn: None,
) -> tuple[list[Turn], list[float]]:
    """Ask `turns` questions in `languages` by turns, then talk over `interruptions` answers.

    `speak(text, language)` gives int16 speech at 24 kHz. Returns the turns and the times to stop in ms.
    """
    from websockets.asyncio.client import connect

    done: list[Turn] = []
    stops: list[float] = []
    async with connect(url, subprotocols=["shuren.v1"], max_size=2**22) as socket:
        client = Client(socket)
        tasks = [asyncio.create_task(client.listen()), asyncio.create_task(client.microphone())]
        try:
            await asyncio.sleep(1.0)
            if not client.idle.is_set():  # the greeting
                await asyncio.wait_for(client.idle.wait(), TURN_LIMIT)
            for index in range(turns):
                language = languages[index % len(languages)]
                pool = QUESTIONS[language]
                turn = Turn(language, pool[(index // len(languages)) % len(pool)])
                await _beside(tasks, client.ask(turn, speak(turn.question, language)))
                done.append(turn)
                on_turn(turn)
            for index in range(interruptions):
                question = QUESTIONS["zh"][index % len(QUESTIONS["zh"])]
                stops.append(await _beside(tasks, client.interrupt(question, speak(*INTERRUPTION))))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    return done, stops


async def _beside(tasks: list[asyncio.Task], work: Coroutine[Any, Any, Any]) -> Any:
    """The result of `work`; what breaks one of `tasks` meanwhile is raised."""
    main = asyncio.create_task(work)
    await asyncio.wait({main, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        if task.done():
            main.cancel()
            task.result()
    return await main


STAGES = (
    "end_of_turn_ms",
    "final_transcript_ms",
    "first_sentence_ms",
    "first_audio_sent_ms",
    "first_audio_ms",
    "first_frame_ms",
)


def summary(turns: list[Turn], stops: list[float], rendered: list[Turn]) -> dict[str, Any]:
    """The keys of `bench turn`. A question asked before is answered from the voice's cache and counted apart; what a
    language model phrased cannot have been rendered."""
    rendered = [turn for turn in rendered if turn.source != "model"]
    seen: set[str] = set()
    live, cached = [], []
    for turn in turns:
        (cached if turn.question in seen else live).append(turn)
        seen.add(turn.question)
    result = _stages(live)
    if cached:
        result["cached"] = _stages(cached)
    if stops:
        result["barge_in_stop_ms"] = spread(stops)
    result["by_language"] = _by_language(live)
    if rendered:
        result["rendered"] = _stages(rendered) | {"by_language": _by_language(rendered)}
    result["turns"] = [
        {"question": t.question, "heard": t.heard, "answer": t.answer, **{k: round(v) for k, v in t.at.items()}}
        for t in [*turns, *rendered]
    ]
    return result


def _stages(turns: list[Turn], stages: tuple[str, ...] = STAGES) -> dict[str, Any]:
    return {stage: spread([turn.at[stage] for turn in turns if stage in turn.at]) for stage in stages}


def _by_language(turns: list[Turn]) -> dict[str, Any]:
    languages = sorted({turn.language for turn in turns})
    return {name: _stages([turn for turn in turns if turn.language == name], STAGES[-2:]) for name in languages}
