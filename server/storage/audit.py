"""The audit log: what was done to the service and to people's data, each entry chained to the one before by its hash.

An entry that was changed, removed, added or moved breaks the chain, and the head tells where it ends. Whoever owns the
database can forge all of it; so the chain can be keyed (an HMAC), and each new head goes into the service's log and can
be held against the log later (`verify(anchor=…)`).

No entry names a visitor: exports and erasures go by the number of their receipt.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server import logs
from server.storage.database import Database, now
from server.storage.masking import storable
from server.storage.rules import AUDIT_DAYS
from server.storage.tables import AuditHead, AuditRow

Action = Literal[
    "key.made", "key.revoked", "data.exported", "data.erased", "data.expired", "audit.expired", "consent.given",
    "consent.withdrawn", "pack.saved", "pack.activated", "service.suspended", "service.resumed", "talk.taken_over",
    "talk.given_back", "config.changed", "person.signed_in", "person.signed_out", "show.begun", "show.controlled",
    "show.unattended", "show.camera", "show.ended", "show.film_deleted",
]  # fmt: skip
BEGINNING = "0" * 64


@dataclass(frozen=True)
class Anchor:
    """Where a log ended at some time."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> Anchor:
        """From `NUMBER:HASH`. Raises ValueError."""
        number, _, digest = text.partition(":")
        if not number.isdecimal() or len(digest) != 64:
            raise ValueError("An anchor is NUMBER:HASH, as `shuren audit verify` prints it.")
        return cls(int(number), digest)


@dataclass(frozen=True)
class Verdict:
    """`broken`: what is wrong, in order; nothing if the log is whole."""

    entries: int
    head: Anchor
    broken: tuple[str, ...]


class Audit:
    """The log in one database. Calls block."""

    def __init__(self, database: Database, *, key: bytes = b"") -> None:
        """`key`: without it nobody can make a chain that passes; empty: a plain hash."""
        self._database, self._key = database, key

    def add(self, action: Action, *, tenant: str = "", actor: str = "", subject: str = "", **details: Any) -> Anchor:
        """Append an entry in a transaction of its own."""
        with self._database.session() as session:
            return self.append(session, action, tenant=tenant, actor=actor, subject=subject, **details)

    def append(
        self,
        session: Session,
        action: Action,
        /,
        *,
        tenant: str = "",
        actor: str = "",
        subject: str = "",
        **details: Any,
    ) -> Anchor:
        """Append an entry in the caller's transaction: what is done and what is noted of it come together or not."""
        if action not in get_args(Action):
            raise ValueError(f"{action!r} is no action of the audit log")
        head = session.get_one(AuditHead, 1, with_for_update=True)
        row = AuditRow(
            number=head.number + 1,
            at=now(),
            tenant=tenant[:64],
            actor=storable(actor)[:128],
            action=action,
            subject=storable(subject)[:256],
            details=json.dumps(details, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
            previous=head.hash,
        )
        row.hash = self._hash(row)
        head.number, head.hash = row.number, row.hash
        session.add(row)
        logs.event("audit", action=action, number=row.number, hash=row.hash)
        return Anchor(row.number, row.hash)

    def entries(self, *, last: int = 50, action: str = "", tenant: str | None = None) -> list[AuditRow]:
        """The newest ones, oldest first; of all tenants where none is named."""
        wanted = select(AuditRow).order_by(AuditRow.number.desc()).limit(last)
        if action:
            wanted = wanted.where(AuditRow.action == action)
        if tenant is not None:
            wanted = wanted.where(AuditRow.tenant == tenant)
        with self._database.reading() as session:
            return list(session.scalars(wanted))[::-1]

    def expire(self, session: Session, *, days: int, at: datetime) -> int:
        """Delete what is older than `days`, never fewer than AUDIT_DAYS, and note where the log begins then."""
        before = at - timedelta(days=max(days, AUDIT_DAYS))
        young = select(AuditRow.number).where(AuditRow.at >= before).order_by(AuditRow.number).limit(1)
        first = session.scalar(young)
        head = session.get_one(AuditHead, 1)
        through = head.number if first is None else first - 1
        last = session.get(AuditRow, through)
        if last is None:
            return 0
        until = int(last.at.timestamp())
        self.append(session, "audit.expired", through=last.number, hash=last.hash, until=until)
        return session.execute(delete(AuditRow).where(AuditRow.number <= through)).rowcount

    # --- checking ----------------------------------------------------------------------------------------------------

    def verify(self, *, anchor: Anchor | None = None) -> Verdict:
        """Read the whole log. `anchor`: an end it had once, which must still be in it unless it has expired."""
        with self._database.reading() as session:
            return self.check(session, anchor)

    def check(self, session: Session, anchor: Anchor | None = None) -> Verdict:
        broken: list[str] = []
        count, number, digest, begins, expired = 0, 0, BEGINNING, Anchor(0, BEGINNING), []
        for row in _all(session):
            if not count:
                number, digest = row.number - 1, row.previous
                begins = Anchor(number, digest)
            broken += self._wrong(row, number, digest)
            if anchor and row.number == anchor.number and row.hash != anchor.hash:
                broken.append(f"entry {row.number} is not the one the anchor was taken from")
            if row.action == "audit.expired":
                expired.append(row)
            count, number, digest = count + 1, row.number, row.hash
        head = session.get_one(AuditHead, 1)
        if (head.number, head.hash) != (number, digest):
            broken.append(f"the log ends at entry {number}, but its head is entry {head.number}")
        if anchor and anchor.number > number:
            broken.append(f"the anchor's entry {anchor.number} is gone from the end")
        if begins != Anchor(0, BEGINNING) and not any(_tells(row, begins) for row in expired):
            broken.append(f"the log begins at entry {begins.number + 1}, and no entry tells why")
        return Verdict(count, Anchor(head.number, head.hash), tuple(broken))

    def _wrong(self, row: AuditRow, number: int, digest: str) -> Iterator[str]:
        if row.number != number + 1:
            yield f"{row.number - number - 1} entries are missing before entry {row.number}"
        elif row.previous != digest:
            yield f"entry {row.number} does not follow entry {number}"
        if not hmac.compare_digest(row.hash, self._hash(row)):
            yield f"entry {row.number} was changed"

    def _hash(self, row: AuditRow) -> str:
        at = round(row.at.timestamp() * 1_000_000)
        parts = [row.number, at, row.tenant, row.actor, row.action, row.subject, row.details, row.previous]
        data = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
        return hmac.new(self._key, data, hashlib.sha256).hexdigest() if self._key else hashlib.sha256(data).hexdigest()


def _all(session: Session) -> Iterator[AuditRow]:
    return iter(session.scalars(select(AuditRow).order_by(AuditRow.number).execution_options(yield_per=1000)))


def _tells(row: AuditRow, begins: Anchor) -> bool:
    """This entry tells that all up to there were old enough to be deleted."""
    told = json.loads(row.details)
    old = row.at.timestamp() - told["until"] >= AUDIT_DAYS * 86400
    return old and (told["through"], told["hash"]) == (begins.number, begins.hash)
