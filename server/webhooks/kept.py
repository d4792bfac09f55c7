"""Webhooks and what is to be delivered to them, in the database. Every function is one transaction's work; they block.

A delivery is claimed by moving its due time into the future, so that of several processes one attempts it; a process
that dies with it leaves it to be claimed again. So a message comes at least once.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from models.errors import RequestInvalid, WebhookUnknown
from server.storage.database import now
from server.storage.masking import person_id, storable
from server.storage.tables import DeliveryRow, WebhookRow
from server.webhooks.events import Event

MOST = 20  # webhooks of a tenant
BACKLOG = 1000  # deliveries waiting for one webhook; beyond, they are dead at once
LEASE_S = 60.0  # how long one attempt may take before another process takes it to be lost
KEPT_DAYS = 7  # after a delivery is over
GRACE = timedelta(days=1)  # how long the secret before the last still signs, beside the new one
AT_ONCE = 32


@dataclass(frozen=True)
class Due:
    """One delivery to attempt now. `generations`: of the secrets that sign it."""

    id: str
    webhook: str
    url: str
    generations: tuple[int, ...]
    body: str
    attempts: int


def add(session: Session, tenant: str, url: str, events: list[str]) -> WebhookRow:
    """Raises RequestInvalid where the tenant has as many as it may."""
    count = session.scalar(select(func.count()).select_from(WebhookRow).where(WebhookRow.tenant == tenant))
    if count >= MOST:
        raise RequestInvalid(f"A tenant has at most {MOST} webhooks.", hint="Delete one.")
    row = WebhookRow(
        id=f"wh_{secrets.token_hex(10)}", tenant=tenant, url=url, events=events, active=True, created=now(),
        generation=1, rotated=None,
    )  # fmt: skip
    session.add(row)
    return row


def of(session: Session, tenant: str) -> list[WebhookRow]:
    return list(session.scalars(select(WebhookRow).where(WebhookRow.tenant == tenant).order_by(WebhookRow.created)))


def one(session: Session, tenant: str, webhook: str) -> WebhookRow:
    """Raises WebhookUnknown, also for one of another tenant."""
    row = session.get(WebhookRow, storable(webhook))
    if row is None or row.tenant != tenant:
        raise WebhookUnknown(f"There is no webhook {webhook[:80]!r}.")
    return row


def rotate(row: WebhookRow) -> None:
    row.generation, row.rotated, row.active = row.generation + 1, now(), True


def put(session: Session, event: Event, webhook: str = "") -> int:
    """Have the event delivered to whoever wants it, or to one webhook. Returns to how many. May be called twice."""
    wanted = [
        row
        for row in of(session, event.tenant)
        if (row.id == webhook if webhook else row.active and event.type in row.events)
    ]
    body = json.dumps(
        {"type": event.type, "timestamp": event.at.isoformat(timespec="milliseconds"), "data": event.data},
        ensure_ascii=False,
    )
    for row in wanted:
        message = f"msg_{hashlib.sha256(f'{event.id} {row.id}'.encode()).hexdigest()[:24]}"
        if session.get(DeliveryRow, message):
            continue
        waiting = DeliveryRow.webhook == row.id, DeliveryRow.state == "waiting"
        full = session.scalar(select(func.count()).select_from(DeliveryRow).where(*waiting)) >= BACKLOG
        session.add(
            DeliveryRow(
                id=message, webhook=row.id, tenant=event.tenant,
                visitor=person_id(event.visitor), type=event.type, body=body, created=event.at, due=event.at,
                attempts=0, state="dead" if full else "waiting", status=0, error="queue_full" if full else "",
                ended=now() if full else None,
            )
        )  # fmt: skip
    return len(wanted)


def any_due(session: Session, at: datetime) -> bool:
    """Only reads: asked every few seconds."""
    due = select(DeliveryRow.id).where(DeliveryRow.state == "waiting", DeliveryRow.due <= at)
    return session.scalar(due.limit(1)) is not None


def claim(session: Session, at: datetime, busy: Collection[str]) -> list[Due]:
    """Those that are due, one a webhook, none of the webhooks that are `busy`."""
    waiting = (
        select(DeliveryRow, WebhookRow)
        .join(WebhookRow, WebhookRow.id == DeliveryRow.webhook)
        .where(DeliveryRow.state == "waiting", DeliveryRow.due <= at, WebhookRow.active, WebhookRow.id.not_in(busy))
        .order_by(DeliveryRow.due, DeliveryRow.id)
        .limit(AT_ONCE * 8)
    )
    found: dict[str, Due] = {}
    for row, webhook in session.execute(waiting):
        if webhook.id in found or len(found) >= AT_ONCE:
            continue
        mine = update(DeliveryRow).where(DeliveryRow.id == row.id, DeliveryRow.due == row.due)
        if session.execute(mine.values(due=at + timedelta(seconds=LEASE_S))).rowcount:
            old = (webhook.generation - 1,) if webhook.rotated and at - webhook.rotated < GRACE else ()
            generations = (webhook.generation, *old)
            found[webhook.id] = Due(row.id, webhook.id, webhook.url, generations, row.body, row.attempts)
    return list(found.values())


def note(session: Session, due: Due, *, status: int, error: str, again: datetime | None) -> None:
    """What came of an attempt: nothing wrong (`error` ""), or another one later, or none (`again` None)."""
    row = session.get(DeliveryRow, due.id)
    if row is None:  # erased, or its webhook is gone
        return
    row.attempts, row.status, row.error = due.attempts + 1, status, error[:256]
    if error and again:
        row.due = again
    else:
        row.state, row.ended = "dead" if error else "delivered", now()
    if status == 410:  # the receiver wants no more
        webhook = session.get(WebhookRow, due.webhook)
        webhook.active = False


def deliveries(session: Session, webhook: str, state: str, last: int) -> list[DeliveryRow]:
    """The newest first."""
    wanted = select(DeliveryRow).where(DeliveryRow.webhook == webhook)
    if state:
        wanted = wanted.where(DeliveryRow.state == state)
    return list(session.scalars(wanted.order_by(DeliveryRow.created.desc(), DeliveryRow.id).limit(last)))


def retry(session: Session, webhook: str, delivery: str) -> DeliveryRow:
    """Attempt it anew, from now. Raises WebhookUnknown."""
    row = session.get(DeliveryRow, storable(delivery))
    if row is None or row.webhook != webhook:
        raise WebhookUnknown(f"There is no delivery {delivery[:80]!r}.")
    row.state, row.due, row.attempts, row.ended = "waiting", now(), 0, None
    return row


def sweep(session: Session, at: datetime) -> None:
    session.execute(delete(DeliveryRow).where(DeliveryRow.ended < at - timedelta(days=KEPT_DAYS)))
