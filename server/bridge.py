"""Carries a stage to other programs: frames as datagrams, the voice as a stream of samples, both on one clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import BinaryIO

import numpy as np

from animation import codec
from animation.types import RATE
from avatar.mirror import Mirror
from models.errors import BackendUnavailable
from server.client import Client, Label

TICK = 0.02  # s between writes of the voice
LATE = RATE // 2  # samples; a voice stream this far behind goes on at the present instead of hurrying
RETRY_S = (0.5, 1.0, 2.0, 4.0, 8.0)  # between attempts to follow again


class VoiceStream:
    """The voice as mono int16 samples at 24 kHz, little-endian, in real time, silence included: for a sound device, a
    virtual cable or an encoder. Sample k of the media clock is written when its frame is sent, `lead_s` earlier."""

    def __init__(self, out: BinaryIO, mirror: Mirror, seconds: Callable[[], float], *, lead_s: float = 0.0) -> None:
        self._out, self._mirror, self._seconds, self._lead = out, mirror, seconds, lead_s
        self._chunks: list[tuple[int, np.ndarray]] = []
        self._at: int | None = None  # next sample to write, on the media clock

    def put(self, pts: int, pcm: np.ndarray) -> None:
        self._chunks.append((pts, pcm))

    def cut(self, pts: int) -> None:
        """The voice after `pts` is taken back."""
        self._chunks = [(at, pcm[: max(0, pts - at)]) for at, pcm in self._chunks if at < pts]

    async def run(self) -> None:
        """Until cancelled, or until nobody reads (OSError)."""
        while True:
            self.write()
            await asyncio.sleep(TICK)

    def write(self) -> None:
        """What is due."""
        if self._mirror.origin is None:
            return
        until = round((self._seconds() - self._mirror.origin + self._lead) * RATE)
        if self._at is None or until - self._at > LATE or self._at - until > LATE:
            self._at = until
        if until > self._at:
            self._out.write(self._take(self._at, until).astype("<i2").tobytes())
            self._out.flush()
            self._at = until

    def _take(self, start: int, stop: int) -> np.ndarray:
        out = np.zeros(stop - start, np.int16)
        for at, pcm in self._chunks:
            a, b = max(at, start), min(at + len(pcm), stop)
            if a < b:
                out[a - start : b - start] = pcm[a - at : b - at]
        self._chunks = [(at, pcm) for at, pcm in self._chunks if at + len(pcm) > stop]
        return out


async def follow(
    client: Client, session: str, mirror: Mirror, voice: VoiceStream | None, told: Callable[[Label], None]
) -> None:
    """Until the session ends. `told` the label, which whoever shows her must show; media flow after it returns.

    A lost connection is followed up. Raises ShurenError, BackendUnavailable when the service stays away.
    """
    work = [asyncio.create_task(each.run()) for each in (mirror, voice) if each]
    try:
        waits = iter(RETRY_S)
        while True:
            try:
                async with client.stage(session) as stage:
                    waits = iter(RETRY_S)
                    told(stage.label)
                    await stage.label_shown()
                    async for message in stage:
                        _carry(message, mirror, voice)
                    return
            except BackendUnavailable:
                if (wait := next(waits, None)) is None:
                    raise
                await asyncio.sleep(wait)
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


def _carry(message: dict | codec.Message, mirror: Mirror, voice: VoiceStream | None) -> None:
    if isinstance(message, codec.Message):
        if message.frames is not None:
            mirror.put(message.frames)
        elif voice:
            voice.put(message.pts, message.pcm)
    elif message["type"] == "shuren.interrupted":
        mirror.cut(message["pts"])
        if voice:
            voice.cut(message["pts"])
