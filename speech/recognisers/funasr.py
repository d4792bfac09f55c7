"""A FunASR server over its WebSocket protocol: Paraformer, SenseVoice and what else it serves.

One connection for each utterance: a JSON message with the settings, the audio as 16-bit samples in pieces of 60 ms,
then `{"is_speaking": false}`. The answers are JSON, too. Servers that speak it mark the end in opposite ways:

- the C++ runtime's 2pass server: `is_final` is true with the last answer only; its offline server: there is one answer
- the Python server: `is_final` is true with every stretch between pauses and false with the last one, and there is no
  answer at all where it heard no speech

Protocol: FunASR's `runtime/docs/websocket_protocol.md`; the servers' sources differ from it as told here.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal

import numpy as np

from models.errors import BackendTimeout, BackendUnavailable
from speech.recognisers.remote import SHORTEST, nothing, pcm16, transcript
from speech.types import INPUT_RATE, Language, Transcript

TIMEOUT = 10.0  # s for a whole utterance, the connection included
PIECE = 2 * INPUT_RATE * 60 // 1000  # bytes a message; the Python server's voice detector expects 60 ms
LINGER = 0.3  # s to wait for more where an answer may be the last
HOTWORDS = 50
HOTWORD_LENGTH = 10  # characters; longer ones are sentences
HOTWORD_WEIGHT = 20  # as in FunASR's own examples
_TAG = re.compile(r"<\|([^|]*)\|>")  # SenseVoice writes language, feeling and event before the text

Mode = Literal["offline", "2pass"]


@dataclass
class _Answers:
    """What a server has said about one utterance."""

    mode: Mode
    stretches: list[str] = field(default_factory=list)  # by the large model, between pauses
    pieces: list[str] = field(default_factory=list)  # by the streaming model, as they came
    ended: bool = False
    may_have_ended: bool = False

    @property
    def text(self) -> str:
        """The large model's text where there is any: it corrects the streaming one's."""
        return "".join(self.stretches or self.pieces)

    def take(self, message: str | bytes) -> None:
        """Raises ValueError for what is no answer of the protocol."""
        answer = json.loads(message)
        if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
            raise ValueError("no text")
        kind, last = str(answer.get("mode", "")), bool(answer.get("is_final"))
        (self.pieces if kind.endswith("online") else self.stretches).append(answer["text"])
        if self.mode == "2pass":
            self.may_have_ended = not kind.endswith("online")
        elif kind == "offline":
            self.ended, self.may_have_ended = not last, last
        else:  # the runtime's 2pass server, which calls all its answers so
            self.ended = last


class FunASRRecogniser:
    """A `speech.types.Recogniser`."""

    name = "funasr"

    def __init__(self, *, base_url: str, mode: Mode = "offline", timeout: float = TIMEOUT) -> None:
        """`base_url`: ws://host:10095 or wss://…. `mode`: `2pass` for servers that know no other."""
        if mode not in ("offline", "2pass"):
            raise BackendUnavailable(f"Whole utterances are not recognised in mode {mode!r}.", hint="offline or 2pass")
        self._url, self._mode, self._timeout = base_url, mode, timeout
        self._closed = False

    async def transcribe(
        self,
        audio: np.ndarray,
        *,
        language: Language | None = None,
        words: tuple[str, ...] = (),
        partial: bool = False,
        timed: bool = False,
    ) -> Transcript:
        """Text of float32 16 kHz audio. Raises BackendUnavailable, BackendTimeout."""
        from websockets.exceptions import WebSocketException

        if self._closed:
            raise BackendUnavailable("The FunASR recogniser is shutting down.")
        if len(audio) < SHORTEST:
            return nothing(language)
        began = perf_counter()
        answers = _Answers(self._mode)
        try:
            async with asyncio.timeout(self._timeout):
                await self._ask(audio, () if partial else words, answers)
        except TimeoutError as problem:
            if not answers.stretches and not answers.pieces:
                raise BackendTimeout(f"The FunASR server at {self._url} did not answer in time.") from problem
        except (OSError, WebSocketException) as problem:
            raise BackendUnavailable(f"The FunASR server at {self._url} cannot be used: {problem}") from problem
        except ValueError as problem:
            raise BackendUnavailable(f"The FunASR server at {self._url} answered in no shape known.") from problem
        tags = _TAG.findall(answers.text)
        text = "" if "nospeech" in tags else _TAG.sub("", answers.text)
        told = next((tag for tag in tags if tag in ("zh", "en")), language)
        return transcript(text, told, began)

    async def aclose(self) -> None:
        self._closed = True

    async def _ask(self, audio: np.ndarray, words: tuple[str, ...], answers: _Answers) -> None:
        from websockets.asyncio.client import connect
        from websockets.exceptions import ConnectionClosed

        async with connect(self._url, subprotocols=["binary"], open_timeout=None, close_timeout=0.5) as socket:
            await socket.send(json.dumps(self._opening(words), ensure_ascii=False))
            pcm = pcm16(audio)
            for start in range(0, len(pcm), PIECE):
                await socket.send(pcm[start : start + PIECE])
            await socket.send(json.dumps({"is_speaking": False}))
            while not answers.ended:
                try:
                    async with asyncio.timeout(LINGER if answers.may_have_ended else None):
                        answers.take(await socket.recv())
                except TimeoutError:
                    return  # nothing more came: the last answer was the last
                except ConnectionClosed:
                    if answers.may_have_ended:
                        return
                    raise

    def _opening(self, words: tuple[str, ...]) -> dict[str, Any]:
        hot = [word for word in words if len(word) <= HOTWORD_LENGTH and " " not in word][:HOTWORDS]
        message: dict[str, Any] = {
            "mode": self._mode,
            "wav_name": "utterance",
            "wav_format": "pcm",
            "audio_fs": INPUT_RATE,
            "chunk_size": [5, 10, 5],
            "chunk_interval": 10,
            "is_speaking": True,
            "itn": False,  # numbers are written by our own rules, and the original is kept
        }
        return message | (
            {"hotwords": json.dumps(dict.fromkeys(hot, HOTWORD_WEIGHT), ensure_ascii=False)} if hot else {}
        )
