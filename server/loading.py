"""How the loading of a service's engines is told."""

from __future__ import annotations

from typing import Protocol

from server import logs, rendering


class Listener(Protocol):
    """Hears how the loading goes. What fails is logged in any case."""

    def part(self, name: str, state: str, ms: float) -> None: ...
    def all(self, ready: bool) -> None: ...
    def rendering(self, progress: rendering.Progress) -> None:
        """A sentence more is rendered ahead; the first call comes before the first."""
        ...

    def rendered(self, progress: rendering.Progress) -> None:
        """Nothing more will be."""
        ...


class Logged:
    """The listener where nobody watches a terminal."""

    def part(self, name: str, state: str, ms: float) -> None:
        if state == "ready":
            logs.event("loaded", part=name, ms=round(ms))

    def all(self, ready: bool) -> None:
        logs.event("all_loaded", ready=ready)

    def rendering(self, progress: rendering.Progress) -> None:
        if not progress.made and not progress.whole:
            logs.event("rendering", persona=progress.persona, missing=progress.wanted - progress.there)

    def rendered(self, progress: rendering.Progress) -> None:
        done = {"clauses": progress.done, "made": progress.made, "failed": progress.failed}
        logs.event("rendered", persona=progress.persona, **done)
