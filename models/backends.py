"""Named backends: which recognisers, voices and language models exist, and how each is loaded.

A backend is chosen by name in the settings or by a persona. Loading is lazy: naming a backend imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from models.errors import BackendUnknown


@dataclass(frozen=True)
class BackendSpec:
    """One backend. `load(**settings)` imports what it needs and returns the ready object."""

    name: str
    kind: str  # "recogniser" | "voice" | "language_model"
    load: Callable[..., Any]
    settings: tuple[str, ...] = ()  # keyword arguments `load` understands
    extra: str = ""  # pip extra that brings its packages, "" = the default install
    capabilities: frozenset[str] = field(default_factory=frozenset)


class Registry:
    """A frozen table of backends of one kind."""

    def __init__(self, kind: str, specs: tuple[BackendSpec, ...]) -> None:
        self._kind = kind
        self._specs = {spec.name: spec for spec in specs}

    def __iter__(self) -> Iterator[BackendSpec]:
        return iter(self._specs.values())

    def __getitem__(self, name: str) -> BackendSpec:
        try:
            return self._specs[name]
        except KeyError:
            known = ", ".join(sorted(self._specs))
            raise BackendUnknown(f"No {self._kind} named {name!r}.", hint=f"Known: {known}") from None

    def load(self, name: str, **settings: Any) -> Any:
        """Load backend `name`; raises BackendUnknown, BackendUnavailable or ModelMissing."""
        return self[name].load(**settings)
