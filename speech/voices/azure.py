"""Azure's neural voices over the WebSocket its Speech SDK speaks, with the viseme and word events REST does not give.

One connection serves clause after clause. Each message is headers, an empty line and a body; audio frames begin with
the length of their headers, two bytes, big-endian. Times are ticks of 100 ns. The phones are our own front end's;
Azure's 22 viseme ids, aligned with them, say when each is spoken.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from models.errors import BackendError, BackendTimeout, BackendUnavailable
from models.markup import Marked
from speech.markup import PLAIN, Manner, manner_of, readable
from speech.pronounce.phones import Spoken
from speech.types import OUTPUT_RATE, Language
from speech.voices.alignment import spread
from speech.voices.clause import Clause
from speech.voices.loudness import Leveller
from speech.voices.whole import Sounding, WholeVoice

_TICKS = 10_000_000  # a second
_MAX_BYTES = OUTPUT_RATE * 2 * 120
_LOCALES = {"zh": "zh-CN", "en": "en-US"}
# Viseme ids (Microsoft, "Get facial position with viseme") to the phones of speech.types that they stand for.
_VISEMES = {
    0: "sil", 1: "AE AH AX @", 2: "AA a", 3: "AO", 4: "EH UH E", 5: "ER er", 6: "IY IH Y i v", 7: "UW W u", 8: "OW o e",
    9: "AW a", 10: "OY", 11: "AY EY a", 12: "HH h", 13: "R r", 14: "L l", 15: "S Z s z c iz",
    16: "SH CH JH ZH sh ch zh j q x ir", 17: "DH", 18: "F V f", 19: "D T N TH d t n", 20: "K G NG k g ng",
    21: "P B M b p m",
}  # fmt: skip
_PHONES = {number: frozenset(names.split()) for number, names in _VISEMES.items()}


class AzureVoice(WholeVoice):
    """`base_url`: a region such as `eastasia`, or a ws… address. `zh` and `en` are Azure's names of voices."""

    ahead = False  # characters are paid for

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str = "",
        zh: str = "zh-CN-XiaoxiaoNeural",
        en: str = "en-US-JennyNeural",
        speed: float = 1.0,
        gain: float = 0.0,
        timeout: float = 15.0,
    ) -> None:
        super().__init__(speed=speed, gain=gain)
        self.name = f"azure/{zh}+{en}"
        region = f"wss://{base_url}.tts.speech.microsoft.com/cognitiveservices/websocket/v1"
        self._url = base_url if "://" in base_url else region
        self._key, self._timeout = api_key, timeout
        self._voices: dict[Language, str] = {"zh": zh, "en": en}
        self._levels = {language: Leveller() for language in _LOCALES}
        self._socket: Any = None
        self._turn = asyncio.Lock()

    async def _sound(self, clause: Clause, words: tuple[Spoken, ...], manner: Manner) -> Sounding:
        ssml = ssml_of(clause, self._voices[clause.language])
        async with self._turn:
            try:
                async with asyncio.timeout(self._timeout):
                    made = await self._speak(ssml)
            except TimeoutError:
                await self._drop()
                raise BackendTimeout("Azure did not answer in time.") from None
            except BaseException:
                await self._drop()  # what was left of this answer must not begin the next
                raise
        pcm = np.frombuffer(bytes(made.audio[: len(made.audio) // 2 * 2]), "<i2").astype(np.float32) / 32768
        if not len(pcm):
            raise BackendError("Azure sent no sound.")
        gain = self._levels[clause.language].gain(pcm, OUTPUT_RATE)
        return Sounding(pcm * np.float32(10 ** (gain / 20)), spans_of(words, made.visemes, len(pcm)))

    async def aclose(self) -> None:
        await self._drop()

    async def _drop(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()

    async def _speak(self, ssml: str) -> _Answer:
        from websockets.exceptions import ConnectionClosed, WebSocketException

        for attempt in (1, 2):
            fresh = self._socket is None
            try:
                await self._connect()
                return await self._converse(ssml)
            except ConnectionClosed as error:
                await self._drop()
                if fresh or attempt == 2:  # an idle connection is closed by the server: once more on a new one
                    raise BackendUnavailable(f"Azure closed the connection: {error}", hint=self._hint) from error
            except (OSError, WebSocketException) as error:
                raise BackendUnavailable(f"Azure cannot be reached: {error}", hint=self._hint) from error
        raise AssertionError("unreachable")

    @property
    def _hint(self) -> str:
        return f"Are the key and {self._url} right?"

    async def _connect(self) -> None:
        if self._socket is not None:
            return
        from websockets.asyncio.client import connect

        headers = {"Ocp-Apim-Subscription-Key": self._key, "X-ConnectionId": uuid.uuid4().hex}
        self._socket = await connect(self._url, additional_headers=headers, max_size=2**22, open_timeout=self._timeout)
        system = {"name": "Shuren", "version": "1", "build": "Python", "lang": "Python"}
        await self._send("speech.config", json.dumps({"context": {"system": system}}))

    async def _converse(self, ssml: str) -> _Answer:
        request = uuid.uuid4().hex
        wanted = {"visemeEnabled": True, "wordBoundaryEnabled": True, "sentenceBoundaryEnabled": False}
        audio = {"metadataOptions": wanted, "outputFormat": "raw-24khz-16bit-mono-pcm"}
        await self._send("synthesis.context", json.dumps({"synthesis": {"audio": audio}}), request)
        await self._send("ssml", ssml, request, "application/ssml+xml")
        answer = _Answer()
        while True:
            headers, body = _parsed(await self._socket.recv())
            if headers.get("x-requestid", request).lower() != request:
                continue
            if headers.get("path") == "turn.end":
                return answer
            answer.take(headers.get("path", ""), body)

    async def _send(self, path: str, body: str, request: str = "", kind: str = "application/json") -> None:
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        head = f"X-RequestId:{request or uuid.uuid4().hex}\r\nX-Timestamp:{stamp}\r\nContent-Type:{kind}\r\nPath:{path}"
        await self._socket.send(f"{head}\r\n\r\n{body}")


@dataclass
class _Answer:
    """One clause as it arrives."""

    audio: bytearray = field(default_factory=bytearray)
    visemes: list[tuple[int, int]] = field(default_factory=list)  # (sample, id)

    def take(self, path: str, body: bytes) -> None:
        if path == "audio":
            self.audio += body
            if len(self.audio) > _MAX_BYTES:
                raise BackendError("Azure sends more than two minutes for one clause.")
        elif path == "audio.metadata":
            try:
                for event in json.loads(body)["Metadata"]:
                    if event["Type"] == "Viseme":
                        at = int(event["Data"]["Offset"]) * OUTPUT_RATE // _TICKS
                        self.visemes.append((at, int(event["Data"]["VisemeId"])))
            except (ValueError, KeyError, TypeError) as error:
                raise BackendError(f"Azure sent metadata that cannot be read: {error}") from error


def _parsed(message: str | bytes) -> tuple[dict[str, str], bytes]:
    """Headers, names in lower case, and body of a text or binary message. Raises BackendError."""
    if isinstance(message, str):
        head, _, text = message.partition("\r\n\r\n")
        body = text.encode()
    else:
        length = int.from_bytes(message[:2], "big")
        if len(message) < 2 + length:
            raise BackendError("Azure sent a frame shorter than its headers.")
        head, body = message[2 : 2 + length].decode(errors="replace"), message[2 + length :]
    pairs = (line.partition(":") for line in head.split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name}, body


def ssml_of(clause: Clause, voice: str) -> str:
    """The clause with its marks in Azure's SSML. Loudness is ours to set, rests lie between clauses."""
    text = Marked(clause.text, clause.marks)
    edges = sorted({0, len(text), *(edge for mark in text.marks for edge in (mark.start, mark.end))})
    inner = ""
    for start, end in zip(edges, edges[1:], strict=False):
        words = escape(readable(text.part(start, end), clause.language))
        manner = manner_of(text.marks, start, end)
        if (manner.rate, manner.pitch) != (PLAIN.rate, PLAIN.pitch):
            words = f'<prosody rate="{manner.rate:.2f}" pitch="{manner.pitch:+.1f}st">{words}</prosody>'
        inner += words
    locale = _LOCALES[clause.language]
    return (
        f'<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="{locale}">'
        f'<voice name={quoteattr(voice)}><prosody rate="{clause.pace:.2f}">{inner}</prosody></voice></speak>'
    )


def spans_of(
    words: tuple[Spoken, ...], visemes: Sequence[tuple[int, int]], samples: int
) -> list[tuple[int, int]] | None:
    """Samples of every sound from the viseme events; None where they are too few to tell."""
    sounds = [sound for word in words for sound in word.sounds]
    phones = [(k, phone) for k, sound in enumerate(sounds) for phone in sound.phones]
    events = sorted(visemes)
    if len(events) < len(phones) // 3 or not phones:
        return None
    starts = spread([name for _, name in phones], events, _PHONES, samples)
    out: list[tuple[int, int]] = []
    end = next((at for at, number in reversed(events) if number == 0 and at > starts[-1]), samples)
    bounds = [*starts, end]
    first = {k: n for n, (k, _) in reversed(list(enumerate(phones)))}
    at = bounds[0]
    for k, sound in enumerate(sounds):
        if k in first:
            at = bounds[first[k] + len(sound.phones)]
            out.append((bounds[first[k]], at))
        else:
            following = next((bounds[first[j]] for j in range(k + 1, len(sounds)) if j in first), end)
            out.append((at, max(at, following)))
    return out
