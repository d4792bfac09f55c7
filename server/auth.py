"""The optional API key: `Authorization: Bearer KEY`, or a subprotocol for browsers, whose sockets set no headers."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from typing import Annotated

from fastapi import Depends, Request

from models.errors import Unauthorized
from server.settings import Settings

BROWSER_KEY = "openai-insecure-api-key."  # what OpenAI's browser clients offer as a subprotocol


def check_key(wanted: str, headers: Mapping[str, str], subprotocols: Iterable[str] = ()) -> None:
    """Raises Unauthorized unless no key is wanted or the right one is given."""
    if not wanted:
        return
    given = [name.removeprefix(BROWSER_KEY) for name in subprotocols if name.startswith(BROWSER_KEY)]
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        given.append(token.strip())
    if not any(hmac.compare_digest(key.encode(), wanted.encode()) for key in given):
        raise Unauthorized("This service wants an API key.", hint="Send it as Authorization: Bearer KEY.")


def settings_of(request: Request) -> Settings:
    return request.app.state.settings


Configured = Annotated[Settings, Depends(settings_of)]


def authorised(request: Request, settings: Configured) -> None:
    """For `dependencies=[Depends(authorised)]`. Raises Unauthorized."""
    check_key(settings.api_key.get_secret_value(), request.headers)
