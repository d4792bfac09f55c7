"""Azure's voice against a local server that speaks the Speech SDK's WebSocket protocol, with Hibari behind it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from xml.etree import ElementTree

import numpy as np
import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from models import markup
from models.errors import BackendError, BackendTimeout, BackendUnavailable
from speech.types import OUTPUT_RATE, Speech
from speech.voices.azure import _PHONES, AzureVoice, ssml_of
from speech.voices.clause import Clause
from speech.voices.hibari import HibariVoice

CLASS = {phone: number for number, phones in reversed(_PHONES.items()) for phone in phones}


class Azure:
    """One server. `mood` makes it fail: "silent", "hangup", "garbage", "short"."""

    def __init__(self) -> None:
        self.mood = ""
        self.ssml: list[str] = []
        self.asked = asyncio.Event()
        self.context: dict = {}
        self.connections = 0
        self.spoken: list[Speech] = []
        self._voice = HibariVoice()

    def admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Ocp-Apim-Subscription-Key") != "secret":
            return connection.respond(401, "no such key\n")
        return None

    async def talk(self, connection: ServerConnection) -> None:
        self.connections += 1
        async for message in connection:
            head, _, body = message.partition("\r\n\r\n")
            headers = dict(line.split(":", 1) for line in head.split("\r\n"))
            assert headers["X-RequestId"] and headers["X-Timestamp"].endswith("Z")
            if headers["Path"] == "synthesis.context":
                self.context = json.loads(body)["synthesis"]["audio"]
            elif headers["Path"] == "ssml":
                self.ssml.append(body)
                self.asked.set()
                await self._answer(connection, headers["X-RequestId"], body)

    async def _answer(self, connection: ServerConnection, request: str, ssml: str) -> None:
        text = "".join(ElementTree.fromstring(ssml).itertext())
        if self.mood == "silent":
            return
        await self._send(connection, request, "turn.start", "{}")
        if self.mood == "hangup":
            await connection.close(1011, "quota")
            return
        pieces = [speech async for speech in self._voice.say(text)]
        self.spoken += pieces
        at = 0
        for speech in pieces:
            ticks = 10_000_000 / OUTPUT_RATE
            events = [
                {"Type": "Viseme", "Data": {"Offset": int((at + p.start) * ticks), "VisemeId": CLASS[p.symbol]}}
                for p in speech.phones
            ]  # fmt: skip
            if self.mood == "garbage":
                events = [{"Type": "Viseme"}]
            await self._send(connection, request, "audio.metadata", json.dumps({"Metadata": events}))
            head = f"X-RequestId:{request}\r\nContent-Type:audio/x-raw\r\nPath:audio\r\n".encode()
            data = speech.pcm.tobytes()
            for start in range(0, len(data), 4000):
                await connection.send(len(head).to_bytes(2, "big") + head + data[start : start + 4000])
            if self.mood == "short":
                await connection.send(b"\xff\xff12")
            at += speech.samples
        await self._send(connection, request, "turn.end", "{}")

    async def _send(self, connection: ServerConnection, request: str, path: str, body: str) -> None:
        await connection.send(f"X-RequestId:{request}\r\nContent-Type:application/json\r\nPath:{path}\r\n\r\n{body}")


@pytest.fixture
async def azure() -> AsyncIterator[tuple[Azure, Server]]:
    teller = Azure()
    async with serve(teller.talk, "127.0.0.1", 0, process_request=teller.admit) as server:
        yield teller, server


def _voice(server: Server, key: str = "secret", **settings: float) -> AzureVoice:
    port = server.sockets[0].getsockname()[1]
    return AzureVoice(base_url=f"ws://127.0.0.1:{port}/tts", api_key=key, **settings)


async def _said(voice: AzureVoice, text: str) -> list[Speech]:
    return [speech async for speech in voice.say(text)]


async def test_visemes_time_the_phones(azure: tuple[Azure, Server]) -> None:
    teller, server = azure
    voice = _voice(server)
    text = "Good morning, please take a number and have a seat in the hall."
    spoken = await _said(voice, text)
    await voice.aclose()
    assert "".join(word.text for speech in spoken for word in speech.words) == text
    assert all(speech.timed for speech in spoken)
    assert teller.context["outputFormat"] == "raw-24khz-16bit-mono-pcm"
    assert teller.context["metadataOptions"]["visemeEnabled"] and teller.connections == 1
    wrong = []
    for ours, truth in zip(spoken, teller.spoken, strict=True):
        a, b = ([p for p in speech.phones if p.symbol != "sil"] for speech in (ours, truth))
        assert [p.symbol for p in a] == [p.symbol for p in b]
        wrong += [abs(p.start - q.start) for p, q in zip(a, b, strict=True)]
    assert np.median(wrong) < 0.01 * OUTPUT_RATE and np.percentile(wrong, 95) < 0.06 * OUTPUT_RATE


def test_marks_become_azures_ssml() -> None:
    text = markup.read(
        'A & B <prosody rate="80%">slow</prosody> <sub alias="x &lt; y">z</sub> <emphasis>now</emphasis>'
    )
    body = ssml_of(Clause(str(text), "en", 0.9, text.marks), 'en-"Jenny"')
    root = ElementTree.fromstring(body)
    assert "".join(root.itertext()).startswith("A & B slow x &lt; y")
    assert 'rate="0.90"' in body and 'rate="0.80"' in body
    assert re.search(r'rate="0\.89" pitch="\+0\.9st">now', body)


async def test_a_connection_that_went_idle_is_opened_again(azure: tuple[Azure, Server]) -> None:
    teller, server = azure
    voice = _voice(server)
    await _said(voice, "Hello.")
    await voice._socket.close()
    await _said(voice, "Goodbye.")
    await voice.aclose()
    assert teller.connections == 2 and len(teller.ssml) == 2


@pytest.mark.parametrize(
    ("mood", "error"),
    [("hangup", BackendUnavailable), ("garbage", BackendError), ("short", BackendError), ("silent", BackendTimeout)],
)
async def test_failures_are_told_apart_and_the_next_clause_is_clean(
    azure: tuple[Azure, Server], mood: str, error: type[Exception]
) -> None:
    teller, server = azure
    voice = _voice(server, timeout=0.5 if mood == "silent" else 15)
    teller.mood = mood
    with pytest.raises(error):
        await _said(voice, "Hello.")
    teller.mood = ""
    voice._timeout = 15
    (speech,) = await _said(voice, "Hello.")
    await voice.aclose()
    assert speech.words[0].text == "Hello."


async def test_a_wrong_key_is_unavailable_with_a_hint(azure: tuple[Azure, Server]) -> None:
    voice = _voice(azure[1], key="stolen")
    with pytest.raises(BackendUnavailable) as caught:
        await _said(voice, "Hello.")
    assert "401" in str(caught.value) and "key" in caught.value.hint and "stolen" not in str(caught.value)


async def test_cancelling_leaves_nothing_of_the_answer_behind(azure: tuple[Azure, Server]) -> None:
    teller, server = azure
    voice = _voice(server)
    teller.mood = "silent"
    task = asyncio.create_task(_said(voice, "This is never said."))
    await teller.asked.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    teller.mood = ""
    (speech,) = await _said(voice, "Hello.")
    await voice.aclose()
    assert speech.words[0].text == "Hello." and teller.connections == 2


def test_a_region_is_an_address() -> None:
    assert AzureVoice(base_url="eastasia")._url.startswith("wss://eastasia.tts.speech.microsoft.com/")
