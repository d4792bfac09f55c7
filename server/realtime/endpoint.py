"""`GET /v1/realtime`: who may come in, and as whom they talk. `GET /v1/stages/{session}`: who may look on."""

from __future__ import annotations

import json
from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.responses import JSONResponse

from models.errors import EventInvalid, Forbidden, ShurenError, Unauthorized
from server import logs
from server.access.access import Access
from server.access.caller import Caller
from server.access.credentials import Scope
from server.realtime import wire
from server.realtime.connection import BINARY, SUBPROTOCOLS, TRY_LATER, Connection, close
from server.realtime.following import Following
from server.realtime.host import Host
from server.realtime.live import Live
from server.realtime.sessions import Sessions
from server.storage.minutes import Visit

router = APIRouter()


@router.websocket("/v1/realtime")
async def realtime(
    websocket: WebSocket,
    persona: str = "",
    model: str = "",
    language: str = "",
    mode: str = "",
    rendered: bool = True,
    resumable: bool = False,
    session_id: str = "",
    resume: str = "",
    seq: int = 0,
) -> None:
    """A live session with a persona. `model` names it too, since that is what OpenAI's SDKs send. `mode=puppet`: no
    conversation, the client's own voice moves the avatar. `rendered=false`: nothing rendered ahead is played.
    `resumable`: the session waits for a client that has lost its connection; that comes back with `session_id`, the
    token it was given as `resume`, and in `seq` the number of messages it has got."""
    if not (admitted := await admit(websocket, "visitor", returning=bool(session_id))):
        return
    chosen, caller = admitted
    binary = chosen == BINARY
    try:
        if session_id:
            live, resumed_at = _sessions(websocket).resumed(session_id, resume, caller), max(0, seq)
        else:
            name = caller.whom(persona or model)
            live, resumed_at = await _begin(websocket, caller, name, language, mode, rendered, resumable), None
    except ShurenError as problem:
        await _refuse(websocket, problem)
        return
    await Connection(websocket, live, binary=binary, resumed_at=resumed_at).carry()


@router.websocket("/v1/stages/{session}")
async def stage(websocket: WebSocket, session: str) -> None:
    """Follow a running session: what she says and how she moves, read only. Media come after `shuren.label.shown`."""
    if not (admitted := await admit(websocket, "stage")):
        return
    chosen, caller = admitted
    try:
        live = _sessions(websocket).find(session, caller)
        caller.whom(live.card.id)
    except ShurenError as problem:
        await _refuse(websocket, problem)
        return
    await Following(websocket, live, binary=chosen == BINARY).carry()


async def admit(websocket: WebSocket, scope: Scope, *, returning: bool = False) -> tuple[str, Caller] | None:
    """Check the key or token and shake hands. The subprotocol, `realtime` where none was offered, and who it is; None
    for who may not come in. Who may, but not now, is told so in an event, which browsers can read."""
    access: Access = websocket.app.state.access
    later: ShurenError | None = None
    try:
        caller = await access.gate.admit(websocket, returning=returning)
        caller.need(scope)
        access.kill.check()
    except (Unauthorized, Forbidden) as problem:
        status = 401 if isinstance(problem, Unauthorized) else 403
        await websocket.send_denial_response(JSONResponse({"error": problem.as_dict()}, status_code=status))
        return None
    except ShurenError as problem:
        later = problem
    offered = websocket.scope.get("subprotocols", [])
    chosen = next((name for name in SUBPROTOCOLS if name in offered), None)
    await websocket.accept(subprotocol=chosen)
    if later:
        await _refuse(websocket, later)
        return None
    return chosen or "realtime", caller


async def _begin(
    websocket: WebSocket, caller: Caller, name: str, language: str, mode: str, rendered: bool, resumable: bool
) -> Live:
    """A new session. Raises PersonaUnknown, EventInvalid, AtCapacity, BackendUnavailable or QuotaExceeded."""
    host: Host = websocket.app.state.host
    card = host.persona(name)
    if mode not in ("", "puppet"):
        raise EventInvalid(f"There is no mode {mode[:80]!r}.", hint='Leave it out, or use "puppet".')
    if mode:
        session = host.open_puppet(card.id)
    else:
        speaks = BINARY not in websocket.scope.get("subprotocols", [])
        visit = Visit(caller.tenant, caller.visitor, "sdk" if speaks else "page")
        session = host.open_session(card.id, speaks_label=speaks, language=language, rendered=rendered, visit=visit)
    stay = websocket.app.state.access.gate.stay(caller)
    return await _sessions(websocket).begin(session, card, stay, resumable=resumable)


def _sessions(websocket: WebSocket) -> Sessions:
    return websocket.app.state.sessions


async def _refuse(websocket: WebSocket, problem: ShurenError) -> None:
    """Say why, then close: 1013 (try again later) if the same request may work in a while, else 1008."""
    logs.event("session_refused", code=problem.code)
    websocket.app.state.observing.refused(problem.code)
    later = problem.code in TRY_LATER
    with suppress(WebSocketDisconnect, OSError):
        await websocket.send_text(json.dumps(wire.error(problem)))
    await close(websocket, 1013 if later else 1008, f"{problem.code}: {problem.message}")
