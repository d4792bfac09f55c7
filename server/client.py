"""A small async client of the service: sessions by REST, and the stage of one as it plays.

async with Client("http://127.0.0.1:8000", key="…") as shuren:
    session = await shuren.begin("bank-teller")
    async with shuren.stage(session.id) as stage:
        print(stage.label)
        await stage.label_shown()
        await session.say("您好，请到三号窗口。")
        async for message in stage:
            ...
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from animation import codec
from models.errors import BackendUnavailable, ShurenError

LARGEST = 1 << 24  # bytes of one message
Event = dict[str, Any]


@dataclass(frozen=True)
class Label:
    """The AI label; whoever shows her shows it, all the time."""

    text: str
    text_en: str


class Stage:
    """What a running session shows. Iterate for its events (dicts) and media (`animation.codec.Message`).

    It ends with the session; raises BackendUnavailable where the connection is lost.
    """

    def __init__(self, socket: ClientConnection, label: Label) -> None:
        self._socket = socket
        self.label = label

    async def label_shown(self) -> None:
        """The label is on screen: media may flow."""
        await self._socket.send(json.dumps({"type": "shuren.label.shown"}))

    async def __aiter__(self) -> AsyncIterator[Event | codec.Message]:
        try:
            async for message in self._socket:
                yield codec.decode(message) if isinstance(message, bytes) else json.loads(message)
        except ConnectionClosed as closed:
            raise BackendUnavailable(f"The stage was lost: {closed}.") from closed


@dataclass(frozen=True)
class Session:
    """A session that was begun by REST."""

    id: str
    token: str
    _client: Client

    async def speak(self, text: str) -> int:
        """Have this answered. Returns the turn."""
        return (await self._post("speak", text=text))["turn"]

    async def say(self, text: str, *, mood: str | None = None, gesture: str | None = None) -> int:
        """Have this said as it is. Returns the turn; raises ShurenError `speech_refused`."""
        return (await self._post("say", text=text, mood=mood, gesture=gesture))["turn"]

    async def interrupt(self) -> bool:
        """False: she was not speaking."""
        return (await self._post("interrupt"))["interrupted"]

    async def mood(self, mood: str | None, intensity: float = 1.0) -> None:
        await self._post("mood", mood=mood, intensity=intensity)

    async def gesture(self, gesture: str) -> None:
        await self._post("gesture", gesture=gesture)

    async def card(self, card: dict[str, Any]) -> None:
        await self._post("card", card=card)

    async def transcript(self) -> list[dict[str, Any]]:
        return (await self._client.request("GET", f"/v1/sessions/{self.id}/transcript"))["lines"]

    async def close(self) -> None:
        await self._client.request("DELETE", f"/v1/sessions/{self.id}")

    async def _post(self, what: str, **body: Any) -> dict[str, Any]:
        return await self._client.request("POST", f"/v1/sessions/{self.id}/{what}", body)


class Client:
    """One service. Every call raises ShurenError with the service's own code, BackendUnavailable where it is away."""

    def __init__(self, url: str = "http://127.0.0.1:8000", *, key: str = "") -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.AsyncClient(base_url=self._url, headers=self._headers, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def begin(self, persona: str = "", *, language: str = "", greet: bool = False) -> Session:
        """A new session without a realtime client."""
        made = await self.request("POST", "/v1/sessions", {"persona": persona, "language": language, "greet": greet})
        return Session(made["id"], made["resume"]["token"], self)

    async def voices(self) -> list[dict[str, Any]]:
        """What the service has weights of its own for."""
        return (await self.request("GET", "/v1/voices"))["voices"]

    async def avatars(self) -> list[dict[str, Any]]:
        """Those that are built or can be."""
        return (await self.request("GET", "/v1/avatars"))["avatars"]

    async def sessions(self) -> list[dict[str, Any]]:
        """Those under way."""
        return (await self.request("GET", "/v1/sessions"))["sessions"]

    @asynccontextmanager
    async def stage(self, session: str) -> AsyncIterator[Stage]:
        """Follow a session. Raises ShurenError `session_unknown`."""
        address = f"ws{self._url.removeprefix('http')}/v1/stages/{session}"
        binary = [Subprotocol("shuren.v1")]
        try:
            socket = await connect(address, subprotocols=binary, additional_headers=self._headers, max_size=LARGEST)
        except (OSError, TimeoutError, WebSocketException) as problem:
            raise BackendUnavailable(f"{address} did not answer: {problem}.") from problem
        async with socket:
            first = json.loads(await socket.recv())
            if first["type"] == "error":
                raise _told(first["error"])
            yield Stage(socket, Label(first["text"], first["text_en"]))

    async def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """A REST call; what it returns as JSON, None where there is nothing."""
        try:
            answer = await self._http.request(method, path, json=body)
        except httpx.HTTPError as problem:
            raise BackendUnavailable(f"{self._url} did not answer: {problem}.") from problem
        if answer.is_success:
            return answer.json() if answer.content else None
        try:
            raise _told(answer.json()["error"])
        except (ValueError, KeyError, TypeError):
            raise BackendUnavailable(f"{self._url}{path} answered {answer.status_code}.") from None


def _told(error: dict[str, Any]) -> ShurenError:
    problem = ShurenError(error["message"], hint=error.get("hint") or "")
    problem.code = error["code"]
    return problem
