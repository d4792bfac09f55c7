"""Which kiosks there are and how they are. Nothing of visitors but when the last one was there; lost with the process,
and known again a heartbeat later."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.errors import RequestInvalid
from server.settings import Kiosk

EVERY_S = 30  # what a page is told to send a heartbeat by
LATE_S = 3 * EVERY_S  # after which it is said to be missing
MOST = 1000  # kiosks of a tenant; whoever may talk may send heartbeats too
Name = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


class Fault(BaseModel):
    """What went wrong since the page was opened, and how often. No words of anybody."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(pattern=r"^[a-z_]{1,40}$")
    count: int = Field(ge=1, le=1_000_000)


class Heartbeat(BaseModel):
    """What a kiosk says of itself every half minute."""

    model_config = ConfigDict(extra="forbid")

    version: str = Field("", max_length=40)
    """Of its page."""
    persona: str = Field("", max_length=64)
    phase: Literal["attract", "talk", "ask", "closed", "offline"]
    uptime_s: int = Field(ge=0)
    last_visitor_s: int | None = Field(None, ge=0)
    """How long ago somebody used it."""
    visitors: int = Field(0, ge=0)
    """Since its page was opened."""
    faults: list[Fault] = Field([], max_length=20)


class Fleet:
    """The kiosks of every tenant."""

    def __init__(self, settings: Kiosk, now: Callable[[], float] = time.time) -> None:
        self._names, self._now = tuple(settings.fleet), now
        self._heard: dict[tuple[str, str], tuple[float, Heartbeat]] = {}

    def beat(self, tenant: str, name: str, heartbeat: Heartbeat) -> None:
        """Raises RequestInvalid for a kiosk that is none of the fleet, or one too many."""
        if self._names and name not in self._names:
            raise RequestInvalid(f"There is no kiosk {name!r}.", hint="SHUREN_KIOSK__FLEET names them.")
        known = [key for key in self._heard if key[0] == tenant]
        if (tenant, name) not in self._heard and len(known) >= MOST:
            oldest = min(known, key=lambda key: self._heard[key][0])
            del self._heard[oldest]
        self._heard[tenant, name] = (self._now(), heartbeat)

    def tell(self, tenant: str) -> list[dict[str, Any]]:
        """Each kiosk by name: `state` is `ok`, `faulty` or `missing`; times in seconds ago."""
        now = self._now()
        heard = {name: entry for (whose, name), entry in self._heard.items() if whose == tenant}
        return [_told(name, now, heard.get(name)) for name in sorted({*self._names, *heard})]


def _told(name: str, now: float, entry: tuple[float, Heartbeat] | None) -> dict[str, Any]:
    if entry is None:
        return {"id": name, "state": "missing", "heard_s": None}
    at, heartbeat = entry
    ago = int(now - at)
    state = "missing" if ago > LATE_S else "faulty" if heartbeat.faults else "ok"
    told = heartbeat.model_dump()
    if heartbeat.last_visitor_s is not None:
        told["last_visitor_s"] = heartbeat.last_visitor_s + ago
    return {"id": name, "state": state, "heard_s": ago, **told}
