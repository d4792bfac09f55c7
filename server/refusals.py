"""The shape of every error, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """What is wrong: `code` is stable, `message` is for people, `hint` says what to do."""

    code: str = Field(examples=["session_unknown"])
    message: str = Field(examples=["There is no session 'sess_1'."])
    hint: str | None = None


class Refusal(BaseModel):
    error: Problem


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route."""
    return {status: {"model": Refusal} for status in statuses}
