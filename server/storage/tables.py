"""What is kept, table by table (docs/storage.md). Texts are masked before they come here; audio never does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.database import Base, Moment

ID = String(64)
PERSON = String(128)  # as the integrator names a visitor; the conversation's id where nobody did


class ConversationRow(Base):
    """One visitor's talk with one persona."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_visitor", "tenant", "visitor"),
        Index("ix_conversations_started", "started"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    tenant: Mapped[str] = mapped_column(ID)
    visitor: Mapped[str] = mapped_column(PERSON)
    persona: Mapped[str] = mapped_column(ID)
    pack: Mapped[str] = mapped_column(ID)  # digest of the pack's files
    kind: Mapped[str] = mapped_column(ID)  # which row of the retention matrix counts
    client: Mapped[str] = mapped_column(ID)
    started: Mapped[datetime] = mapped_column(Moment)
    labelled: Mapped[datetime | None] = mapped_column(Moment)  # the client showed the AI label
    ended: Mapped[datetime | None] = mapped_column(Moment)


class TurnRow(Base):
    """One question and its answer, and how it came about (dialogue/records.py tells the fields it shares)."""

    __tablename__ = "turns"

    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    started: Mapped[datetime] = mapped_column(Moment)
    status: Mapped[str] = mapped_column(ID)  # "" under way, completed, cancelled, failed
    reason: Mapped[str] = mapped_column(ID)
    language: Mapped[str] = mapped_column(ID)
    question: Mapped[str] = mapped_column(Text)
    masked: Mapped[list[str]] = mapped_column(JSON)  # kinds of personal data
    answer: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # sentences: text, language, source, citations, handoff
    heard: Mapped[str] = mapped_column(Text)
    route: Mapped[str] = mapped_column(ID)
    rule: Mapped[str] = mapped_column(ID)
    guarded: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # what the guard kept back: rule, words, sentence
    items: Mapped[list[str]] = mapped_column(JSON)
    matches: Mapped[list[Any]] = mapped_column(JSON)
    model: Mapped[str] = mapped_column(String(256))
    error: Mapped[str] = mapped_column(ID)
    flow: Mapped[str] = mapped_column(ID)
    state: Mapped[str] = mapped_column(ID)
    handoff: Mapped[str] = mapped_column(ID)
    tools: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # tool, arguments, error, ms
    timings: Mapped[dict[str, float]] = mapped_column(JSON)  # ms from the end of speech (docs/latency.md)


class ConsentRow(Base):
    """Somebody gave or withdrew consent for one purpose. The last row of a purpose counts; none means no."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_visitor", "tenant", "visitor"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    tenant: Mapped[str] = mapped_column(ID)
    visitor: Mapped[str] = mapped_column(PERSON)
    purpose: Mapped[str] = mapped_column(ID)
    version: Mapped[str] = mapped_column(ID)  # of the text that was shown
    given: Mapped[bool] = mapped_column()
    conversation: Mapped[str] = mapped_column(ID)  # where it happened; "" outside of one
    at: Mapped[datetime] = mapped_column(Moment)


class JobRow(Base):
    """One job (server/jobs). `seen` is renewed while it waits or runs; one that is not seen any more is lost."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_created", "tenant", "created"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    tenant: Mapped[str] = mapped_column(ID)
    kind: Mapped[str] = mapped_column(ID)
    subject: Mapped[str] = mapped_column(String(128))
    actor: Mapped[str] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(ID)
    done: Mapped[int] = mapped_column(Integer)
    of: Mapped[int] = mapped_column(Integer)
    error: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(Moment)
    seen: Mapped[datetime] = mapped_column(Moment)
    ended: Mapped[datetime | None] = mapped_column(Moment)


class WebhookRow(Base):
    """Where a tenant wants to be told what. Its secret is derived from the service's, and kept nowhere."""

    __tablename__ = "webhooks"
    __table_args__ = (Index("ix_webhooks_tenant", "tenant"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    tenant: Mapped[str] = mapped_column(ID)
    url: Mapped[str] = mapped_column(String(2048))
    events: Mapped[list[str]] = mapped_column(JSON)
    active: Mapped[bool] = mapped_column()  # False: the receiver said that it is gone
    created: Mapped[datetime] = mapped_column(Moment)
    generation: Mapped[int] = mapped_column(Integer)  # of its secret
    rotated: Mapped[datetime | None] = mapped_column(Moment)


class DeliveryRow(Base):
    """One event for one webhook."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("ix_webhook_deliveries_due", "state", "due"),
        Index("ix_webhook_deliveries_visitor", "tenant", "visitor"),
        Index("ix_webhook_deliveries_webhook", "webhook", "created"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    webhook: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    tenant: Mapped[str] = mapped_column(ID)
    visitor: Mapped[str] = mapped_column(PERSON)
    type: Mapped[str] = mapped_column(ID)
    body: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(Moment)
    due: Mapped[datetime] = mapped_column(Moment)  # not before
    attempts: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(ID)  # waiting, delivered, dead
    status: Mapped[int] = mapped_column(Integer)  # of the last answer; 0: none came
    error: Mapped[str] = mapped_column(String(256))
    ended: Mapped[datetime | None] = mapped_column(Moment)


class AuditRow(Base):
    """One entry of the audit log, chained to the one before. The database refuses to change or shorten it."""

    __tablename__ = "audit_log"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    tenant: Mapped[str] = mapped_column(ID)
    actor: Mapped[str] = mapped_column(PERSON)
    action: Mapped[str] = mapped_column(ID)
    subject: Mapped[str] = mapped_column(String(256))
    details: Mapped[str] = mapped_column(Text)  # canonical JSON, as it was hashed
    previous: Mapped[str] = mapped_column(ID)
    hash: Mapped[str] = mapped_column(ID)


class AuditHead(Base):
    """Where the audit log ends, so that a log cut off at its end is seen. One row."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(ID)
