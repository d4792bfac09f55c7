"""What is kept of people, handed out and erased by REST; and the audit log.

Ids of people travel in bodies, never in addresses: those land in the logs of proxies.
"""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from models.errors import AuditBroken, Forbidden, StorageUnavailable
from server.access.caller import Caller
from server.access.web import Auditor, Compliance, HouseAuditor
from server.refusals import refusals
from server.storage import people
from server.storage.audit import Anchor
from server.storage.keeping import Keeping
from server.storage.people import Person

ANCHOR = "^([0-9]{1,12}:[0-9a-f]{64})?$"  # or none

router = APIRouter(prefix="/v1", responses=refusals(400, 401, 403, 422, 429, 503))


class Whom(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"visitor": "customer-17"}]})

    visitor: str = Field(min_length=1, max_length=512)
    """Your own id of the person, or the id of a session where none was given."""
    tenant: str = Field("", max_length=64, pattern=r"^[\w.-]*$")
    """Whose visitor it is; empty: the key's tenant. Others' are for the operator of the whole service."""


class ReceiptView(BaseModel):
    receipt: str
    at: str
    erased: dict[str, int]
    """Rows, by table."""
    scrubbed: bool
    """Nothing of it is left in the database's own files, either."""


class ConsentView(BaseModel):
    purpose: str
    version: str
    """Of the text that was shown."""
    given: bool
    at: str


class ConsentList(BaseModel):
    consents: list[ConsentView]
    """The decision that counts for each purpose; what is not there was never asked."""


class Entry(BaseModel):
    number: int
    at: str
    tenant: str
    actor: str
    action: str
    subject: str
    details: dict[str, Any]


class Entries(BaseModel):
    entries: list[Entry]


class Head(BaseModel):
    entries: int
    anchor: str
    """`NUMBER:HASH` of the newest entry: keep it elsewhere, and have the log checked against it later."""


def _keeping(request: Request) -> Keeping:
    keeping = getattr(request.app.state.host, "keeping", None)
    if keeping is None:
        raise StorageUnavailable("This service keeps nothing.", hint="SHUREN_STORAGE__KEEP is false.")
    return keeping


Kept = Annotated[Keeping, Depends(_keeping)]


def _person(whom: Whom, caller: Caller) -> Person:
    """Raises Forbidden for another tenant's visitor."""
    tenant = whom.tenant or caller.tenant
    if not caller.sees(tenant):
        raise Forbidden("This is another tenant's visitor.")
    return Person(whom.visitor, tenant)


@router.post("/data/export", tags=["data"])
async def export(whom: Whom, caller: Compliance, kept: Kept) -> dict[str, Any]:
    """All that is kept of a person, with the label a copy must bear. The audit log notes that it was done."""
    return await kept.export(_person(whom, caller), actor=caller.name)


@router.post("/data/erase", tags=["data"])
async def erase(whom: Whom, caller: Compliance, kept: Kept) -> ReceiptView:
    """Delete all that is kept of a person. A talk they are in goes on and is written down no further."""
    receipt = await kept.erase(_person(whom, caller), actor=caller.name)
    return ReceiptView(**receipt.as_dict())


@router.post("/data/consents", tags=["data"])
async def consents(whom: Whom, caller: Compliance, kept: Kept) -> ConsentList:
    """What a person has agreed to, and what they have withdrawn."""
    found = await asyncio.to_thread(_decisions, kept, _person(whom, caller))
    return ConsentList(consents=found)


def _decisions(kept: Keeping, person: Person) -> list[ConsentView]:
    with kept.database.reading() as session:
        return [
            ConsentView(purpose=row.purpose, version=row.version, given=row.given, at=row.at.isoformat())
            for row in people.decisions(session, person)
        ]


@router.get("/audit", tags=["audit"])
async def entries(
    caller: Auditor,
    kept: Kept,
    last: Annotated[int, Query(ge=1, le=1000)] = 50,
    action: Annotated[str, Query(max_length=64, pattern=r"^[a-z._]*$")] = "",
) -> Entries:
    """The newest entries, oldest first: the tenant's own, or all for the operator of the whole service."""
    tenant = None if caller.of_the_house else caller.tenant
    rows = await asyncio.to_thread(kept.audit.entries, last=last, action=action, tenant=tenant)
    return Entries(
        entries=[
            Entry(
                number=row.number,
                at=row.at.isoformat(timespec="milliseconds"),
                tenant=row.tenant,
                actor=row.actor,
                action=row.action,
                subject=row.subject,
                details=json.loads(row.details),
            )
            for row in rows
        ]
    )


@router.get("/audit/head", tags=["audit"], responses=refusals(409))
async def head(caller: HouseAuditor, kept: Kept, anchor: Annotated[str, Query(pattern=ANCHOR)] = "") -> Head:
    """Read the whole log and give where it ends; `audit_broken` where an entry was changed, removed, added or moved.
    `anchor`: an end it had once, as `shuren audit verify` prints it, which must still be in it."""
    known = Anchor.read(anchor) if anchor else None
    verdict = await asyncio.to_thread(kept.audit.verify, anchor=known)
    if verdict.broken:
        raise AuditBroken(f"The audit log was tampered with: {'; '.join(verdict.broken[:5])}.")
    return Head(entries=verdict.entries, anchor=str(verdict.head))
