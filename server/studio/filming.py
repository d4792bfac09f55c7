"""The film of a show: its recording drawn in headless Chromium, with label, AIGC mark and signature (C2PA), if any."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from animation.formats.clip import LABEL, Clip, read_clip
from animation.types import FPS, RATE
from models.errors import ClipInvalid

if TYPE_CHECKING:
    from avatar.render.aigc import Mark
    from avatar.render.credentials import Signer


@dataclass(frozen=True)
class Take:
    """How a film is made of a recording: seconds from its beginning (`until_s` 0: to the end), pictures a second."""

    from_s: float = 0.0
    until_s: float = 0.0
    fps: int = 25
    size: tuple[int, int] = (540, 960)
    view: str = "waist"
    backdrop: str = "branch"


class Filming:
    """One film under way, drawn in a thread; `stop` ends it at the next picture. avatar: its GLB."""

    def __init__(self, reel: Path, avatar: Path, take: Take) -> None:
        self._reel, self._avatar, self._take = reel, avatar, take
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def make(self, out: Path, mark: Mark, signer: Signer | None, advance: Callable[[int, int], None]) -> dict[str, Any]:
        """Draws the film into `out`. `advance` hears of every picture, from the thread. Raises ClipInvalid,
        BackendUnavailable, SigningFailed."""
        from avatar.render.browser import VIEWS, Browser
        from avatar.render.movie import at_rate, write

        take = self._take
        clip = cut(read_clip(self._reel), take)
        frames = at_rate(clip.frames, take.fps)

        def shots(drawn: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
            for k, shot in enumerate(drawn):
                if self._stopped.is_set():
                    raise Stopped
                advance(k, len(frames))
                yield shot

        scene = {"view": VIEWS[take.view], "backdrop": take.backdrop}
        with Browser() as browser, browser.stage(self._avatar, size=take.size, label=LABEL, **scene) as on:
            write(out, shots(iter(on.film(frames))), clip.pcm, fps=take.fps, mark=mark, signer=signer)
        return {"seconds": round(clip.seconds, 2), "produce_id": mark.produce_id}


class Stopped(Exception):  # noqa: N818 (nobody sees it: it ends a thread)
    """The film is not wanted any more."""


def cut(clip: Clip, take: Take) -> Clip:
    """The part of a clip that a film is made of. Raises ClipInvalid where nothing lies in that time."""
    first = round(take.from_s * FPS)
    last = round(take.until_s * FPS) if take.until_s else len(clip.frames)
    frames = clip.frames[first:last]
    if not len(frames):
        raise ClipInvalid(f"Nothing was recorded between {take.from_s:g} and {take.until_s:g} s.")
    each = RATE // FPS
    return Clip(clip.header, frames, clip.pcm[first * each : last * each], (), clip.truncated)
