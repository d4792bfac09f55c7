"""Transcripts in the shapes of OpenAI's API: json, text, srt, vtt, verbose_json, and the events of a stream."""

from __future__ import annotations

import json
import logging
import math
import zlib
from collections.abc import Sequence
from typing import Any, Literal

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from models.errors import ShurenError
from server import logs
from server.audio.segments import Segment

Shape = Literal["json", "text", "srt", "vtt", "verbose_json"]
NAMES = {"zh": "chinese", "en": "english"}


def glue(before: str, language: str) -> str:
    """What stands between `before` and the segment that follows."""
    return " " if before and language == "en" else ""


def whole(segments: Sequence[Segment]) -> str:
    """All that was said."""
    text = ""
    for segment in segments:
        text += glue(text, segment.heard.language) + segment.heard.text
    return text


def usage(seconds: float) -> dict[str, Any]:
    return {"type": "duration", "seconds": math.ceil(seconds)}


def subtitles(segments: Sequence[Segment], shape: Literal["srt", "vtt"]) -> str:
    """SubRip or WebVTT, a cue a segment."""
    point = "," if shape == "srt" else "."
    cues = []
    for number, segment in enumerate(segments, 1):
        times = f"{_clock(segment.start, point)} --> {_clock(segment.end, point)}"
        cues.append((f"{number}\n" if shape == "srt" else "") + f"{times}\n{segment.heard.text}\n")
    return ("" if shape == "srt" else "WEBVTT\n\n") + "\n".join(cues)


def verbose(segments: Sequence[Segment], seconds: float, *, words: bool) -> dict[str, Any]:
    """With times. `words`: also those of words, where the recogniser tells them."""
    language = segments[0].heard.language if segments else "zh"
    answer: dict[str, Any] = {
        "task": "transcribe",
        "language": NAMES[language],
        "duration": round(seconds, 2),
        "text": whole(segments),
        "segments": [_segment(number, segment) for number, segment in enumerate(segments)],
        "usage": usage(seconds),
    }
    if words:
        answer["words"] = [word for segment in segments for word in _words(segment)]
    return answer


def _segment(number: int, segment: Segment) -> dict[str, Any]:
    heard = segment.heard
    data = heard.text.encode()
    return {
        "id": number,
        "seek": 0,
        "start": round(segment.start, 2),
        "end": round(segment.end, 2),
        "text": heard.text,
        "original": heard.original or heard.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": heard.avg_logprob,
        "compression_ratio": _ratio(data),
        "no_speech_prob": 0.0,
        "confidence": round(heard.confidence, 3),
    }


def _ratio(data: bytes) -> float:
    return round(len(data) / len(zlib.compress(data)), 2) if data else 0.0


def _words(segment: Segment) -> list[dict[str, Any]]:
    return [
        {
            "word": word.text,
            "start": round(segment.start + word.start, 2),
            "end": round(segment.start + word.end, 2),
            "confidence": round(word.confidence, 3),
        }
        for word in segment.heard.words
        if word.end > word.start
    ]


def _clock(seconds: float, point: str) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


class Stream(StreamingResponse):
    """Ends the work behind the stream when the client has gone. A backend that fails midway breaks the connection
    off, which is how a client learns that what it has is not whole."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except ShurenError as problem:
            logs.event("broke_off", level=logging.WARNING, path=scope["path"], **problem.as_dict())
        finally:
            await self.body_iterator.aclose()


def event(data: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def failure(problem: Exception, path: str) -> bytes:
    """The event that ends a stream that broke; what nobody foresaw is logged and not told."""
    if isinstance(problem, ShurenError):
        told = problem.as_dict()
    else:
        logs.failure("request_failed", problem, path=path)
        told = {"code": "error", "message": "Something went wrong."}
    return event({"error": told | {"type": "server_error"}})
