"""Which sites' pages may use the service."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from models.errors import RequestInvalid

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# scheme://host or scheme://host:port, nothing else: it is also written into headers.
ORIGIN = re.compile(r"https?://([a-z0-9-]+\.)*[a-z0-9-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")


def parsed(text: str) -> str:
    """An origin as browsers write it. Raises RequestInvalid."""
    origin = text.strip().lower().rstrip("/")
    if not ORIGIN.fullmatch(origin):
        raise RequestInvalid(f"{text[:80]!r} is no origin.", hint="Write https://shop.example, without a path.")
    return origin


def local(host: str) -> bool:
    """Whether a `Host` header, or a host and port, names this machine."""
    return _name(f"http://{host}") in LOOPBACK


def _name(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""


def local_page(origin: str) -> bool:
    """A page served from this machine, by this service or while somebody works on one."""
    return _name(origin) in LOOPBACK


def same_site(origin: str, host: str) -> bool:
    """A page this service has served itself."""
    return bool(host) and origin.partition("://")[2] == host.lower()


def allowed(origin: str, host: str, origins: Iterable[str]) -> bool:
    """Whether a page of `origin` may ask. No origin: no browser page, which is for keys and tokens to decide."""
    return not origin or same_site(origin.lower(), host) or origin.lower() in origins
