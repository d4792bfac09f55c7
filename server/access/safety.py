"""What keeps browsers and the service safe from each other, around every request: security headers, which pages may
frame ours or read our answers, how large a body may be, and that nothing is said any more after a stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import OriginRefused, RequestTooLarge, ShurenError
from server.access.access import Access
from server.access.caller import DEFAULT_TENANT

# The page's own scripts, styles and media, and nothing from elsewhere. `blob:` is what three.js decodes textures from.
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "media-src 'self' blob:; connect-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
)
DATA = "default-src 'none'; frame-ancestors 'none'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
}
# A kiosk that looks for faces does so in the browser, which compiles MediaPipe's WebAssembly; its pictures go nowhere.
WATCHING = {"script-src 'self'": "script-src 'self' 'wasm-unsafe-eval'", "camera=()": "camera=(self)"}
METHODS = "GET, POST, PUT, PATCH, DELETE"
REQUEST_HEADERS = "Authorization, Content-Type, Idempotency-Key, OpenAI-Beta"
TRUSTED_FOR_S = "600"
UPLOADS = ("/v1/audio/transcriptions", "/v1/personas")  # these have a limit of their own, told before the body is read


class Safety:
    """ASGI middleware."""

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        *,
        body_bytes: int,
        uploads: Sequence[str] = UPLOADS,
        watching: Sequence[str] = (),
    ) -> None:
        """`watching`: pages that may use the camera."""
        self._app, self._access, self._most, self._uploads = app, access, body_bytes, tuple(uploads)
        self._watching = frozenset(watching)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "").lower()
        pages = await self._access.gate.pages() if origin else ()
        answer = _Answer(send, await self._common(scope, origin if origin in pages else ""), self._access)
        if scope["method"] == "OPTIONS" and origin and "access-control-request-method" in headers:
            await _preflight(answer, origin in pages)
            return
        most = None if scope["path"] in self._uploads else self._most
        if most is not None and _told(headers) > most:
            await answer.refuse(413, _too_large(most))
            return
        await self._app(scope, _capped(receive, most), answer.send)

    async def _common(self, scope: Scope, origin: str) -> dict[str, str]:
        headers = HEADERS | {"Content-Security-Policy": DATA}
        if not scope["path"].startswith("/v1/"):
            tenant = parse_qs(scope["query_string"].decode("latin-1")).get("tenant", [DEFAULT_TENANT])[0]
            ancestors = " ".join(["'self'", *await self._access.gate.pages(tenant)])
            headers["Content-Security-Policy"] = PAGE.format(ancestors=ancestors)
        if scope["path"] in self._watching:
            headers = {name: _replaced(value, WATCHING) for name, value in headers.items()}
        if scope.get("scheme") == "https":
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if origin:
            headers |= {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After"}
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return headers


class _Answer:
    """Adds the headers to whatever answers, and says no more of a stream once the service is stopped."""

    def __init__(self, send: Send, headers: dict[str, str], access: Access) -> None:
        self._send, self.headers, self._access = send, headers, access
        self._streaming = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in self.headers.items():
                headers.setdefault(name, value)
            headers.add_vary_header("Origin")
        elif message["type"] == "http.response.body":
            if self._streaming and message.get("more_body") and self._access.kill.stop:
                raise self._access.kill.problem()  # in the middle of an answer: the connection breaks off
            self._streaming = bool(message.get("more_body"))
        await self._send(message)

    async def refuse(self, status: int, problem: ShurenError | None) -> None:
        body = JSONResponse({"error": problem.as_dict()}, status) if problem else Response(status_code=status)
        await body({"type": "http"}, _nothing, self.send)


async def _preflight(answer: _Answer, allowed: bool) -> None:
    if not allowed:
        await answer.refuse(403, OriginRefused("Pages of this site may not use this service."))
        return
    answer.headers |= {
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": REQUEST_HEADERS,
        "Access-Control-Max-Age": TRUSTED_FOR_S,
    }
    await answer.refuse(204, None)


def _replaced(text: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def _told(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 20 else 0


def _capped(receive: Receive, most: int | None) -> Receive:
    """A body without a told length is counted as it comes."""
    if most is None:
        return receive
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise HTTPException(413, _too_large(most).message)  # any other would be taken for a malformed body
        return message

    return counted


def _too_large(most: int) -> RequestTooLarge:
    return RequestTooLarge(f"The body is larger than {most} bytes.")


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
