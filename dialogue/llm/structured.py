"""Answers of a language model that are data: one JSON object of a given form, or nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator

from dialogue.llm.base import LanguageModel, Message, Schema
from models.errors import BackendTimeout

LONGEST = 4000  # characters of an answer that are looked at


def response_format(schema: Schema | None) -> dict[str, Any]:
    """What OpenAI-compatible servers (llama.cpp among them) want to be asked, to hold an answer to a schema."""
    if schema is None:
        return {}
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}}


async def asked(
    model: LanguageModel, messages: Sequence[Message], schema: Schema, *, max_tokens: int, within_s: float
) -> dict[str, Any] | None:
    """The object the model answers with, at temperature 0; None where what it writes has not this form.

    Cancelling stops the model. Raises BackendError, BackendTimeout once `within_s` seconds are over.
    """
    text = ""
    try:
        async with asyncio.timeout(within_s):
            answer = model.chat(messages, max_tokens=max_tokens, temperature=0.0, schema=schema)
            async with aclosing(answer) as pieces:
                async for piece in pieces:
                    text += piece
    except TimeoutError:
        raise BackendTimeout(f"The language model took longer than {within_s:g} s.") from None
    return read(text, schema)


def read(text: str, schema: Schema) -> dict[str, Any] | None:
    """The object in what a model wrote, also where words or a code fence stand around it; None where none fits."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or len(text) > LONGEST:
        return None
    try:
        found = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):
        return None
    return found if _validator(json.dumps(schema, sort_keys=True)).is_valid(found) else None


@lru_cache(maxsize=64)
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema))
