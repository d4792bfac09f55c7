"""`/v1/console/figures`: how many questions, how they ended, how fast, by day and persona. Counted in the database; no
words of anybody, no ids of people."""

from __future__ import annotations

import asyncio
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy import BigInteger, ColumnElement, Select, Text, case, cast, func, select, type_coerce
from sqlalchemy.orm import Session

from models.errors import StorageError
from server.console.talks import Watcher
from server.storage.database import Database, now
from server.storage.tables import ConversationRow, TurnRow

router = APIRouter(prefix="/v1/console", include_in_schema=False)
DAY_US = 86_400_000_000
LONGEST = 92  # days
EPOCH = date(1970, 1, 1)
BY_HUMANS = ("with_human", "from_human", "as_is")  # turns that she did not answer herself
AGAIN = ("which", "not_heard")
DECLINED = ("unknown", "stale", "handoff")


@router.get("/figures")
async def figures(
    request: Request,
    caller: Watcher,
    days: Annotated[int, Query(ge=1, le=LONGEST)] = 14,
    offset_min: Annotated[int, Query(ge=-720, le=840)] = 0,
) -> dict[str, Any]:
    """Of the last `days` days, whose midnights are `offset_min` minutes before those of UTC."""
    tenant = None if caller.of_the_house else caller.tenant
    return await asyncio.to_thread(counted, database_of(request), days, tenant, offset_min=offset_min)


def database_of(request: Request) -> Database:
    """Raises StorageError where nothing is kept."""
    if not (keeping := getattr(request.app.state.host, "keeping", None)):
        raise StorageError("Nothing is written down here.", hint="SHUREN_STORAGE__KEEP=true")
    return keeping.database


def counted(database: Database, days: int, tenant: str | None = None, *, offset_min: int = 0) -> dict[str, Any]:
    """`tenant` None: all of them. Raises StorageError."""
    offset = offset_min * 60_000_000
    today = (round(now().timestamp() * 1_000_000) + offset) // DAY_US
    first = today - days + 1
    day = (type_coerce(TurnRow.started, BigInteger) + offset) // DAY_US
    within = [type_coerce(TurnRow.started, BigInteger) >= first * DAY_US - offset, TurnRow.question != ""]
    within.append(TurnRow.route.not_in(BY_HUMANS))
    if tenant is not None:
        within.append(ConversationRow.tenant == tenant)
    with database.reading() as session:
        rows = _rows(session, day, within)
        interventions = _interventions(session, within)
    return {
        "days": [(EPOCH + timedelta(number)).isoformat() for number in range(first, today + 1)],
        "rows": rows,
        "interventions": [{"rule": rule, "count": count} for rule, count in interventions.most_common()],
    }


def _rows(session: Session, day: ColumnElement[int], within: list[Any]) -> list[dict[str, Any]]:
    told = _of_turns(day.label("day"), ConversationRow.persona, *_outcomes()).where(*within)
    waits = defaultdict(list)
    first_audio = TurnRow.timings["first_audio_ms"].as_float()
    timed = _of_turns(day, ConversationRow.persona, first_audio).where(*within, first_audio.is_not(None))
    for number, persona, ms in session.execute(timed):
        waits[number, persona].append(ms)
    found = []
    for number, persona, *counts in session.execute(told.group_by("day", ConversationRow.persona).order_by("day")):
        row = {"day": (EPOCH + timedelta(number)).isoformat(), "persona": persona}
        row |= dict(zip(("questions", "again", "declined", "handed"), map(int, counts), strict=True))
        row["answered"] = row["questions"] - row["again"] - row["declined"] - row["handed"]
        times = sorted(waits[number, persona])
        row |= {"p50_ms": quantile(times, 0.5), "p95_ms": quantile(times, 0.95)}
        found.append(row)
    return found


def _of_turns(*columns: Any) -> Select:
    return select(*columns).select_from(TurnRow).join(ConversationRow, ConversationRow.id == TurnRow.conversation)


def _outcomes() -> Iterable[ColumnElement[int]]:
    """Questions, and of these: asked again, declined, handed over. Each question is one of them at most."""
    handed = TurnRow.handoff != ""
    kinds = [(handed, "handed"), (TurnRow.route.in_(AGAIN), "again"), (TurnRow.route.in_(DECLINED), "declined")]
    outcome = case(*kinds, else_="answered")
    return [func.count(), *(func.sum(case((outcome == name, 1), else_=0)) for name in ("again", "declined", "handed"))]


def _interventions(session: Session, within: list[Any]) -> Counter[str]:
    some = _of_turns(TurnRow.guarded).where(*within, func.length(cast(TurnRow.guarded, Text)) > 2)
    return Counter(each["rule"] for (guarded,) in session.execute(some) for each in guarded)


def quantile(ordered: Sequence[float], share: float) -> int | None:
    """The smallest value that `share` of them do not exceed; None of nothing."""
    return round(ordered[math.ceil(share * len(ordered)) - 1]) if ordered else None
