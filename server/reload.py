"""Packs that change while the service runs: noticed, checked, and used by the talks that begin from then on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Set
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

from dialogue.archive import pack_files
from models.errors import PackInvalid, ShurenError
from server import logs

LOOK_S = 1.0  # between looks

Stamp = tuple[tuple[str, int, int], ...]  # of each file: its name, when it was written (ns), its size


class Closable(Protocol):
    async def aclose(self) -> None: ...


class Watch:
    """Notices changed folders. A change counts once nothing in the folder moved between two looks, so that nobody
    reads half of what is being written; each change counts once, whatever comes of it."""

    def __init__(self, folders: Callable[[], Iterable[Path]]) -> None:
        """`folders`: where the packs lie, asked at each look; a pack that lies elsewhere than before has changed."""
        self._folders = folders
        self._taken = {folder.name: (folder, stamp(folder)) for folder in folders()}
        self._seen = dict(self._taken)

    def changed(self) -> list[Path]:
        """Blocks for some file look-ups."""
        found = []
        for folder in self._folders():
            now = (folder, stamp(folder))
            if now != self._taken.get(folder.name) and now == self._seen.get(folder.name):
                found.append(folder)
                self._taken[folder.name] = now
            self._seen[folder.name] = now
        return found


def stamp(folder: Path) -> Stamp:
    """What tells one state of a pack's files from another."""
    stamps = []
    for file in pack_files(folder):
        try:
            stat = (folder / file).stat()
        except FileNotFoundError:  # gone between the list and the look
            continue
        stamps.append((str(file), stat.st_mtime_ns, stat.st_size))
    return tuple(stamps)


class Retired:
    """Engines of packs that were replaced. They are closed when no talk is left that began with them."""

    def __init__(self) -> None:
        self._kept: list[tuple[frozenset[Any], tuple[Closable, ...]]] = []

    def add(self, sessions: Iterable[Any], engines: Iterable[Closable]) -> None:
        self._kept.append((frozenset(sessions), tuple(engines)))

    async def close(self, open_sessions: Set[Any] = frozenset()) -> None:
        """Close those that none of the sessions still open may use; with none given, all."""
        done = [kept for kept in self._kept if not kept[0] & open_sessions]
        self._kept = [kept for kept in self._kept if kept not in done]
        for _, engines in done:
            for engine in engines:
                await engine.aclose()


async def follow(watch: Watch, renew: Callable[[Path], Awaitable[None]], tidy: Callable[[], Awaitable[None]]) -> None:
    """Renew what changed, for as long as the service runs. A broken pack is told in the log, and nothing changes."""
    while True:
        await asyncio.sleep(LOOK_S)
        await tidy()
        for folder in await asyncio.to_thread(watch.changed):
            began = perf_counter()
            try:
                await renew(folder)
            except ShurenError as problem:
                await asyncio.to_thread(_tell, folder, problem)
            except Exception as problem:
                logs.failure("pack_failed", problem, persona=folder.name)
            else:
                logs.event("pack_renewed", persona=folder.name, ms=round((perf_counter() - began) * 1000))


def _tell(folder: Path, problem: ShurenError) -> None:
    """Every mistake of the pack, in one line of the log."""
    from dialogue.packs import check_pack

    try:
        mistakes = check_pack(folder) if isinstance(problem, PackInvalid) else ()
    except ShurenError:  # it is no pack any more
        mistakes = ()
    told = [f"{each.message} {each.hint}" for each in mistakes or (problem,)]
    logs.event("pack_refused", level=logging.WARNING, persona=folder.name, mistakes=told)
