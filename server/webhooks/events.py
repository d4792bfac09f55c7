"""What integrators can be told. No event holds words of a person: who may read those asks for them by REST."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from server.storage.database import now

if TYPE_CHECKING:
    from dialogue.records import TurnRecord
    from server.jobs.jobs import Job
    from server.realtime.live import Live
    from server.storage.minutes import Visit

Name = Literal[
    "session.started", "session.ended", "handoff.requested", "risk.alert", "security.alert", "job.ended", "webhook.test"
]  # fmt: skip
NAMES = get_args(Name)
RISKS = frozenset(("emergency_medical", "emergency_fire", "emergency_police", "self_harm", "fraud"))
INJECTION = "injection."  # what rules are called that see orders in what people say


@dataclass(frozen=True)
class Event:
    """`visitor`: whose it is, as the integrator names them; it is erased with what else is kept of them."""

    type: Name
    tenant: str
    data: dict[str, Any]
    visitor: str = ""
    at: datetime = field(default_factory=now)
    id: str = field(default_factory=lambda: secrets.token_hex(16))


Tell = Callable[[Event], None]


def started(live: Live) -> Event:
    return Event("session.started", live.tenant, _session(live), live.stay.caller.visitor or live.id)


def ended(live: Live) -> Event:
    """`reason`: completed, failed, or the code of what stopped it."""
    reason = live.stopped.code if live.stopped else "failed" if live.broken else "completed"
    data = _session(live) | {"reason": reason, "age_s": round(live.age, 1), "turns": dict(live.turns)}
    return Event("session.ended", live.tenant, data, live.stay.caller.visitor or live.id)


def label_hidden(live: Live) -> Event:
    """A page says that its AI label was taken away."""
    data = _session(live) | {"what": "label_hidden"}
    return Event("security.alert", live.tenant, data, live.stay.caller.visitor or live.id)


def of_turn(session: str, visit: Visit, persona: str, record: TurnRecord) -> list[Event]:
    """What of an answer somebody should hear at once."""
    about = {"session": session, "persona": persona, "visitor": visit.visitor or None, "turn": record.turn}
    about |= {"language": record.language}
    found: list[tuple[Name, dict[str, Any]]] = []
    if record.route in RISKS:
        found.append(("risk.alert", {"risk": record.route}))
    if record.rule.startswith(INJECTION):
        found.append(("security.alert", {"what": "injection", "rules": [record.rule]}))
    if record.interventions:
        found.append(
            ("security.alert", {"what": "guard", "rules": sorted({each.rule for each in record.interventions})})
        )
    if record.handoff:
        found.append(("handoff.requested", {"reason": record.handoff}))
    return [Event(name, visit.tenant, about | data, visit.visitor or session) for name, data in found]


def of_job(job: Job) -> Event:
    data = {"job": job.id, "kind": job.kind, "subject": job.subject, "state": job.state}
    return Event("job.ended", job.tenant, data | {"result": job.result or None, "error": job.error or None})


def _session(live: Live) -> dict[str, Any]:
    return {"session": live.id, "persona": live.card.id, "visitor": live.stay.caller.visitor or None}
