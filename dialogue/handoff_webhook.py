"""A desk behind a webhook: each handoff is a signed POST to the operator's own system.

    POST <url>          {"type": "handoff.requested", "handoff": {…}}  → 2xx; {"accepted": false} where nobody is there
    POST <url>          {"type": "handoff.visitor_said", "handoff_id": …, "text": …, "sign": …}

Its headers are those of every webhook of the service (dialogue/tools/signed.py); `webhook-id` is the same for every
attempt.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import httpx2

from dialogue.handoff import Handoff
from dialogue.tools import signed
from dialogue.tools.network import NotSent, only
from models.errors import BackendTimeout, BackendUnavailable, ToolFailed

TIMEOUT_S = 4.0  # of one attempt
PAUSES_S = (0.3, 1.0)  # between attempts
LARGEST = 64 << 10  # bytes of an answer that are read


class _Busy(BackendUnavailable):
    """Worth another attempt."""


class WebhookDesk:
    """Raises BackendTimeout or BackendUnavailable where the receiver does not answer."""

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        private: bool = False,
        transport: httpx2.AsyncBaseTransport | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`private`: it may lie in a private network or on this machine."""
        if not url.startswith(("https://", "http://")):
            raise BackendUnavailable(f"Not a web address: {url!r}", hint="Write https://host/path.")
        if not secret:
            raise BackendUnavailable("A handoff webhook needs a secret.", hint="Both sides sign with it.")
        self._url, self._secret, self._now = url, signed.read(secret), now
        self._http = httpx2.AsyncClient(
            timeout=TIMEOUT_S, follow_redirects=False, transport=transport or only(url, private=private)
        )

    async def call(self, handoff: Handoff) -> bool:
        """See dialogue.handoff.Desk."""
        answer = await self._post({"type": "handoff.requested", "handoff": handoff.as_dict()}, handoff.id)
        return answer.get("accepted", True) is not False

    async def visitor_said(self, handoff_id: str, text: str, *, sign: str = "") -> None:
        """See dialogue.handoff.Desk."""
        body = {"type": "handoff.visitor_said", "handoff_id": handoff_id, "text": text, "sign": sign}
        await self._post(body, f"{handoff_id}.{time.monotonic_ns()}")

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _post(self, body: dict[str, Any], key: str) -> dict[str, Any]:
        content = json.dumps(body, ensure_ascii=False).encode()
        for pause in PAUSES_S:
            try:
                return await self._attempt(content, key)
            except (BackendTimeout, _Busy):
                await asyncio.sleep(pause)
        return await self._attempt(content, key)

    async def _attempt(self, content: bytes, key: str) -> dict[str, Any]:
        try:
            headers = signed.headers([self._secret], key, int(self._now()), content)
            response = await self._http.post(self._url, content=content, headers=headers)
        except httpx2.TimeoutException as error:
            raise BackendTimeout("The handoff webhook did not answer in time.") from error
        except (httpx2.HTTPError, NotSent) as error:
            raise _Busy(f"The handoff webhook cannot be reached ({type(error).__name__}).") from error
        except ToolFailed as error:
            hint = "SHUREN_HANDOFF__PRIVATE=true allows private addresses, if it is meant."
            raise BackendUnavailable(f"The handoff webhook is not called: {error.message}", hint=hint) from error
        if response.is_success:
            return _fields(response)
        status = response.status_code
        problem = _Busy if status >= 500 or status == 429 else BackendUnavailable
        raise problem(f"The handoff webhook answered with status {status}.")


def _fields(response: httpx2.Response) -> dict[str, Any]:
    """The fields of the answer; none where it is no JSON object: a 2xx says enough."""
    try:
        answer = json.loads(response.content[:LARGEST])
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
