"""Short-lived tokens for browsers: signed, so that nothing has to be looked up, and good for one thing only.

`ek_` and a JWT (HS256), as OpenAI's client secrets begin. A page offers it as a subprotocol, so it may hold only
letters, digits, `_`, `-` and `.`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import jwt

from models.errors import TokenExpired, Unauthorized
from server.realtime.ids import new_id

PREFIX = "ek_"
LONGEST = 4096  # characters
AUDIENCE = "shuren"
TokenScope = Literal["visitor", "stage"]


@dataclass(frozen=True)
class Token:
    """What a token says."""

    tenant: str
    key: str  # the key it was minted with: revoked with it
    scope: TokenScope = "visitor"
    persona: str = ""
    visitor: str = ""  # who the person is to the page's backend: what is kept of their talk is found by it
    origins: tuple[str, ...] = ()
    id: str = ""
    expires: int = 0  # s since 1970


class Mint:
    """Makes and reads tokens with the service's secret."""

    def __init__(self, secret: bytes, now: Callable[[], float] = time.time) -> None:
        self._secret, self._now = secret, now

    def make(self, token: Token, seconds: int) -> tuple[str, int]:
        """The token as text, and when it expires (s since 1970)."""
        now = int(self._now())
        said = {"ten": token.tenant, "key": token.key, "scp": token.scope, "per": token.persona, "vis": token.visitor}
        said |= {"org": list(token.origins)}
        timed = {"aud": AUDIENCE, "jti": new_id("tok"), "iat": now, "exp": now + seconds}
        return PREFIX + jwt.encode(said | timed, self._secret, "HS256"), now + seconds

    def read(self, text: str, *, late_s: float = 0.0) -> Token:
        """`late_s`: how long after its end it is still taken. Raises Unauthorized or TokenExpired."""
        try:
            if len(text) > LONGEST:
                raise jwt.InvalidTokenError
            options = {"require": ["exp", "aud", "jti"], "verify_exp": False, "verify_iat": False}
            said = jwt.decode(
                text.removeprefix(PREFIX), self._secret, algorithms=["HS256"], audience=AUDIENCE, options=options
            )
        except jwt.InvalidTokenError:
            raise Unauthorized("This token is not one of ours.", hint="Ask the page's backend for a new one.") from None
        if said["exp"] + late_s <= self._now():  # by our clock, which tests move
            raise TokenExpired("This token has expired.", hint="Ask the page's backend for a new one.")
        return Token(
            tenant=said["ten"],
            key=said["key"],
            scope=said["scp"],
            persona=said["per"],
            visitor=said["vis"],
            origins=tuple(said["org"]),
            id=said["jti"],
            expires=said["exp"],
        )
