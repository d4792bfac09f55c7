"""Sends a session's frames to programs outside (Unreal Engine by Live Link, VRM programs by VMC), each at its time.

Frames come in runs and ahead of time; UDP receivers show what arrives at once, so frames are held until their moment:
`pts` on the media clock plus a cushion, as the page does. What an interruption takes back is never sent.
"""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from animation.formats import livelink
from animation.types import FPS, RATE, Frames

CUSHION = 0.12  # s behind the media clock: frames are made 20 ms at a time, and the network jitters
LATE = 0.25  # s; frames later than this move the clock on instead of being hurried through
KEPT = 10 * FPS  # frames waiting; beyond it the oldest are dropped

Encode = Callable[[Frames], list[bytes]]


@dataclass(frozen=True)
class Target:
    """A receiver: how frames become datagrams, and its address."""

    encode: Encode
    host: str
    port: int


def live_link(address: str, subject: str, *, rate: int = FPS) -> Target:
    """Live Link Face at "host" or "host:port". Raises ValueError for an address that is none."""
    device = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"shuren/{subject}"))
    return Target(
        lambda frames: livelink.encode(frames, subject=subject, device=device, rate=rate),
        *_address(address, livelink.PORT),
    )


def vmc(address: str, rig: Mapping[str, Any], *, names: str = "vrm0", rate: int = FPS) -> Target:
    """VMC at "host" or "host:port" for the avatar whose parsed rig.json this is. Raises ValueError."""
    from animation.formats.vmc import PORT, VmcEncoder

    return Target(VmcEncoder(rig, names=names, rate=rate).encode, *_address(address, PORT))


def osc(address: str, *, rate: int = FPS) -> Target:
    """Plain OSC at "host:port". Raises ValueError."""
    from animation.formats.osc import PORT, OscEncoder

    return Target(OscEncoder(rate=rate).encode, *_address(address, PORT))


class Mirror:
    """Sends to any number of targets. `seconds` is the clock, monotonic; `run` is its one task.

    Receivers that are away or full lose frames and nothing else: `failed` counts datagrams the system refused.
    """

    def __init__(self, targets: Sequence[Target], seconds: Callable[[], float]) -> None:
        self._targets, self._seconds = targets, seconds
        self._waiting: deque[Frames] = deque(maxlen=KEPT)
        self._ready = asyncio.Event()
        self._origin: float | None = None
        self._ended = False
        self.sent = self.failed = 0

    @property
    def origin(self) -> float | None:
        """When sample 0 of the media clock is shown, by `seconds`; None before the first frame."""
        return self._origin

    def put(self, frames: Frames) -> None:
        """Frames that follow, or begin again at an earlier pts after a `cut`."""
        self._waiting.extend(frames[k : k + 1] for k in range(len(frames)))
        self._ready.set()

    def cut(self, pts: int) -> None:
        """Frames after `pts` are taken back."""
        while self._waiting and self._waiting[-1].pts > pts:
            self._waiting.pop()

    def end(self) -> None:
        """Nothing follows: `run` sends what waits and returns."""
        self._ended = True
        self._ready.set()

    async def run(self) -> None:
        """Until `end`, or until cancelled."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.setblocking(False)
            while True:
                if not self._waiting:
                    if self._ended:
                        return
                    self._ready.clear()
                    await self._ready.wait()
                    continue
                wait = self._due(self._waiting[0].pts) - self._seconds()
                if wait > 0:  # in steps, so that a cut meanwhile is obeyed
                    await asyncio.sleep(min(wait, 0.02))
                    continue
                self._send(out, self._waiting.popleft())

    def _due(self, pts: int) -> float:
        now, at = self._seconds(), pts / RATE
        if self._origin is None or now - (self._origin + at) > LATE:
            self._origin = now + CUSHION - at
        return self._origin + at

    def _send(self, out: socket.socket, frame: Frames) -> None:
        for target in self._targets:
            for datagram in target.encode(frame):
                try:
                    out.sendto(datagram, (target.host, target.port))
                    self.sent += 1
                except OSError:
                    self.failed += 1


def _address(text: str, port: int) -> tuple[str, int]:
    """A name is looked up once, here: `sendto` would look it up for every frame."""
    host, _, given = text.partition(":")
    try:
        number = int(given) if given else port
        if not 0 < number < 65_536:
            raise ValueError(number)
        return socket.gethostbyname(host or "127.0.0.1"), number
    except (OSError, ValueError) as error:
        raise ValueError(f"{text!r} is no address; give host or host:port, such as 127.0.0.1:11111.") from error
