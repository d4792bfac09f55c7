"""The sweep: what is older than its kind may become is deleted (rules.py)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from server.storage.audit import Audit
from server.storage.rules import TALKS
from server.storage.tables import ConsentRow, ConversationRow
from server.storage.visitors import VisitorRow


def sweep(session: Session, audit: Audit, days: Mapping[str, int], *, at: datetime) -> dict[str, int]:
    """Delete what is older than its days, and note it in the audit log. How many of each kind, where there were any."""
    gone = {kind: _talks(session, kind, at - timedelta(days=days[kind])) for kind in TALKS}
    gone["visitors"] = sum(_visitors(session, kind, at - timedelta(days=days[kind])) for kind in TALKS)
    gone["consents"] = _consents(session, at - timedelta(days=days["consents"]))
    gone["audit"] = audit.expire(session, days=days["audit"], at=at)
    gone = {kind: count for kind, count in gone.items() if count}
    told = {kind: count for kind, count in gone.items() if kind != "audit"}  # the log tells of itself
    if told:
        audit.append(session, "data.expired", actor="retention", **told)
    return gone


def due(session: Session, days: Mapping[str, int], *, at: datetime) -> dict[str, int]:
    """How many talks a sweep would delete now, by kind."""
    wanted = {}
    for kind in TALKS:
        old = select(ConversationRow.id).where(*_old(kind, at - timedelta(days=days[kind])))
        wanted[kind] = len(session.scalars(old).all())
    return {kind: count for kind, count in wanted.items() if count}


def _old(kind: str, before: datetime) -> tuple:
    return ConversationRow.kind == kind, ConversationRow.started < before


def _talks(session: Session, kind: str, before: datetime) -> int:
    return session.execute(delete(ConversationRow).where(*_old(kind, before))).rowcount


def _visitors(session: Session, kind: str, before: datetime) -> int:
    """Days count from somebody's last visit."""
    return session.execute(delete(VisitorRow).where(VisitorRow.kind == kind, VisitorRow.at < before)).rowcount


def _consents(session: Session, before: datetime) -> int:
    """Days count from the end: while a talk of the person is kept, so are the consents it rests on."""
    same = (ConversationRow.tenant == ConsentRow.tenant, ConversationRow.visitor == ConsentRow.visitor)
    old = delete(ConsentRow).where(ConsentRow.at < before, ~exists().where(*same))
    return session.execute(old.execution_options(synchronize_session=False)).rowcount
