"""`GET /v1/realtime`: who may come in, and as whom they talk."""

from __future__ import annotations

import json
from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.responses import JSONResponse

from models.errors import AtCapacity, EventInvalid, ShurenError, Unauthorized
from server import logs
from server.auth import check_key
from server.realtime import wire
from server.realtime.connection import BINARY, SUBPROTOCOLS, Connection, close
from server.realtime.host import Host
from server.realtime.mirrors import mirror_of
from server.settings import Settings

router = APIRouter()


@router.websocket("/v1/realtime")
async def realtime(
    websocket: WebSocket, persona: str = "", model: str = "", language: str = "", mode: str = "", rendered: bool = True
) -> None:
    """A live session with a persona. `model` names it too, since that is what OpenAI's SDKs send. `mode=puppet`: no
    conversation, the client's own voice moves the avatar. `rendered=false`: nothing rendered ahead is played."""
    host: Host = websocket.app.state.host
    settings: Settings = websocket.app.state.settings
    offered = websocket.scope.get("subprotocols", [])
    try:
        check_key(settings.api_key.get_secret_value(), websocket.headers, offered)
    except Unauthorized as problem:
        await websocket.send_denial_response(JSONResponse({"error": problem.as_dict()}, status_code=401))
        return
    chosen = next((name for name in SUBPROTOCOLS if name in offered), None)
    await websocket.accept(subprotocol=chosen)
    try:
        card = host.persona(persona or model)
        if mode not in ("", "puppet"):
            raise EventInvalid(f"There is no mode {mode[:80]!r}.", hint='Leave it out, or use "puppet".')
        if mode:
            session = host.open_puppet(card.id)
        else:
            speaks = chosen != BINARY
            session = host.open_session(card.id, speaks_label=speaks, language=language, rendered=rendered)
    except ShurenError as problem:
        await _refuse(websocket, problem)
        return
    try:
        mirror = await mirror_of(settings, card)
        await Connection(websocket, host, session, card, settings, binary=chosen == BINARY, mirror=mirror).live()
    finally:
        host.close_session(session)


async def _refuse(websocket: WebSocket, problem: ShurenError) -> None:
    """Say why, then close: 1013 (try again later) if the same request may work in a while, else 1008."""
    logs.event("session_refused", code=problem.code)
    later = isinstance(problem, AtCapacity) or problem.code == "backend_unavailable"
    with suppress(WebSocketDisconnect, OSError):
        await websocket.send_text(json.dumps(wire.error(problem)))
    await close(websocket, 1013 if later else 1008, f"{problem.code}: {problem.message}")
