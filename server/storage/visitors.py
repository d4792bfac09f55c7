"""What a persona remembers of a visitor between talks, where they agreed to `remember` (dialogue/visitor.py)."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dialogue.visitor import Profile, Visit
from server.storage import people
from server.storage.audit import Audit
from server.storage.database import Base, Moment, now
from server.storage.masking import masked, person_id
from server.storage.people import Person
from server.storage.recorder import Recorder
from server.storage.rules import RULES, TALKS
from server.storage.tables import ID, PERSON, ConversationRow

FREE = tuple(kind for kind in TALKS if RULES[kind].least == 0)  # kinds of talks that may go as soon as somebody asks


class VisitorRow(Base):
    """One person as one persona knows them. It is there only while they agree to it."""

    __tablename__ = "visitors"
    __table_args__ = (Index("ix_visitors_kind", "kind", "at"),)

    tenant: Mapped[str] = mapped_column(ID, primary_key=True)
    visitor: Mapped[str] = mapped_column(PERSON, primary_key=True)
    persona: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(ID)  # which row of the retention matrix counts
    name: Mapped[str] = mapped_column(ID)  # what they want to be called
    language: Mapped[str] = mapped_column(String(8))
    visits: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # day, topics, procedures, human
    at: Mapped[datetime] = mapped_column(Moment)  # of their last visit


class Remembered:
    """A `dialogue.visitor.Keeper` of one talk. Whoever agreed once has a row; without one nothing is kept until they
    agree in this talk."""

    def __init__(
        self,
        recorder: Recorder,
        person: Person,
        *,
        persona: str,
        kind: str,
        forget: Callable[[Person], Awaitable[bool]],
    ) -> None:
        self.person, self._recorder, self._forget = person, recorder, forget
        self._key = (person.tenant, person_id(person.visitor), persona)
        self._kind = kind
        self._allowed = False
        self._forgotten = False
        self._waiting: Profile | None = None
        self.profile = Profile()
        recorder.do(self._read).add_done_callback(self._found)

    def keep(self, profile: Profile) -> None:
        """Written where they have agreed; else it waits until they do, and goes with the talk."""
        self._waiting = profile
        if self._allowed:
            self._recorder.put(lambda session: self._write(session, profile))

    def allow(self) -> None:
        """They agree, from now on."""
        self._allowed, self._forgotten = True, False
        self.keep(self._waiting or Profile())

    def stop(self) -> None:
        """They agree no longer, or all of it is being deleted: nothing more is written, and nothing is known."""
        self._allowed, self._forgotten = False, True
        self._waiting, self.profile = None, Profile()

    def withdraw(self) -> None:
        self.stop()
        self._recorder.put(lambda session: session.execute(delete(VisitorRow).where(*self._mine())))

    async def forget(self) -> bool:
        self.stop()
        return await asyncio.shield(self._forget(self.person))  # begun, it is finished, whoever speaks meanwhile

    def _mine(self) -> tuple:
        columns = VisitorRow.tenant, VisitorRow.visitor, VisitorRow.persona
        return tuple(column == value for column, value in zip(columns, self._key, strict=True))

    def _read(self, session: Session) -> Profile | None:
        row = session.get(VisitorRow, self._key)
        return row and Profile(row.name, row.language, tuple(map(_visit, row.visits)))

    def _found(self, read: Future[Profile | None]) -> None:
        """On the writer's thread. Where the database is away nobody is remembered."""
        if not self._forgotten and not read.exception() and (profile := read.result()):
            self.profile, self._allowed = profile, True

    def _write(self, session: Session, profile: Profile) -> None:
        tenant, visitor, persona = self._key
        visits = [masked(asdict(visit)) for visit in profile.visits]
        row = VisitorRow(tenant=tenant, visitor=visitor, persona=persona, kind=self._kind, visits=visits, at=now())
        row.name, row.language = masked(profile.name), profile.language
        session.merge(row)


def forget(session: Session, audit: Audit, person: Person) -> bool:
    """Delete what is kept of a person because they said so. False: talks of a kind that has to be kept stay."""
    theirs = ConversationRow.tenant == person.tenant, ConversationRow.visitor == person_id(person.visitor)
    stay = session.scalar(select(func.count()).where(*theirs, ConversationRow.kind.not_in(FREE)))
    if not stay:
        people.erase(session, audit, person, actor="visitor")
        return True
    mine = VisitorRow.tenant == person.tenant, VisitorRow.visitor == person_id(person.visitor)
    free = delete(ConversationRow).where(*theirs, ConversationRow.kind.in_(FREE))
    counts = {"visitors": session.execute(delete(VisitorRow).where(*mine)).rowcount}
    counts["conversations"] = session.execute(free).rowcount
    number = f"receipt_{secrets.token_hex(12)}"
    audit.append(session, "data.erased", tenant=person.tenant, actor="visitor", subject=number, **counts)
    return False


def _visit(row: dict[str, Any]) -> Visit:
    procedures = tuple((name, state) for name, state in row["procedures"])
    return Visit(row["day"], tuple(row["topics"]), procedures, row["human"])
