"""`POST /v1/audio/transcriptions`: a recording to text, as OpenAI's SDKs ask for it.

The recording is cut where nobody speaks, so that every segment has its time and a stream can tell each as soon as it is
recognised. Nothing of the upload is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from models.errors import RequestInvalid, RequestTooLarge
from server.access.web import Configured, integrator
from server.audio import shapes
from server.audio.decode import decoded
from server.audio.host import House
from server.audio.segments import Segment, transcribed
from server.audio.shapes import Shape, Stream, event, failure
from speech.types import INPUT_RATE, Language

SPARE = 1 << 20  # bytes of an upload that may be form fields
PROMPT_WORDS = 50
LANGUAGES: dict[str, Language | None] = {
    "": None, "zh": "zh", "zh-cn": "zh", "cmn": "zh", "chinese": "zh", "en": "en", "en-us": "en", "english": "en",
}  # fmt: skip


def _small_enough(request: Request, settings: Configured) -> None:
    """Before the upload is read. Raises RequestTooLarge, or RequestInvalid where its length is not told."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise RequestInvalid("The request does not tell its length.", hint="Send Content-Length.")
    if int(length) > (settings.audio.upload_mb << 20) + SPARE:
        raise RequestTooLarge(f"The recording is larger than {settings.audio.upload_mb} MB.", param="file")


router = APIRouter(dependencies=[Depends(integrator), Depends(_small_enough)])


@router.post("/v1/audio/transcriptions", response_model=None)
async def transcriptions(
    request: Request,
    house: House,
    settings: Configured,
    file: Annotated[UploadFile, File()],
    model: Annotated[str, Form()] = "",
    persona: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "",
    prompt: Annotated[str, Form()] = "",
    response_format: Annotated[Shape, Form()] = "json",
    temperature: Annotated[float, Form(ge=0, le=1)] = 0.0,
    granularities: Annotated[list[Literal["word", "segment"]] | None, Form(alias="timestamp_granularities[]")] = None,
    stream: Annotated[bool, Form()] = False,
) -> Response:
    """Text of `file`, as the persona hears it that `persona` or `model` names. `prompt`: words that are likely in it.
    `temperature` has no effect."""
    tongue = _language(language)
    data = await file.read()
    if len(data) > settings.audio.upload_mb << 20:
        raise RequestTooLarge(f"The recording is larger than {settings.audio.upload_mb} MB.", param="file")
    vad, recogniser = house.listener(persona, model)
    audio = await asyncio.to_thread(decoded, data, settings.audio.upload_seconds)
    work = transcribed(
        audio, vad, recogniser, language=tongue, words=words_of(prompt), timed="word" in (granularities or ())
    )
    found = _in_turn(work, request.app.state.transcribing)
    seconds = len(audio) / INPUT_RATE
    if stream:
        return Stream(_events(found, seconds), media_type="text/event-stream", headers={"Cache-Control": "no-store"})
    segments = [segment async for segment in found]
    if response_format == "text":
        return PlainTextResponse(shapes.whole(segments) + "\n")
    if response_format in ("srt", "vtt"):
        return PlainTextResponse(shapes.subtitles(segments, response_format))
    if response_format == "verbose_json":
        return JSONResponse(shapes.verbose(segments, seconds, words="word" in (granularities or ())))
    return JSONResponse({"text": shapes.whole(segments), "usage": shapes.usage(seconds)})


def words_of(prompt: str) -> tuple[str, ...]:
    """The likely words of a prompt: what stands between its marks, or all of it."""
    parts = prompt.replace("、", ",").replace("，", ",").replace(";", ",").replace("\n", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())[:PROMPT_WORDS]


def _language(name: str) -> Language | None:
    if name.lower() not in LANGUAGES:
        raise RequestInvalid(f"Nobody here hears {name[:40]!r}.", hint="Languages: zh, en.", param="language")
    return LANGUAGES[name.lower()]


async def _in_turn(segments: AsyncIterator[Segment], places: Any) -> AsyncIterator[Segment]:
    async with places, aclosing(segments):
        async for segment in segments:
            yield segment


async def _events(segments: AsyncIterator[Segment], seconds: float) -> AsyncIterator[bytes]:
    text = ""
    try:
        async with aclosing(segments):
            async for segment in segments:
                delta = shapes.glue(text, segment.heard.language) + segment.heard.text
                text += delta
                yield event({"type": "transcript.text.delta", "delta": delta})
    except Exception as problem:
        yield failure(problem, "/v1/audio/transcriptions")
        return
    yield event({"type": "transcript.text.done", "text": text, "usage": shapes.usage(seconds)})
