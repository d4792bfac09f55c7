"""`POST /v1/audio/speech`: text to speech, as OpenAI's SDKs ask for it.

The answer streams while it is spoken (WAV and FLAC come whole), as audio or as server-sent events.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import math
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field, field_validator

from avatar.render.aigc import KEY, Mark
from models.errors import RequestInvalid
from server.access.web import Configured, integrator
from server.audio.encode import MEDIA_TYPES, Encoder, Format, encoder
from server.audio.host import House
from server.audio.shapes import Stream, event, failure
from speech.types import OUTPUT_RATE, Speech, Voice

router = APIRouter(dependencies=[Depends(integrator)])

SPEEDS = (0.5, 2.0)  # what voices can do; OpenAI allows 0.25 to 4
TOKENS_PER_SECOND = 20  # of audio, as OpenAI counts output


class SpeechRequest(BaseModel):
    """OpenAI's request. `voice`: a voice's own name, a persona's id, or one of OpenAI's names for the default one."""

    input: str
    model: str = ""
    voice: str = ""
    response_format: Format = "mp3"
    speed: float = Field(1.0, ge=0.25, le=4.0)
    stream_format: Literal["audio", "sse"] = "audio"
    instructions: str = ""

    @field_validator("voice", mode="before")
    @classmethod
    def _by_id(cls, voice: Any) -> Any:
        """OpenAI also allows `{"id": …}`."""
        return voice.get("id", "") if isinstance(voice, dict) else voice


@router.post("/v1/audio/speech", response_class=StreamingResponse)
async def speech(wanted: SpeechRequest, request: Request, house: House, settings: Configured) -> Stream:
    """Speak `input`. Errors before the first sound have a status of their own."""
    limit = settings.audio.input_characters
    if not wanted.input.strip():
        raise RequestInvalid("There is nothing to say.", param="input")
    if len(wanted.input) > limit:
        raise RequestInvalid(f"The text is longer than {limit} characters.", hint="Send it in parts.", param="input")
    voice = house.speaker(wanted.voice, wanted.model)
    mark = Mark(settings.audio.producer)
    spoken = _spoken(wanted, voice, request.app.state.speaking)
    first = await anext(spoken, None)  # what can go wrong mostly goes wrong here
    events = wanted.stream_format == "sse"
    make = functools.partial(encoder, wanted.response_format, mark, request.app.state.signer)
    parts = (_sse if events else _audio)(wanted, _first_then(first, spoken), make)
    kind = "text/event-stream" if events else MEDIA_TYPES[wanted.response_format]
    return Stream(parts, media_type=kind, headers=_headers(wanted, mark))


def _headers(wanted: SpeechRequest, mark: Mark) -> dict[str, str]:
    notices = []
    if wanted.instructions:
        notices.append("instructions have no effect")
    if not SPEEDS[0] <= wanted.speed <= SPEEDS[1]:
        notices.append(f"speed is limited to {SPEEDS[0]} to {SPEEDS[1]}")
    headers = {KEY: mark.as_json(), "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return headers | ({"Shuren-Notice": "; ".join(notices)} if notices else {})


async def _spoken(wanted: SpeechRequest, voice: Voice, places: Any) -> AsyncIterator[Speech]:
    async with places, aclosing(voice.say(wanted.input, speed=_speed(wanted.speed))) as said:
        async for piece in said:
            yield piece


def _speed(speed: float) -> float:
    return min(max(speed, SPEEDS[0]), SPEEDS[1])


async def _first_then(first: Speech | None, rest: AsyncIterator[Speech]) -> AsyncIterator[Speech]:
    async with aclosing(rest):
        if first is not None:
            yield first
        async for piece in rest:
            yield piece


async def _audio(
    wanted: SpeechRequest, spoken: AsyncIterator[Speech], make: Callable[[], Encoder]
) -> AsyncIterator[bytes]:
    """Encoded as it comes."""
    coder = await asyncio.to_thread(make)
    async with aclosing(spoken):
        async for piece in spoken:
            if data := await asyncio.to_thread(coder.push, piece.pcm):
                yield data
    yield await asyncio.to_thread(coder.close)


async def _sse(
    wanted: SpeechRequest, spoken: AsyncIterator[Speech], make: Callable[[], Encoder]
) -> AsyncIterator[bytes]:
    seconds = 0.0

    async def counted() -> AsyncIterator[Speech]:
        nonlocal seconds
        async with aclosing(spoken):
            async for piece in spoken:
                seconds += piece.samples / OUTPUT_RATE
                yield piece

    try:
        async with aclosing(_audio(wanted, counted(), make)) as parts:
            async for data in parts:
                yield event({"type": "speech.audio.delta", "audio": base64.b64encode(data).decode()})
    except Exception as problem:
        yield failure(problem, "/v1/audio/speech")
        return
    used = {"input_tokens": len(wanted.input), "output_tokens": math.ceil(seconds * TOKENS_PER_SECOND)}
    yield event({"type": "speech.audio.done", "usage": used | {"total_tokens": sum(used.values())}})
