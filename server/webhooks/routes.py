"""`/v1/webhooks`: where a tenant is told what happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Literal

import httpx2
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from dialogue.tools import signed
from dialogue.tools.network import NotSent, addresses
from models.errors import RequestInvalid, StorageUnavailable, ToolRefused
from server.access.web import Admin
from server.refusals import refusals
from server.storage.tables import DeliveryRow, WebhookRow
from server.webhooks import kept
from server.webhooks.events import NAMES, Event, Name
from server.webhooks.webhooks import Webhooks

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], responses=refusals(400, 401, 403, 422, 429, 503))


class NewWebhook(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"url": "https://hooks.example/shuren", "events": ["session.ended"]}]},
    )

    url: str = Field(max_length=2048)
    """https, at a public address."""
    events: list[Name] = Field(default_factory=lambda: [name for name in NAMES if name != "webhook.test"], min_length=1)


class WebhookView(BaseModel):
    id: str = Field(examples=["wh_5f1c0a"])
    url: str
    events: list[str]
    active: bool
    """False once the receiver has answered 410; a new secret makes it active again."""
    created: str


class WithSecret(WebhookView):
    secret: str
    """Checks the signatures. It is told now and not again."""


class WebhookList(BaseModel):
    webhooks: list[WebhookView]


class Delivery(BaseModel):
    id: str
    """As in the header `webhook-id`."""
    type: str
    state: str
    """`waiting`, `delivered`, or `dead`: no more attempts."""
    attempts: int
    status: int
    """Of the last answer; 0: none came."""
    error: str
    created: str
    due: str
    """The next attempt is not before."""


class Deliveries(BaseModel):
    deliveries: list[Delivery]


def _webhooks(request: Request) -> Webhooks:
    webhooks = request.app.state.webhooks
    if webhooks.database is None:
        raise StorageUnavailable("Webhooks are kept in a database, and there is none.")
    return webhooks


Hooks = Annotated[Webhooks, Depends(_webhooks)]


async def _within(hooks: Webhooks, work: Callable[[Any], Any]) -> Any:
    """`work` with a transaction, in a thread."""

    def transaction() -> Any:
        with hooks.database.session() as session:
            return work(session)

    return await asyncio.to_thread(transaction)


@router.post("", status_code=201)
async def create(wanted: NewWebhook, hooks: Hooks, caller: Admin) -> WithSecret:
    """Have these events of the key's tenant sent there."""
    await _reachable(wanted.url, hooks.private)
    return await _within(
        hooks, lambda session: _secret(hooks, kept.add(session, caller.tenant, wanted.url, list(wanted.events)))
    )


async def _reachable(url: str, private: bool) -> None:
    """Raises RequestInvalid for what is called in no case; what is only away now may come."""
    try:
        place = httpx2.URL(url)
    except httpx2.InvalidURL:
        place = httpx2.URL("")
    schemes = ("https", "http") if private else ("https",)
    if place.scheme not in schemes or not place.host or place.userinfo:
        raise RequestInvalid("A webhook is an https address, without a password.", param="url")
    try:
        await addresses(place.host, private=private)
    except NotSent:
        pass
    except (ToolRefused, UnicodeError) as problem:
        raise RequestInvalid(f"This address may not be called: {problem}", param="url") from None


@router.get("")
async def list_webhooks(hooks: Hooks, caller: Admin) -> WebhookList:
    """Those of the key's tenant."""
    found = await _within(hooks, lambda session: [_view(row) for row in kept.of(session, caller.tenant)])
    return WebhookList(webhooks=found)


@router.delete("/{webhook}", status_code=204, responses=refusals(404))
async def remove(webhook: str, hooks: Hooks, caller: Admin) -> None:
    """Send it nothing more, and forget what waits for it."""
    await _within(hooks, lambda session: session.delete(kept.one(session, caller.tenant, webhook)))


@router.post("/{webhook}/secret", responses=refusals(404))
async def rotate(webhook: str, hooks: Hooks, caller: Admin) -> WithSecret:
    """A new secret; for a day the old one signs beside it."""

    def work(session: Any) -> WithSecret:
        row = kept.one(session, caller.tenant, webhook)
        kept.rotate(row)
        return _secret(hooks, row)

    return await _within(hooks, work)


@router.post("/{webhook}/test", status_code=202, responses=refusals(404))
async def test(webhook: str, hooks: Hooks, caller: Admin) -> None:
    """Send it `webhook.test`."""

    def work(session: Any) -> None:
        kept.one(session, caller.tenant, webhook)
        kept.put(session, Event("webhook.test", caller.tenant, {"webhook": webhook}), webhook)

    await _within(hooks, work)
    hooks.wake()


@router.get("/{webhook}/deliveries", responses=refusals(404))
async def deliveries(
    webhook: str,
    hooks: Hooks,
    caller: Admin,
    state: Literal["", "waiting", "delivered", "dead"] = "",
    last: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Deliveries:
    """The newest first."""

    def work(session: Any) -> list[Delivery]:
        kept.one(session, caller.tenant, webhook)
        return [_delivery(row) for row in kept.deliveries(session, webhook, state, last)]

    return Deliveries(deliveries=await _within(hooks, work))


@router.post("/{webhook}/deliveries/{delivery}/retry", status_code=202, responses=refusals(404))
async def retry(webhook: str, delivery: str, hooks: Hooks, caller: Admin) -> Delivery:
    """Attempt it anew, also if it was delivered."""

    def work(session: Any) -> Delivery:
        kept.one(session, caller.tenant, webhook)
        return _delivery(kept.retry(session, webhook, delivery))

    told = await _within(hooks, work)
    hooks.wake()
    return told


def _view(row: WebhookRow) -> WebhookView:
    created = row.created.isoformat(timespec="milliseconds")
    return WebhookView(id=row.id, url=row.url, events=row.events, active=row.active, created=created)


def _secret(hooks: Webhooks, row: WebhookRow) -> WithSecret:
    return WithSecret(**_view(row).model_dump(), secret=signed.shown(hooks.secret(row.id, row.generation)))


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        type=row.type,
        state=row.state,
        attempts=row.attempts,
        status=row.status,
        error=row.error,
        created=row.created.isoformat(timespec="milliseconds"),
        due=row.due.isoformat(timespec="milliseconds"),
    )
