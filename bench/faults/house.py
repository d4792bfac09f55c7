"""A service with real sessions over quick organs, and a client for it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import uvicorn
import websockets

from animation.body import Body
from animation.rig import Rig
from avatar.listening import Listening
from avatar.session import Session
from dialogue.attachments import Attachments
from dialogue.llm.base import LanguageModel, Message
from dialogue.types import Sentence, Utterance
from models.errors import AtCapacity, PersonaUnknown
from models.hosting import Hosts
from server.app import create_app
from server.realtime.host import LiveSession, PersonaCard
from server.realtime.ids import new_id
from server.settings import Settings
from speech.types import OUTPUT_RATE, Phone, Speech, Transcript, Word

PATIENCE = 100.0  # s; a limit on hanging, not a measure of speed
CARD = PersonaCard(
    id="faults",
    name={"zh": "小测", "en": "Test"},
    role={"zh": "测试", "en": "test"},
    avatar="none",
    languages=("zh", "en"),
    greeting={"zh": "您好", "en": "Hello"},
    voice="tone",
    label="数字人",
    label_en="Digital human",
)


class Ears:
    """Hear nothing: people type."""

    voice = she_speaks = False
    detect_turns = True

    def configure(self, *_: Any, **__: Any) -> None: ...

    async def push(self, pcm: np.ndarray) -> None: ...

    async def commit(self) -> None: ...

    def clear(self) -> None: ...

    async def __aiter__(self) -> AsyncIterator[Any]:
        await asyncio.Event().wait()
        yield

    async def aclose(self) -> None: ...


class Mind:
    """Says what it was told, or what its language model makes of it."""

    words: tuple[str, ...] = ()

    def __init__(self, model: LanguageModel | None) -> None:
        self._model = model
        self.files = Attachments(lambda: None)

    def greeting(self) -> tuple[Sentence, ...]:
        return (Sentence("您好。", "zh", "template"),)

    async def reply(self, said: Utterance, *, turn: int) -> AsyncIterator[Sentence]:
        if self._model is None:
            yield Sentence(f"您说：{said.text}。", "zh", "template")
            return
        async for piece in self._model.chat([Message("user", said.text)]):
            yield Sentence(piece, "zh", "model")

    def as_is(self, text: str) -> tuple[Sentence, ...]:
        return (Sentence(text, "zh", "template"),)

    def vet(self, text: str) -> None: ...

    def likely(self, said: Utterance) -> None: ...

    def heard(self, turn: int, text: str, *, interrupted: bool) -> None: ...

    async def aclose(self) -> None: ...


class Tone:
    """A voice of 20 ms a character."""

    name = "tone"

    async def say(self, text: str, *, language: Any = None, speed: float = 1.0) -> AsyncIterator[Speech]:
        char = OUTPUT_RATE // 50
        n = len(text)
        words = tuple(Word(each, i * char, (i + 1) * char) for i, each in enumerate(text))
        phones = tuple(Phone("a", i * char, (i + 1) * char) for i in range(n))
        yield Speech(np.full(n * char, 800, np.int16), phones, words, language or "zh")

    async def prepare(self, text: str, *, language: Any = None, speed: float = 1.0) -> None: ...

    async def aclose(self) -> None: ...


class House:
    """What the application asks of `server.compose.House`."""

    recogniser = "none"

    def __init__(self, *, limit: int, model: LanguageModel | None, hosts: Hosts) -> None:
        self._limit, self._model, self.hosts = limit, model, hosts
        self.sessions: set[LiveSession] = set()

    def open(self) -> None: ...

    async def aclose(self) -> None:
        if self._model:
            await self._model.aclose()

    def readiness(self) -> dict[str, str]:
        return {"ears": "ready", "language model": "ready"} | self.hosts.away()

    def rendered(self) -> dict[str, dict[str, int]]:
        return {}

    def personas(self) -> list[PersonaCard]:
        return [CARD]

    def persona(self, name: str) -> PersonaCard:
        if name not in ("", CARD.id):
            raise PersonaUnknown("There is only one persona.")
        return CARD

    def listening(self, persona: str) -> Listening:
        return Listening()

    def open_session(self, persona: str, **_: Any) -> Session:
        if len(self.sessions) >= self._limit:
            raise AtCapacity("All places are taken.")
        body = Body(Rig.generic(), seed=1)
        session = Session(
            id=new_id("sess"), hearing=Ears(), conversation=Mind(self._model), voice=Tone(), body=body, greet=False
        )
        self.sessions.add(session)
        return session

    def close_session(self, session: LiveSession) -> None:
        self.sessions.discard(session)

    async def transcribe(self, pcm: np.ndarray, persona: str) -> Transcript:
        return Transcript("", "zh", 0.0, 0.0)


@dataclass
class Service:
    """One that runs."""

    address: str
    house: House
    app: Any

    async def empty(self) -> None:
        """Until nobody is in any more."""
        await until(lambda: not self.house.sessions)


@asynccontextmanager
async def served(
    *, limit: int = 8, model: LanguageModel | None = None, hosts: Hosts | None = None, **settings: Any
) -> AsyncIterator[Service]:
    """On a port of its own, with uvicorn's settings as `shuren serve` has them. `hosts`: of the model, where it has a
    process of its own."""
    house = House(limit=limit, model=model, hosts=hosts or Hosts())
    chosen = Settings(**settings)
    app = create_app(chosen, house)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            ws_max_size=16 * chosen.wire.message_bytes,
            ws_ping_interval=chosen.wire.ping_interval_s,
            ws_ping_timeout=chosen.wire.ping_timeout_s,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=2,
        )
    )
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await until(lambda: server.started)
        yield Service(f"127.0.0.1:{listener.getsockname()[1]}", house, app)
    finally:
        server.should_exit = True
        await task


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110  what is waited for sets no event
            await asyncio.sleep(0.02)


@dataclass
class Visitor:
    """A client that types."""

    socket: Any
    got: list[dict] = field(default_factory=list)

    async def send(self, **event: Any) -> None:
        await self.socket.send(json.dumps(event))

    async def until(self, kind: str) -> dict:
        """The next event of this kind; all events stay in `got`."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self.socket.recv()
                if isinstance(message, str):
                    self.got.append(json.loads(message))
                    if self.got[-1]["type"] == kind:
                        return self.got[-1]

    async def ask(self, text: str) -> dict:
        """A typed question; the response object once it is done."""
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        await self.send(type="conversation.item.create", item=item)
        await self.send(type="response.create")
        return (await self.until("response.done"))["response"]


@asynccontextmanager
async def visit(service: Service) -> AsyncIterator[Visitor]:
    async with websockets.connect(
        f"ws://{service.address}/v1/realtime", max_size=None, open_timeout=PATIENCE
    ) as connection:
        visitor = Visitor(connection)
        await visitor.until("shuren.label.required")
        await visitor.send(type="shuren.label.shown")
        yield visitor


def words(response: dict) -> str:
    """What was said in a response."""
    return "".join(part.get("transcript") or "" for item in response["output"] for part in item["content"])
