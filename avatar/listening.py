"""How one session listens: what a client, a persona or the operator may set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from speech.endpointing import Endpointing
from speech.levels import Gate
from speech.patience import Patience
from speech.vad import FRAME_MS

BargeIn = Literal["considerate", "immediate", "words"]
Eagerness = Literal["low", "auto", "high"]
EAGERNESS = {"low": 1.5, "auto": 1.0, "high": 0.7}  # what every patience is multiplied by
HYSTERESIS = 0.15  # a voice is left so much below the probability at which it was entered


@dataclass(frozen=True)
class Listening:
    """The defaults suit one person before a screen.

    `barge_in`: a sound pauses her and words stop her (considerate), any sound stops her (immediate), or she goes on
    until there are words (words).
    """

    barge_in: BargeIn = "considerate"
    wake_word: bool = False  # only what calls her by name is meant for her, and what follows soon
    min_speech_ms: float = 80.0  # of clear voice before it counts as speech
    noise_floor: float | None = None  # dBFS below which nothing counts; None: learnt
    near_field: bool = False  # only who stands at the microphone, not the people behind
    one_speaker: bool = False  # whoever speaks first, until they have been gone for a while
    threshold: float | None = None  # probability of voice that counts as speech; None: as measured
    silence_ms: float | None = None  # ends a turn, whatever was said; None: as the words say
    eagerness: Eagerness = "auto"

    @property
    def endpointing(self) -> Endpointing:
        patience = Patience() if self.silence_ms is None else Patience.fixed(self.silence_ms)
        settings = Endpointing(
            start_frames=self.min_speech_ms / FRAME_MS, patience=patience.scaled(EAGERNESS[self.eagerness])
        )
        if self.threshold is None:
            return settings
        return replace(
            settings,
            start=self.threshold,
            stop=max(0.01, self.threshold - HYSTERESIS),
            sure=max(settings.sure, self.threshold),
        )

    @property
    def gate(self) -> Gate:
        return Gate(noise_floor=self.noise_floor, near_field=self.near_field)
