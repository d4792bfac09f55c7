"""Recognition servers on a real socket, speaking the real protocols; what they hear is up to the test."""

from __future__ import annotations

import asyncio
import email
import email.policy
import io
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import numpy as np
import soundfile
import uvicorn
from fastapi import FastAPI, Request
from websockets.asyncio.server import ServerConnection, serve

Hears = Callable[[np.ndarray, str | None], Awaitable[str]]  # (float32 at 16 kHz, language) → text
SILENCE = 16_000 * 8 // 10  # samples below which the Python FunASR server's detector sees no pause


@asynccontextmanager
async def openai_server(hears: Hears) -> AsyncIterator[str]:
    """The address of a server with OpenAI's `/v1/audio/transcriptions`."""
    app = FastAPI()

    @app.post("/v1/audio/transcriptions")
    async def transcriptions(request: Request) -> dict[str, str]:
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        parts = email.message_from_bytes(head + await request.body(), policy=email.policy.HTTP).iter_parts()
        form = {part.get_param("name", header="content-disposition"): part.get_payload(decode=True) for part in parts}
        audio, rate = soundfile.read(io.BytesIO(form["file"]), dtype="float32")
        assert rate == 16_000 and form["model"]
        language = form["language"].decode() if "language" in form else None
        return {"text": await hears(audio, language)}

    listening = socket.create_server(("127.0.0.1", 0))  # connections wait here until the server has started
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        await running


class FunASRServer:
    """One connection at a time of a FunASR server of either kind: `runtime` (C++, 2pass) or `python`."""

    def __init__(self, hears: Hears, kind: str = "runtime") -> None:
        self._hears, self._kind = hears, kind
        self.openings: list[dict] = []
        self.sizes: list[int] = []  # bytes of each piece of audio

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """The server's address."""
        async with serve(self._serve, "127.0.0.1", 0, subprotocols=["binary"]) as server:
            yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _serve(self, client: ServerConnection) -> None:
        opening = json.loads(await client.recv())
        assert opening["is_speaking"] is True and opening["wav_format"] == "pcm" and opening["audio_fs"] == 16_000
        self.openings.append(opening)
        pcm = b""
        async for message in client:
            if isinstance(message, str):
                assert json.loads(message) == {"is_speaking": False}
                await self._answer(client, opening["mode"], pcm)
                pcm = b""
                continue
            self.sizes.append(len(message))
            pcm += message

    async def _answer(self, client: ServerConnection, mode: str, pcm: bytes) -> None:
        audio = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
        texts = [await self._hears(stretch, None) for stretch in _stretches(audio)]
        runtime = self._kind == "runtime"
        label = mode if mode == "offline" and not runtime else "2pass-offline"
        if mode == "2pass" and texts:
            piece = {"mode": "2pass-online", "text": texts[0][:1], "wav_name": "utterance", "is_final": not runtime}
            await client.send(json.dumps(piece))
        for at, text in enumerate(texts):
            last = at == len(texts) - 1
            await asyncio.sleep(0.05 if at else 0)  # the large model takes its time for each stretch
            if text or runtime:
                final = last if runtime else not last
                await client.send(json.dumps({"mode": label, "text": text, "wav_name": "utterance", "is_final": final}))
        if runtime and not texts:
            await client.send(json.dumps({"text": "", "wav_name": "utterance", "is_final": True}))


def _stretches(audio: np.ndarray) -> list[np.ndarray]:
    """Cut where it is silent for long, as the servers' own voice detector does."""
    loud = np.flatnonzero(np.abs(audio) > 1e-3)
    if not len(loud):
        return []
    cuts = loud[np.flatnonzero(np.diff(loud) > SILENCE)] + 1
    return [piece for piece in np.split(audio, cuts) if np.abs(piece).max() > 1e-3]
