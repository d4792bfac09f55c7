"""Performances to measure: one utterance, one rig, the frames that came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from animation.body import Body
from animation.mood import MOODS
from animation.rig import Rig
from animation.types import FPS, RATE, SAMPLES_PER_FRAME, Frames, Phone
from animation.visemes import poses
from bench.lipsync.mesh import MeshLips
from bench.lipsync.said import modelled
from bench.lipsync.sentences import SENTENCES
from bench.utterances import Utterance

LEAD = RATE  # silence before and after an utterance
SPEEDS = (0.7, 0.85, 1.0, 1.25, 1.5)
Player = Callable[[Utterance, Rig, str, int], Frames]


@dataclass(frozen=True)
class Take:
    """One utterance performed: frames from LEAD before it to LEAD after it. `mesh`: the avatar's own, if built."""

    said: Utterance
    frames: Frames
    rig: Rig
    language: str = ""
    speed: float = 1.0
    mood: str = "neutral"
    seed: int = 0
    mesh: MeshLips | None = None

    @cached_property
    def gap(self) -> np.ndarray:
        """Lip gap in mm [n]: on the mesh where there is one, else by the linear rig."""
        return self.mesh.gap(self.frames.shapes) if self.mesh else self.rig.lip_gap(self.frames.shapes)

    @cached_property
    def when(self) -> np.ndarray:
        """Sample of each frame relative to the utterance's audio [n]."""
        return np.arange(len(self.frames)) * SAMPLES_PER_FRAME - LEAD

    def during(self, phone: Phone, before: float = 0.0, after: float = 0.0) -> np.ndarray:
        """bool [n]: frames within a phone, or up to so many seconds outside it."""
        return (self.when >= phone.start - before * RATE) & (self.when <= phone.end + after * RATE)

    def middle(self, phone: Phone) -> int:
        return int(np.abs(self.when - (phone.start + phone.end) // 2).argmin())

    def constrained(self, constraint: str) -> list[tuple[int, Phone]]:
        """(index, phone) of all bilabials, labiodentals or sibilants."""
        return [(i, p) for i, p in enumerate(self.said.phones) if poses(p.symbol)[0].constraint == constraint]


def body(said: Utterance, rig: Rig, mood: str, seed: int) -> Frames:
    """What Shuren shows: the whole body, in a mood."""
    made = Body(rig, seed=seed)
    made.state("speaking", 0)
    made.speak(said.phones, said.pcm, LEAD, mood=mood)
    return made.frames(2 * LEAD + len(said.pcm))


def perform(
    said: Utterance, rig: Rig, *, mood: str = "neutral", seed: int = 0, language: str = "", speed: float = 1.0,
    mesh: MeshLips | None = None, player: Player = body,
) -> Take:  # fmt: skip
    return Take(said, player(said, rig, mood, seed), rig, language, speed, mood, seed, mesh)


def takes(
    rig: Rig, *, speeds: Iterable[float] = SPEEDS, moods: Sequence[str] = tuple(MOODS), mesh: MeshLips | None = None,
    languages: Iterable[str] = tuple(SENTENCES), every: int = 1, player: Player = body,
) -> list[Take]:  # fmt: skip
    """Every `every`-th sentence at every speed, moods in turn (so that each mood meets each speed)."""
    out = []
    for language in languages:
        for i, text in enumerate(SENTENCES[language][::every]):
            for k, speed in enumerate(speeds):
                said = modelled(text, language, speed=speed, seed=i)
                mood = moods[(i + k) % len(moods)]
                out.append(
                    perform(said, rig, mood=mood, seed=i, language=language, speed=speed, mesh=mesh, player=player)
                )
    return out


def speeds_of(values: np.ndarray) -> np.ndarray:
    """Absolute change per second of rows at FPS."""
    return np.abs(np.diff(values, axis=0)) * FPS
