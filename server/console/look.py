"""What an operator sees of the talks under way."""

from __future__ import annotations

import time
from typing import Any

from dialogue.handoff import REASONS, Handoff, Reception
from server.access.caller import Caller
from server.console.desk import ConsoleDesk
from server.observing.turns import Turns
from server.realtime.live import Live
from server.realtime.sessions import Sessions


def reception_of(live: Live) -> Reception | None:
    """Where a human can take the talk; None where there is no mind in it (puppets)."""
    return getattr(live.session, "reception", None)


def talks(sessions: Sessions, desk: ConsoleDesk, caller: Caller) -> list[dict[str, Any]]:
    """The oldest first. `age_s` changes all the time; nothing else does by itself."""
    return [_talk(live, desk) for live in sessions.of(caller)]


def close_up(live: Live, turns: Turns) -> dict[str, Any]:
    """One talk: its lines, and where the time of its answers went."""
    found = turns.of(live.id)
    return {"session": live.id, "lines": live.transcript.lines(), "turns": [turn.waterfall() for turn in found]}


def _talk(live: Live, desk: ConsoleDesk) -> dict[str, Any]:
    reception = reception_of(live)
    handoff = reception.handoff if reception else None
    return {
        "id": live.id,
        "tenant": live.tenant,
        "persona": live.card.id,
        "name": live.card.name,
        "avatar": live.card.avatar,
        "state": live.stage.state,
        "has_client": live.has_client,
        "followers": len(live.stage),
        "answers": dict(live.turns),
        "age_s": round(live.age),
        "human": bool(reception and reception.human),
        "can_take_over": reception is not None,
        "help": _help(handoff) if handoff and desk.waits(handoff) else None,
    }


def _help(handoff: Handoff) -> dict[str, Any]:
    return {
        "id": handoff.id,
        "reason": handoff.reason,
        "why": REASONS[handoff.reason],
        "summary": handoff.summary,
        "flow": handoff.flow.title if handoff.flow else "",
        "since": handoff.at.isoformat(timespec="seconds"),
        "waits_s": max(0, round(time.time() - handoff.at.timestamp())),
    }
