"""The shows under way, by id."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from animation.formats.clip import ClipHeader
from dialogue.guard import Guard
from dialogue.packs import load_pack
from dialogue.types import Language
from models.errors import ShowUnknown
from server import logs
from server.access.caller import Caller
from server.access.stay import Stay
from server.marking import mark_of
from server.realtime.host import PersonaCard
from server.realtime.ids import new_id
from server.realtime.live import Live
from server.realtime.sessions import Sessions
from server.rendering import own_language, spoken_label
from server.settings import Settings
from server.storage.minutes import Visit
from server.studio import rundown as rundowns
from server.studio.blocked import Blocked
from server.studio.comments import Intake
from server.studio.director import Director
from server.studio.offers import Offers
from server.studio.performer import OnStage, Performer
from server.studio.presence import Presence
from server.studio.products import Products
from server.studio.reel import Reel
from server.studio.rundown import Line, Rundown
from server.studio.script import Script
from server.studio.show import Audit, Cast, Show

if TYPE_CHECKING:
    from dialogue.pack import Pack
    from dialogue.tools.types import Tools

MOST = 8  # shows that are over and remembered
FILMS_KEPT_S = 30 * 86_400  # recordings of shows that a process before this one carried
PHRASES: dict[str, dict[Language, str]] = yaml.safe_load((Path(__file__).parent / "phrases.yaml").read_text("utf-8"))


@dataclass(frozen=True)
class Wish:
    """What a show is made from. `rundown`: YAML; "": the pack's own."""

    rundown: str = ""
    language: Language | None = None
    seed: int = 0
    heartbeat_s: float = 60.0
    alone: bool = True
    film: bool = False  # it is recorded


@dataclass(frozen=True)
class Prepared:
    """The parts of a show that take a while to read."""

    pack: Pack
    products: Products
    rundown: Rundown
    language: Language
    blocked: Blocked


def prepare(folder: Path, wish: Wish) -> Prepared:
    """Reads the pack and the rundown; not on the event loop. Raises PackInvalid or RundownInvalid."""
    text = wish.rundown or rundowns.of_pack(folder)
    rundowns.parse(text)  # what is no rundown is told at once
    pack = load_pack(folder)
    products = Products.of(folder)
    rundown = rundowns.read(text, pack, products, Guard(pack))
    language = wish.language if wish.language in pack.languages else own_language(pack)
    return Prepared(pack, products, rundown, language, Blocked(rundown.blocked))


def cast(prepared: Prepared, wish: Wish, performer: Performer, tools: Tools | None) -> Cast:
    """A show's parts, put together."""
    rundown, products = prepared.rundown, prepared.products
    intake = Intake(products, prepared.blocked)
    label = {prepared.language: (spoken_label(prepared.pack),)}
    director = Director(
        Script(rundown, prepared.language, seed=wish.seed),
        intake,
        notice=rundown.notice or Line("notice", label),
        notice_every_s=rundown.notice_every_s,
        away=rundown.away or Line("away", {language: (words,) for language, words in PHRASES["away"].items()}),
    )
    director.alone = wish.alone
    offers = Offers(products, tools, PHRASES)
    presence = Presence(wish.heartbeat_s, 0.0)
    return Cast(rundown, products, director, intake, offers, performer, presence, prepared.language)


@dataclass(frozen=True)
class OnAir:
    """A show with the session that carries it."""

    show: Show
    live: Live
    card: PersonaCard
    task: asyncio.Task[None]
    reel: Reel | None = None  # where it is recorded


class Studio:
    """Begins shows and finds them again. One for each application."""

    def __init__(self, settings: Settings, host: Any, sessions: Sessions) -> None:
        self._settings, self._host, self._sessions = settings, host, sessions
        self._shows: dict[str, OnAir] = {}

    def of(self, caller: Caller) -> list[OnAir]:
        """Those the caller may know of."""
        return [each for each in self._shows.values() if caller.sees(each.live.tenant)]

    def find(self, show: str, caller: Caller) -> OnAir:
        """Raises ShowUnknown, also for one of another tenant."""
        found = self._shows.get(show)
        if found is None or not caller.sees(found.live.tenant):
            raise ShowUnknown(f"There is no show {show[:80]!r}.", hint="It may be over.")
        return found

    async def begin(self, persona: str, wish: Wish, caller: Caller, stay: Stay) -> OnAir:
        """A show that waits for its start.

        Raises PersonaUnknown, PackInvalid, RundownInvalid, AtCapacity, or what a session may raise.
        """
        card = self._host.persona(caller.whom(persona))
        prepared = await asyncio.to_thread(prepare, self._settings.versions.folder(card.id), wish)
        visit = Visit(caller.tenant, client="studio")
        session = self._host.open_session(card.id, speaks_label=True, language=prepared.language, visit=visit)
        live = await self._sessions.begin(session, card, stay, hosted=True)
        parts = cast(prepared, wish, OnStage(live), session.tools)
        loop = asyncio.get_running_loop()
        show = Show(new_id("show"), parts, clock=loop.time, audit=self._audit(live.tenant))
        parts.presence.beat(caller.name, 0.0)
        live.observers.append(show.heard)
        reel = self._record(show, live, card) if wish.film else None
        task = asyncio.create_task(self._run(show, live, reel), name=f"{show.id}")
        on_air = OnAir(show, live, card, task, reel)
        self._shows[show.id] = on_air
        about = {"persona": card.id, "rundown": prepared.rundown.version, "session": live.id}
        show.audit("show.begun", actor=caller.name, subject=show.id, **about)
        show.record.put("begun", by=caller.name, **about)
        logs.event("show_begun", show=show.id, **about)
        return on_air

    async def aclose(self) -> None:
        """End them all."""
        for each in list(self._shows.values()):
            each.task.cancel()
        await asyncio.gather(*(each.task for each in self._shows.values()), return_exceptions=True)

    def _record(self, show: Show, live: Live, card: PersonaCard) -> Reel:
        films = self._settings.films
        for old in films.glob("show_*.*"):
            if time.time() - old.stat().st_mtime > FILMS_KEPT_S:
                old.unlink(missing_ok=True)
        path = films / f"{show.id}.shuren"
        header = ClipHeader(
            avatar=card.avatar, persona=card.id, made={"from": "show"}, aigc=mark_of(self._settings).as_dict()
        )
        reel = Reel(path, header, lambda reason: show.record.put("film_failed", why=reason))
        live.observers.append(reel)
        live.session.watched()  # she moves though nobody looks yet
        return reel

    async def _run(self, show: Show, live: Live, reel: Reel | None) -> None:
        running = asyncio.create_task(show.run())
        filming = asyncio.create_task(reel.run()) if reel else None
        ended = asyncio.create_task(live.done.wait())
        try:
            await asyncio.wait({running, ended}, return_when=asyncio.FIRST_COMPLETED)
            if running.done() and not running.cancelled() and (problem := running.exception()):
                logs.failure("show_failed", problem, show=show.id)
        finally:
            for task in (running, ended):
                task.cancel()
            await asyncio.gather(running, ended, return_exceptions=True)
            await live.close()
            if filming:
                filming.cancel()
                await asyncio.gather(filming, return_exceptions=True)
            show.audit("show.ended", subject=show.id)
            logs.event("show_ended", show=show.id)
            show.changed()
            self._forget()

    def _forget(self) -> None:
        """Ended shows stay for their record, the last few of them."""
        over = [name for name, each in self._shows.items() if each.show.over]
        for name in over[:-MOST]:
            if reel := self._shows.pop(name).reel:
                reel.delete()

    def _audit(self, tenant: str) -> Audit:
        keeping = getattr(self._host, "keeping", None)  # a host may keep nothing
        return partial(keeping.note, tenant=tenant) if keeping else lambda action, **details: None
