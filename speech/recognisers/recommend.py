"""Which recogniser a machine should use: the best one that answers in time there and whose weights can be had.

The machine is timed with the embedded model; what the larger ones would take is estimated from their sizes, since
their weights may not be here: encoder work goes with the encoder's parameters, decoder work with the decoder's (base
20 M + 54 M, small 87 M + 157 M, large-v3-turbo 635 M + 174 M, from the published dimensions).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import numpy as np

from models.catalogue import HubSpec
from models.sources import hub_address
from speech.types import INPUT_RATE

if TYPE_CHECKING:
    from models.catalogue import ModelSpec
    from models.store import Store

IN_TIME = 0.8  # s for a final: the pause that ends a turn hides about half of it
EMBEDDED = "whisper-base"
SECONDS = 4.0  # of audio the machine is timed with
REACH = 3.0  # s to wait for a hub


@dataclass(frozen=True)
class Size:
    """A recogniser's parameters in millions; the best first."""

    name: str
    encoder: float
    decoder: float


SIZES = (Size("whisper-large-v3-turbo", 635, 174), Size("whisper-small", 87, 157), Size(EMBEDDED, 20, 54))


@dataclass(frozen=True)
class Speed:
    """What the embedded model takes for a final on this machine, seconds."""

    encoder: float
    decoder: float
    gpu: bool = False

    def expected(self, size: Size) -> float:
        """Seconds for a final with a model of this size on the CPU."""
        base = SIZES[-1]
        return self.encoder * size.encoder / base.encoder + self.decoder * size.decoder / base.decoder


@dataclass(frozen=True)
class Option:
    """One recogniser on this machine."""

    name: str
    device: str  # cpu | cuda
    expected_s: float | None  # None: on a GPU, which was not timed
    installed: bool
    reachable: bool
    recommended: bool = False

    @property
    def settings(self) -> dict[str, str]:
        """The environment variables that choose it."""
        chosen = {} if self.name == EMBEDDED else {"SHUREN_EARS__MODEL": self.name}
        return chosen | ({"SHUREN_EARS__DEVICE": "cuda"} if self.device == "cuda" else {})


def options(speed: Speed, *, installed: Callable[[str], bool], reachable: Callable[[str], bool]) -> tuple[Option, ...]:
    """All recognisers, the best first; the first that is in time and can be had is recommended."""
    found: list[Option] = []
    taken = False
    for size in SIZES:
        here = installed(size.name)
        there = here or reachable(size.name)
        device = "cuda" if speed.gpu else "cpu"
        expected = None if speed.gpu else round(speed.expected(size), 2)
        fits = there and (expected is None or expected <= IN_TIME or size.name == EMBEDDED)
        found.append(Option(size.name, device, expected, here, there, fits and not taken))
        taken = taken or fits
    return tuple(found)


def measured(store: Store, *, threads: int = 2) -> Speed:
    """Time the embedded model. Raises ModelMissing where it is not installed."""
    import ctranslate2

    from speech.recognisers.whisper import WhisperRecogniser

    recogniser = WhisperRecogniser(store.path(EMBEDDED), threads=threads)
    noise = 0.1 * np.random.default_rng(0).normal(size=int(SECONDS * INPUT_RATE)).astype(np.float32)
    encoder, decoder = zip(*(recogniser.timed(noise) for _ in range(3)), strict=True)
    return Speed(min(encoder), min(decoder), gpu=ctranslate2.get_cuda_device_count() > 0)


def can_reach(spec: ModelSpec) -> bool:
    """Whether a hub that has the model answers."""
    for variant in spec.variants:
        for source in variant.sources:
            if isinstance(source, HubSpec) and _answers(hub_address(source, source.files[0][1])):
                return True
    return False


def _answers(address: str) -> bool:
    try:
        return httpx.head(address, timeout=REACH, follow_redirects=True).is_success
    except httpx.HTTPError:
        return False
