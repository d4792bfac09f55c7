"""Builders of server events: plain dictionaries with the names and shapes OpenAI's SDKs expect, and Shuren's own.

Nothing here remembers anything; `translate.py` decides when an event is due.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from animation.types import RATE
from avatar.events import InputFinal, Interrupted, SentenceOut
from models.errors import SessionError, ShurenError
from server.realtime.ids import new_id
from speech.types import Word

Event = dict[str, Any]

# OpenAI counts audio in tokens of 100 ms (heard) and 50 ms (spoken); text is estimated, since half of what a persona
# says never passes a tokenizer.
HEARD_TOKEN_MS, SPOKEN_TOKEN_MS = 100, 50


def event(kind: str, **fields: Any) -> Event:
    """One server event with its id."""
    return {"type": kind, "event_id": new_id("event"), **fields}


def error(problem: ShurenError, *, culprit: str | None = None) -> Event:
    """An `error` event. `culprit` is the `event_id` of the client event that caused it."""
    client_fault = isinstance(problem, SessionError) or problem.code.startswith(("audio_", "persona_"))
    body = {
        "type": "invalid_request_error" if client_fault else "server_error",
        **problem.as_dict(),
        "param": None,
        "event_id": culprit,
    }
    return event("error", error=body)


# --- items ------------------------------------------------------------------------------------------------------------


def label_required(text: str, text_en: str, identity_code: str = "") -> Event:
    """`identity_code`: of the digital human; told only where one was issued."""
    code = {"identity_code": identity_code} if identity_code else {}
    return event("shuren.label.required", text=text, text_en=text_en, **code)


def user_text(item: str, text: str) -> Event:
    return _message(item, "user", "completed", [{"type": "input_text", "text": text}])


def user_audio(item: str, transcript: str | None, status: str = "completed") -> Event:
    return _message(item, "user", status, [{"type": "input_audio", "transcript": transcript}])


def assistant(item: str, transcript: str | None, status: str) -> Event:
    """An answer; `transcript` is None until something was said."""
    content = [] if transcript is None else [{"type": "output_audio", "transcript": transcript}]
    return _message(item, "assistant", status, content)


def function_call(item: str, call_id: str, name: str, arguments: str) -> Event:
    fields = {"call_id": call_id, "name": name, "arguments": arguments}
    return {"id": item, "object": "realtime.item", "type": "function_call", "status": "completed", **fields}


def function_call_output(item: str, call_id: str, output: str) -> Event:
    fields = {"call_id": call_id, "output": output}
    return {"id": item, "object": "realtime.item", "type": "function_call_output", "status": "completed", **fields}


def _message(item: str, role: str, status: str, content: list[Event]) -> Event:
    return {
        "id": item,
        "object": "realtime.item",
        "type": "message",
        "role": role,
        "status": status,
        "content": content,
    }


# --- responses --------------------------------------------------------------------------------------------------------


def response(
    response_id: str,
    status: str,
    *,
    voice: str,
    output: Sequence[Event] = (),
    details: Event | None = None,
    usage: Event | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Event:
    """The response object of `response.created` and `response.done`."""
    return {
        "id": response_id,
        "object": "realtime.response",
        "status": status,
        "status_details": details,
        "output": list(output),
        "output_modalities": ["audio"],
        "audio": {"output": {"format": {"type": "audio/pcm", "rate": RATE}, "voice": voice}},
        "max_output_tokens": "inf",
        "metadata": dict(metadata) if metadata else None,
        "usage": usage,
    }


def status_details(status: str, reason: str) -> Event:
    """Why a response ended as it did, with the few reasons the SDKs know."""
    if status == "failed":
        return {"type": "failed", "error": {"type": "server_error", "code": reason or "error"}}
    known = reason if reason in ("turn_detected", "client_cancelled") else None
    return {"type": status, **({"reason": known} if known else {})}


def usage(*, heard_ms: float, asked: str, spoken_ms: float, answered: str) -> Event:
    """Token counts of one response."""
    audio_in, audio_out = math.ceil(heard_ms / HEARD_TOKEN_MS), math.ceil(spoken_ms / SPOKEN_TOKEN_MS)
    text_in, text_out = text_tokens(asked), text_tokens(answered)
    return {
        "total_tokens": audio_in + audio_out + text_in + text_out,
        "input_tokens": audio_in + text_in,
        "output_tokens": audio_out + text_out,
        "input_token_details": {"text_tokens": text_in, "audio_tokens": audio_in, "cached_tokens": 0},
        "output_token_details": {"text_tokens": text_out, "audio_tokens": audio_out},
    }


def text_tokens(text: str) -> int:
    """An estimate: one token for each Chinese character, one for four others."""
    wide = sum(ord(char) >= 0x2E80 for char in text)
    return wide + math.ceil((len(text) - wide) / 4)


# --- Shuren's own -----------------------------------------------------------------------------------------------------


def sentence(said: SentenceOut) -> Event:
    citations = [
        {"passage_id": c.passage_id, "title": c.title, "source": c.source, "as_of": c.as_of} for c in said.citations
    ]
    return event(
        "shuren.sentence",
        turn=said.turn,
        item_id=said.item,
        text=said.text,
        language=said.language,
        source=said.source,
        citations=citations,
        handoff=said.handoff,
    )


def heard(final: InputFinal) -> Event:
    """What is known of a transcript beside its text."""
    words = [{"text": word.text, "confidence": round(word.confidence, 3)} for word in final.words]
    return {
        "language": final.language,
        "confidence": round(final.confidence, 3),
        "original": final.original or final.text,
        "words": words,
    }


def interrupted(cut: Interrupted) -> Event:
    return event("shuren.interrupted", turn=cut.turn, item_id=cut.item, pts=cut.pts, final=cut.final)


def caption(turn: int, item: str, pts: int, words: Sequence[Word]) -> Event:
    timed = [{"text": word.text, "start": word.start, "end": word.end} for word in words]
    return event("shuren.caption", turn=turn, item_id=item, pts=pts, words=timed)
