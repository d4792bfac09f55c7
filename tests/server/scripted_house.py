"""A scripted session and house, and a WebSocket without a network: the wire is tested on one event loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import FastAPI

from animation.types import Frames
from avatar.events import AudioOut, FramesOut, ReplyDone, ReplyStarted, SentenceOut, SessionEvent
from avatar.listening import Listening
from dialogue.attachments import Attachments
from models.errors import AtCapacity, BackendUnavailable, LabelNotShown, PersonaUnknown, SessionBusy, SpeechRefused
from server.access.access import Access
from server.app import create_app
from server.chat.talks import Written
from server.realtime.host import PersonaCard
from server.settings import Settings
from server.storage.keeping import Keeping
from server.storage.minutes import Visit
from speech.types import Transcript, Word

PATIENCE = 60  # s; a limit on hanging, not a measure of speed

CARD = PersonaCard(
    id="bank-teller",
    name={"zh": "蓉蓉", "en": "Rongrong"},
    role={"zh": "柜员", "en": "teller"},
    avatar="rongrong",
    languages=("zh", "en"),
    greeting={"zh": "您好", "en": "Hello"},
    voice="kokoro",
    label="数字人",
    label_en="Digital human",
)


def frames(pts: int = 0, n: int = 3) -> Frames:
    joints = np.zeros((n, 13, 4), np.float32)
    joints[..., 3] = 1
    head, eyes = np.zeros((n, 3), np.float32), np.zeros((n, 4), np.float32)
    hands = np.full((n, 12), 0.3, np.float32)
    return Frames(pts, np.full((n, 52), 0.5, np.float32), head, eyes, joints, hands)


def audio(turn: int, text: str, pts: int = 0, item: str = "") -> AudioOut:
    """100 ms of voice for each character of `text`, each a word."""
    words = tuple(Word(char, i * 2400, (i + 1) * 2400) for i, char in enumerate(text))
    return AudioOut(turn, item or f"item_{turn}", pts, np.arange(len(text) * 2400).astype(np.int16), words)


def sentence(turn: int, text: str, language: str = "zh") -> SentenceOut:
    return SentenceOut(turn, f"item_{turn}", text, language, "approved", (), False)


def reply(turn: int, text: str = "您好", *, question: str = "") -> list[SessionEvent]:
    """A whole answer, as a session tells it."""
    return [
        ReplyStarted(turn, f"item_{turn}", question),
        sentence(turn, text),
        audio(turn, text),
        FramesOut(turn, frames()),
        ReplyDone(turn, f"item_{turn}", "completed", "", text, text, {"first_audio_ms": 640.0}),
    ]


class ScriptedSession:
    """Does nothing by itself: the test emits its events and reads what the wire asked of it."""

    def __init__(self, session_id: str = "sess_test", *, speaks_label: bool = True) -> None:
        self.id = session_id
        self.tools = None
        self.files = Attachments(lambda: None)  # no procedure, so nothing is asked for
        self.speaks_label = speaks_label
        self.calls: list[tuple] = []
        self.busy = False
        self.turn = 0
        self.labelled = False
        self.closed = asyncio.Event()
        self.broken: Exception | None = None
        self._events: asyncio.Queue[SessionEvent | None] = asyncio.Queue()

    def emit(self, *events: SessionEvent) -> None:
        for event in events:
            if isinstance(event, ReplyStarted):
                self.busy, self.turn = True, event.turn
            if isinstance(event, ReplyDone):
                self.busy = False
            self._events.put_nowait(event)

    def fail(self, problem: Exception) -> None:
        self.broken = problem
        self.closed.set()

    async def run(self) -> None:
        await self.closed.wait()
        self._events.put_nowait(None)
        if self.broken:
            raise self.broken

    async def events(self) -> AsyncIterator[SessionEvent]:
        while (event := await self._events.get()) is not None:
            yield event

    def label_shown(self) -> None:
        self.labelled = True
        self.calls.append(("label_shown",))

    async def push_audio(self, pcm: np.ndarray) -> None:
        assert pcm.dtype == np.int16
        self.calls.append(("push_audio", len(pcm)))

    async def commit_audio(self) -> str:
        self.calls.append(("commit_audio",))
        return "item_heard"

    def clear_audio(self) -> None:
        self.calls.append(("clear_audio",))

    def set_listening(self, listening: Listening) -> None:
        self.listening = listening

    def set_speed(self, speed: float) -> None:
        self.speed = speed

    def set_turn_detection(
        self, *, enabled: bool, create_response: bool = True, interrupt_response: bool = True
    ) -> None:
        self.calls.append(("set_turn_detection", enabled, create_response, interrupt_response))

    async def add_text(self, text: str, item: str | None = None) -> str:
        self.calls.append(("add_text", text))
        return item or "item_text"

    async def respond(self) -> int:
        if self.busy:
            raise SessionBusy("An answer is already under way.")
        if not (self.labelled or self.speaks_label):
            raise LabelNotShown("The AI label is not on screen yet.")
        self.calls.append(("respond",))
        self.emit(*reply(self.turn + 1))
        return self.turn

    async def say(self, text: str, *, mood: str = "", gesture: str = "") -> int:
        self.vet(text)
        self.calls.append(("say", text, mood, gesture))
        self.emit(*reply(self.turn + 1, text))
        return self.turn

    def vet(self, text: str) -> None:
        if "我爱您" in text:
            raise SpeechRefused("The guard keeps this back (closeness): '我爱您'.")

    def next_person(self) -> None:
        self.calls.append(("next_person",))

    def express(self, mood: str, intensity: float = 1.0) -> None:
        self.calls.append(("express", mood, intensity))

    def gesture(self, name: str) -> None:
        self.calls.append(("gesture", name))

    async def cancel(self, reason: str = "client_cancelled") -> bool:
        if self.busy:
            self.emit(ReplyDone(self.turn, f"item_{self.turn}", "cancelled", reason, "", ""))
            return True
        return False

    def watched(self) -> None:
        self.calls.append(("watched",))

    def playhead(self, pts: int, turn: int) -> None:
        self.calls.append(("playhead", pts, turn))

    async def truncate(self, item: str, audio_end_ms: int) -> None:
        self.calls.append(("truncate", item, audio_end_ms))

    async def aclose(self) -> None:
        self.closed.set()


class ScriptedHouse:
    """One persona, `limit` sessions."""

    recogniser = "scripted"

    def __init__(self, limit: int = 4) -> None:
        self.limit = limit
        self.sessions: list[ScriptedSession] = []
        self.visits: list[Visit] = []
        self.ended = 0
        self.make = lambda session: None  # what a test adds to a new session
        self.somebody_left = asyncio.Event()
        self.parts = {"ears": "ready"}

    def open(self) -> None: ...

    async def aclose(self) -> None: ...

    def digests(self) -> dict[str, str]:
        return {}

    def readiness(self) -> dict[str, str]:
        return self.parts

    def personas(self) -> list[PersonaCard]:
        return [CARD]

    def persona(self, name: str) -> PersonaCard:
        if name not in ("", CARD.id):
            raise PersonaUnknown(f"No persona named {name!r}.", hint="Known: bank-teller")
        return CARD

    def write(self, persona: str, visit: Visit) -> Written:
        raise BackendUnavailable("This house only speaks.")

    async def build(self, folder: Path, tell: Callable[[Any], None]) -> None:
        return None

    async def trial(self, folder: Path) -> Any:
        raise BackendUnavailable("This house only speaks.")

    def listening(self, persona: str) -> Listening:
        return Listening()

    def rendered(self) -> dict[str, dict[str, int]]:
        return {}

    def open_session(
        self, persona: str, *, speaks_label: bool, visit: Visit, language: str = "", rendered: bool = True
    ) -> ScriptedSession:
        self.visits.append(visit)
        if len(self.sessions) - self.ended >= self.limit:
            raise AtCapacity("All places are taken.")
        self.sessions.append(ScriptedSession(f"sess_{len(self.sessions)}", speaks_label=speaks_label))
        self.make(self.sessions[-1])
        return self.sessions[-1]

    def close_session(self, session: ScriptedSession) -> None:
        self.ended += 1
        self.somebody_left.set()

    async def transcribe(self, pcm: np.ndarray, persona: str) -> Transcript:
        return Transcript("转写的话", "zh", 0.9, 1.0)


def make_app(house: ScriptedHouse | None = None, *, keeping: Keeping | None = None, **settings: Any) -> FastAPI:
    made = Settings(**settings)
    return create_app(made, house or ScriptedHouse(), Access(made, keeping))


class Socket:
    """The client's end of an ASGI WebSocket, on the test's own loop."""

    def __init__(
        self, app: FastAPI, query: str, subprotocols: list[str], headers: dict[str, str], path: str = "/v1/realtime"
    ) -> None:
        self._to_app: asyncio.Queue[dict] = asyncio.Queue()
        self._from_app: asyncio.Queue[dict] = asyncio.Queue()
        self.reading = asyncio.Event()  # cleared: the peer takes nothing more
        self.reading.set()
        self.subprotocol: str | None = None
        self.refused: dict | None = None  # the start of an HTTP answer instead of a handshake
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
            "subprotocols": subprotocols,
            "state": {},
            "extensions": {"websocket.http.response": {}},
        }
        self._to_app.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(app(scope, self._to_app.get, self._send))

    async def _send(self, message: dict) -> None:
        await self.reading.wait()
        self._from_app.put_nowait(message)

    async def message(self) -> dict:
        async with asyncio.timeout(PATIENCE):
            return await self._from_app.get()

    async def receive(self) -> dict | bytes:
        """The next event, or binary message."""
        message = await self.message()
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"]) if message.get("text") is not None else message["bytes"]

    async def until(self, kind: str) -> list[dict | bytes]:
        """Everything up to and with the next event of this type."""
        got = []
        while not got or not isinstance(got[-1], dict) or got[-1]["type"] != kind:
            got.append(await self.receive())
        return got

    async def closed(self) -> tuple[int, str]:
        """Code and reason of the server's close, whatever comes before it."""
        while (message := await self.message())["type"] != "websocket.close":
            pass
        return message["code"], message.get("reason") or ""

    def send(self, event: dict | str | bytes) -> None:
        if isinstance(event, bytes):
            self._to_app.put_nowait({"type": "websocket.receive", "bytes": event})
        else:
            text = event if isinstance(event, str) else json.dumps(event)
            self._to_app.put_nowait({"type": "websocket.receive", "text": text})

    def leave(self, code: int = 1006) -> None:
        self._to_app.put_nowait({"type": "websocket.disconnect", "code": code})


@asynccontextmanager
async def connected(
    app: FastAPI,
    query: str = "persona=bank-teller",
    *,
    subprotocols: tuple[str, ...] = (),
    headers: dict | None = None,
    path: str = "/v1/realtime",
    outlived: bool = False,
) -> AsyncIterator[Socket]:
    """A socket past its handshake (or refusal). Fails if the connection leaves a task behind, unless it is `outlived`
    by its session."""
    before = asyncio.all_tasks()
    socket = Socket(app, query, list(subprotocols), headers or {}, path)
    try:
        first = await socket.message()
        socket.subprotocol = first.get("subprotocol")
        if first["type"] != "websocket.accept":
            socket.refused = first
        yield socket
    finally:
        socket.reading.set()
        socket.leave()
        with suppress(asyncio.CancelledError):
            async with asyncio.timeout(PATIENCE):
                await socket.task
    left = asyncio.all_tasks() - before
    assert outlived or not left, f"leaked tasks: {left}"
