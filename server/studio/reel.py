"""A show kept as a performance (`.shuren`): her voice and every frame, nothing of the viewers.

What is kept costs 14 kB a second, 62 while she speaks. It is written each second, off the event loop: a show does not
wait for a disk, and a full one ends the recording, not the show.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

from animation import codec
from animation.formats.clip import ClipHeader, ClipWriter
from animation.types import RATE
from avatar.events import AudioOut, FramesOut, Interrupted, SessionEvent
from server import logs
from server.realtime.senders import split

EACH_S = 1.0  # between two writes
LONGEST_S = 4 * 3600  # of a recording; what comes later is not kept
FULLEST = 20_000  # messages that wait for a slow disk; more, and the recording ends


class Reel:
    """The recording of one show: told each event of its session, as any observer."""

    def __init__(self, path: Path, header: ClipHeader, failed: Callable[[str], None]) -> None:
        """`failed`: hears once why it ended early."""
        self.path = path
        self.drawn: tuple[int, int] | None = None  # pictures of all, while its film is made
        self.problem = ""  # why the last film failed
        self._header, self._failed = header, failed
        self._due: list[bytes | dict] = []
        self._seq = 0
        self._begun: int | None = None  # pts of its first frame
        self._over = False
        self._writing = threading.Lock()

    def __call__(self, event: SessionEvent) -> None:
        if self._over:
            return
        match event:
            case AudioOut(turn, _, pts, pcm):
                self._due.append(codec.encode_audio(pcm, turn=turn, seq=self._next(), pts=pts))
            case FramesOut(turn, frames):
                if self._begun is None:
                    self._begun = frames.pts
                if frames.pts - self._begun > LONGEST_S * RATE:
                    return self._end("So long is no show recorded.")
                self._due += [codec.encode_frames(part, turn=turn, seq=self._next()) for part in split(frames)]
            case Interrupted(turn, _, pts, _):
                self._due.append({"type": "shuren.interrupted", "turn": turn, "pts": pts})
        if len(self._due) > FULLEST:
            self._due = []
            self._end("The disk is too slow.")

    @property
    def film(self) -> Path:
        """Where its film lies once it is made."""
        return self.path.with_suffix(".mp4")

    def delete(self) -> None:
        """The recording, which ends if it goes on, and its film."""
        self._over = True
        self.path.unlink(missing_ok=True)
        self.film.unlink(missing_ok=True)

    async def run(self) -> None:
        """Writes until cancelled, and then what is left."""
        try:
            writer = await asyncio.to_thread(self._open)
        except OSError as error:
            return self._end(str(error))
        try:
            while not self._over:
                await asyncio.sleep(EACH_S)
                await asyncio.to_thread(self._write, writer)
        except OSError as error:
            self._due = []
            self._end(str(error))
        finally:
            self._over = True
            try:
                self._write(writer)
                writer.close()
            except OSError as error:  # said already, or nothing more to lose
                logs.event("show_film_cut", path=self.path.name, reason=str(error))

    def _open(self) -> ClipWriter:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return ClipWriter(self.path, self._header)

    def _write(self, writer: ClipWriter) -> None:
        with self._writing:  # the last write may come while one is still under way in its thread
            due, self._due = self._due, []
            for each in due:
                writer.message(each) if isinstance(each, bytes) else writer.event(each)

    def _next(self) -> int:
        self._seq += 1
        return self._seq - 1

    def _end(self, reason: str) -> None:
        self._over = True
        self._failed(reason)
