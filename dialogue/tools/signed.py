"""Webhooks as https://www.standardwebhooks.com describes them, so that receivers check them with a library:

webhook-id           the same for every attempt: whoever has seen it has had the message
webhook-timestamp    seconds since 1970, UTC; a receiver takes none older than a few minutes
webhook-signature    v1,<base64 of HMAC-SHA256 with the secret over "<id>.<timestamp>.<body>">, several with spaces
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"


def shown(secret: bytes) -> str:
    """The secret as receivers are given it."""
    return PREFIX + base64.b64encode(secret).decode()


def read(secret: str) -> bytes:
    """A secret as it is given: `whsec_` and base64, or any other text as it stands."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def headers(secrets: Sequence[bytes], message: str, at: int, body: bytes) -> dict[str, str]:
    """`secrets`: the one that counts, and those still good beside it."""
    signed = f"{message}.{at}.".encode() + body
    signatures = (base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode() for secret in secrets)
    return {
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
