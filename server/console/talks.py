"""`/v1/console/live…`: the talks under way as they go on, and taking one over."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from models.errors import RequestInvalid, SessionBusy, SessionUnknown, ShurenError
from models.telemetry import observe
from server.access.caller import Caller
from server.access.web import needs
from server.console import look
from server.console.desk import ConsoleDesk
from server.realtime.live import Live
from server.realtime.rest import Text

router = APIRouter(prefix="/v1/console", include_in_schema=False)
LOOK_S = 0.35  # between two looks; what differs is sent
BEAT_S = 15.0  # so often at least something is sent, and the key is looked at again
PATIENCE_S = 30.0  # how long a colleague's words wait for those before them

Watcher = Annotated[Caller, Depends(needs("operator", stopped=True))]
CHANGING = ("age_s", "waits_s")


async def _live(request: Request, caller: Watcher, session: str) -> Live:
    live = request.app.state.sessions.find(session, caller)
    observe(live.watched)  # what is begun here is timed as the rest of the talk
    return live


One = Annotated[Live, Depends(_live)]


@router.get("/live")
async def follow(request: Request, caller: Watcher, session: str = "") -> StreamingResponse:
    """Server-sent events: `talks`, all of the caller's, and `talk`, the one named by `session`, each whenever it
    differs from what was sent."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request, caller, session), media_type="text/event-stream", headers=headers)


async def _events(request: Request, caller: Caller, session: str) -> AsyncIterator[str]:
    state, sent = request.app.state, {}
    loop = asyncio.get_running_loop()
    beat = loop.time() + BEAT_S
    while not state.observing.drain.draining:
        state.desk.seen(caller)
        for name, what in _seen(state, caller, session).items():
            if (told := _steady(what)) != sent.get(name):
                sent[name] = told
                yield f"event: {name}\ndata: {json.dumps(what, ensure_ascii=False)}\n\n"
        if loop.time() >= beat:
            beat = loop.time() + BEAT_S
            try:
                await state.access.gate.admit(request)
            except ShurenError:
                return
            yield ": here\n\n"
        await asyncio.sleep(LOOK_S)


def _seen(state: Any, caller: Caller, session: str) -> dict[str, Any]:
    found = {"talks": look.talks(state.sessions, state.desk, caller)}
    if session:
        try:
            found["talk"] = look.close_up(state.sessions.find(session, caller), state.observing.turns)
        except SessionUnknown:
            found["gone"] = {"session": session}
    return found


def _steady(what: Any) -> Any:
    """Without what changes by the clock alone."""
    if isinstance(what, list):
        return [_steady(each) for each in what]
    if isinstance(what, dict):
        return {name: _steady(value) for name, value in what.items() if name not in CHANGING}
    return what


@router.post("/live/{session}/take_over", status_code=204)
async def take_over(live: One, request: Request, caller: Watcher) -> Response:
    """Have the talk: she tells the person that a colleague is there, and answers no more."""
    reception = _reception(live)
    if not reception.human:
        _desk(request).settle(reception.handoff)
        await live.session.take_over()
        await _note(request, "talk.taken_over", caller, live)
    return Response(status_code=204)


@router.post("/live/{session}/say", status_code=202)
async def say(wish: Text, live: One, request: Request) -> dict[str, int]:
    """Speak as the colleague who has the talk, after what is being said."""
    reception = _reception(live)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if not reception.human:
                    raise RequestInvalid("Nobody has taken this talk over.", hint="Take it over first.")
                try:
                    return {"turn": await live.session.say_for_human(wish.text)}
                except SessionBusy:
                    await asyncio.sleep(0.1)
    except TimeoutError:
        raise SessionBusy("She is still speaking.", hint="Try again in a moment.") from None


@router.post("/live/{session}/hand_back", status_code=204)
async def hand_back(live: One, request: Request, caller: Watcher) -> Response:
    """Give the talk back to her; the person is told."""
    if _reception(live).human:
        await live.session.hand_back()
        await _note(request, "talk.given_back", caller, live)
    return Response(status_code=204)


@router.post("/live/{session}/dismiss", status_code=204)
async def dismiss(live: One, request: Request) -> Response:
    """Nobody needs to come (any more)."""
    _desk(request).settle(_reception(live).handoff)
    return Response(status_code=204)


def _reception(live: Live):
    """Raises RequestInvalid."""
    if (found := look.reception_of(live)) is None:
        raise RequestInvalid("There is no mind in this session that could hand it over.")
    return found


def _desk(request: Request) -> ConsoleDesk:
    return request.app.state.desk


async def _note(request: Request, action: str, caller: Caller, live: Live) -> None:
    await request.app.state.access.note(action, tenant=live.tenant, actor=caller.name, subject=live.id)
