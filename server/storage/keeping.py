"""All the service keeps, put together from the settings: one database, one writer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server import logs
from server.storage import people, retention, visitors
from server.storage.audit import Action, Audit
from server.storage.consents import Purpose
from server.storage.database import Database, now
from server.storage.masking import person_id
from server.storage.minutes import Minutes, Visit
from server.storage.people import Person, Receipt
from server.storage.recorder import Recorder
from server.storage.rules import checked
from server.storage.tables import ConsentRow, ConversationRow
from server.storage.visitors import FREE, Remembered

if TYPE_CHECKING:
    from dialogue.pack import Pack
    from server.settings import Settings

KINDS = {"finance": "finance", "health": "health", "commerce": "live"}  # a pack's domain → row of the retention matrix


class Keeping:
    """The service's memory. `open` starts the writer, which also makes the tables; nothing waits for it."""

    def __init__(
        self,
        database: Database,
        *,
        audit_key: bytes = b"",
        days: Mapping[str, int] | None = None,
        asked: tuple[Purpose, ...] = (),
    ) -> None:
        """`days`: how long each kind of record is kept (rules.py); None: the defaults. `asked`: see consents.py."""
        self.database = database
        self.audit = Audit(database, key=audit_key)
        self.days = days or checked({})
        self._writes_unasked = "store_transcript" not in asked
        self._remembers = "remember" in asked
        self.recorder = Recorder(database, chore=self.sweep)
        self.caches: list[Callable[[], None]] = []  # emptied when somebody is erased: what else may hold their words
        self._minutes: dict[str, Minutes] = {}  # of the conversations under way
        self._remembered: dict[str, Remembered] = {}

    @classmethod
    def of(cls, settings: Settings) -> Keeping:
        """Raises StorageUnavailable where the URL names no database."""
        key = settings.storage.audit_key.get_secret_value().encode()
        return cls(
            Database(settings.database_url), audit_key=key, days=settings.storage.retention, asked=settings.storage.ask
        )

    def open(self) -> None:
        self.recorder.open()

    async def aclose(self) -> None:
        """Write what is waiting, for some seconds at most."""
        await asyncio.to_thread(self.recorder.close)
        self.database.dispose()

    def sweep(self, session: Session) -> dict[str, int]:
        """Delete what is too old; how many of each kind."""
        gone = retention.sweep(session, self.audit, self.days, at=now())
        if gone:
            logs.event("expired", **gone)
        return gone

    async def export(self, person: Person, *, actor: str = "") -> dict[str, Any]:
        """All that is kept of a person. Raises StorageError."""
        return await self._done(lambda session: people.export(session, self.audit, person, actor=actor))

    async def erase(self, person: Person, *, actor: str = "") -> Receipt:
        """Delete all that is kept of a person; a talk they are in goes on and is written down no further.

        Raises StorageError.
        """

        def work(session: Session) -> Receipt:
            for minutes in list(self._minutes.values()):
                if (minutes.visit.tenant, minutes.visitor) == (person.tenant, person_id(person.visitor)):
                    minutes.forget()
            for remembered in list(self._remembered.values()):
                if remembered.person == person:
                    remembered.stop()
            return people.erase(session, self.audit, person, actor=actor)

        receipt = await self._done(work)
        for forget in self.caches:
            forget()
        return replace(receipt, scrubbed=await asyncio.to_thread(people.scrub, self.database))

    async def forget(self, person: Person) -> bool:
        """What they ask for themselves, in a talk: all that may go now is deleted. False: the record of talks of a kind
        that has to be kept stays for its time. Raises StorageError."""

        def work(session: Session) -> bool:
            for minutes in list(self._minutes.values()):
                mine = (minutes.visit.tenant, minutes.visitor) == (person.tenant, person_id(person.visitor))
                if mine and minutes.kind in FREE:
                    minutes.forget()
            return visitors.forget(session, self.audit, person)

        whole = await self._done(work)
        for forget in self.caches:
            forget()
        await asyncio.to_thread(people.scrub, self.database)
        return whole

    async def _done(self, work: Callable[[Session], Any]) -> Any:
        """By the writer, after what was put before: nothing of the person can be on its way."""
        return await asyncio.wrap_future(self.recorder.do(work))

    def note(self, action: Action, *, tenant: str = "", actor: str = "", subject: str = "", **details: Any) -> None:
        """Have an entry appended to the audit log soon; never waits or raises."""
        entry = {"tenant": tenant, "actor": actor, "subject": subject, **details}
        self.recorder.put(lambda session: self.audit.append(session, action, **entry))

    def begin(self, conversation: str, visit: Visit, pack: Pack, digest: str) -> Minutes:
        """Write down a conversation that begins now. `digest` names the state of the pack's files."""
        what = {"persona": pack.id, "pack": digest, "kind": kind_of(pack)}
        human = partial(self.note, "talk.taken_over", tenant=visit.tenant, actor="desk", subject=pack.id)
        how = {"allowed": self._writes_unasked, "taken_over": human}
        minutes = Minutes(self.recorder, conversation, visit, **what, **how)
        self._minutes[conversation] = minutes
        return minutes

    def remember(self, conversation: str, visit: Visit, pack: Pack) -> Remembered | None:
        """What is remembered of a visitor between talks; None where nobody is asked for it, or can be recognised."""
        if not (self._remembers and visit.visitor):
            return None
        person = Person(visit.visitor, visit.tenant)
        what = {"persona": pack.id, "kind": kind_of(pack), "forget": self.forget}
        self._remembered[conversation] = remembered = Remembered(self.recorder, person, **what)
        return remembered

    def consent(self, conversation: str, tenant: str, purpose: Purpose, version: str, given: bool) -> None:
        """Keep that somebody agreed to a purpose or withdrew, and do as they say; never waits or raises."""
        minutes = self._minutes.get(conversation)
        row = {"tenant": tenant, "visitor": minutes.visitor if minutes else conversation, "purpose": purpose}
        row |= {"version": version, "given": given, "conversation": conversation, "at": now()}
        gone = purpose == "store_transcript" and not given

        def write(session: Session) -> None:
            session.add(ConsentRow(**row))
            if gone:
                session.execute(delete(ConversationRow).where(ConversationRow.id == conversation))
            action = "consent.given" if given else "consent.withdrawn"
            self.audit.append(session, action, tenant=tenant, actor="visitor", subject=purpose, version=version)

        self.recorder.put(write)
        if minutes and purpose == "store_transcript":
            minutes.allow() if given else minutes.forget()
        remembered = self._remembered.get(conversation)
        if remembered and purpose == "remember":
            remembered.allow() if given else remembered.withdraw()

    def end(self, conversation: str) -> None:
        """The conversation is over; unknown ones are ignored."""
        self._remembered.pop(conversation, None)
        if minutes := self._minutes.pop(conversation, None):
            minutes.end()


@contextmanager
def opened() -> Iterator[Keeping]:
    """For the command line: as the environment says, with all tables there, and no writer of its own."""
    from server.cli.serve import settings_of

    keeping = Keeping.of(settings_of())
    keeping.database.migrate()
    try:
        yield keeping
    finally:
        keeping.database.dispose()


def kind_of(pack: Pack) -> str:
    """Which row of the retention matrix counts for talks with this persona."""
    return "companion" if pack.companion else KINDS.get(pack.domain, "general")
