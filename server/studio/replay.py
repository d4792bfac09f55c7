"""A recording of comments comes in again, in its own time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pydantic import ValidationError

from models.errors import RequestInvalid
from server.studio.comments import Said

if TYPE_CHECKING:
    from server.studio.show import Show


def read_jsonl(lines: Iterable[str]) -> list[Said]:
    """The comments of a JSONL file, one a line; empty lines are left out. Raises RequestInvalid, naming the line."""
    said = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                said.append(Said.model_validate(json.loads(line)))
            except (ValueError, ValidationError) as error:
                raise RequestInvalid(f"Line {number} is no comment.", hint='{"user": …, "text": …, "at": …}') from error
    return said


async def replay(show: Show, comments: Sequence[Said], speed: float = 1.0) -> None:
    """Each at its `at`, as many times faster as `speed` says; those without come with the one before."""
    began = show.now
    for said in sorted(comments, key=lambda each: each.at or 0.0):
        await asyncio.sleep(max(0.0, began + (said.at or 0.0) / speed - show.now))
        show.take(said)
