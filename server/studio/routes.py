"""`/v1/studio/shows`: shows, their comments and their desks. Everything wants the scope operator."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from models.errors import EventInvalid, ShurenError
from server.access.web import Operator
from server.realtime.connection import close
from server.realtime.endpoint import admit
from server.refusals import refusals
from server.studio.acting import Names, Picture
from server.studio.comments import Said
from server.studio.controls import Control
from server.studio.operating import operate
from server.studio.replay import replay
from server.studio.studio import OnAir, Studio, Wish
from server.studio.view import ShowView, view_of

router = APIRouter(prefix="/v1/studio/shows", tags=["studio"], responses=refusals(400, 401, 403, 422, 429, 503))
DESK_EVERY_S = 0.2  # between two pictures of a show
CONTROL: TypeAdapter[Control] = TypeAdapter(Control)
COMMENTS: TypeAdapter[Said | list[Said]] = TypeAdapter(Said | list[Said])


class NewShow(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"persona": "live-host"}]})

    persona: str = Field("", max_length=80)
    language: Literal["zh", "en"] | None = None
    rundown: str = Field("", max_length=262_144)
    """YAML; empty: the pack's own."""
    seed: int = 0
    """The same seed draws the same variants."""
    heartbeat_s: float = Field(60.0, ge=5, le=60)
    """Without a sign of life from a desk for so long, the show stops by itself."""
    alone: bool = True
    """Questions are answered that nobody has approved."""
    film: bool = False
    """It is recorded, for a film of it."""


class ShowList(BaseModel):
    shows: list[ShowView]


class Operation(BaseModel):
    """A control, named by `do`."""

    control: Control


class NewComments(BaseModel):
    comments: list[Said] = Field(min_length=1, max_length=200)


class Recording(BaseModel):
    comments: list[Said] = Field(min_length=1, max_length=5000)
    speed: float = Field(1.0, ge=0.1, le=100)


class TakenComment(BaseModel):
    id: str
    """Empty for one that came too often."""
    state: str
    rule: str


class Taken(BaseModel):
    comments: list[TakenComment]


class ShowRecord(BaseModel):
    show: str
    entries: list[dict[str, Any]]


def studio_of(request: Request) -> Studio:
    return request.app.state.studio


Found = Annotated[Studio, Depends(studio_of)]


async def _on_air(studio: Found, caller: Operator, show: Annotated[str, Path(examples=["show_5f1c0a"])]) -> OnAir:
    return studio.find(show, caller)


One = Annotated[OnAir, Depends(_on_air)]


@router.post("", status_code=201, responses=refusals(404))
async def create(wish: NewShow, request: Request, studio: Found, caller: Operator) -> ShowView:
    """A show with a session of its own, which waits for its start. The rundown is checked as a whole first."""
    made = Wish(wish.rundown, wish.language, wish.seed, wish.heartbeat_s, wish.alone, wish.film)
    stay = request.app.state.access.gate.stay(caller)
    return _view(await studio.begin(wish.persona, made, caller, stay))


@router.get("")
async def list_shows(studio: Found, caller: Operator) -> ShowList:
    """Those of the caller's tenant; the last ones that are over, too."""
    return ShowList(shows=[_view(each) for each in studio.of(caller)])


@router.get("/{show}", responses=refusals(404))
async def get(one: One) -> ShowView:
    """How a show stands."""
    return _view(one)


@router.post("/{show}/controls", responses=refusals(404, 409))
async def control(wish: Operation, one: One, caller: Operator) -> ShowView:
    """Do something at the desk. It is audited, but for heartbeats."""
    await operate(one.show, wish.control, caller.name)
    return _view(one)


@router.post("/{show}/comments", responses=refusals(404))
async def comments(wish: NewComments, one: One) -> Taken:
    """What viewers write comes in; tells what becomes of each."""
    return Taken(comments=[_taken(one, each) for each in wish.comments])


@router.post("/{show}/comments/replay", status_code=202, responses=refusals(404))
async def replay_comments(wish: Recording, one: One) -> None:
    """Plays a recording of comments: each comes at its `at`, in seconds."""
    one.show.spawn(replay(one.show, wish.comments, wish.speed))


@router.get("/{show}/record", responses=refusals(404))
async def record(one: One) -> ShowRecord:
    """All that happened: words, comments without personal data, prices, what was kept back, who did what."""
    return ShowRecord(show=one.show.id, entries=one.show.record.entries())


@router.delete("/{show}", status_code=204, responses=refusals(404))
async def delete(one: One, caller: Operator) -> None:
    """Silence at once; the show is over."""
    await operate(one.show, CONTROL.validate_python({"do": "kill"}), caller.name)


@router.websocket("/{show}/desk")
async def desk(websocket: WebSocket, show: str) -> None:
    """A desk: gets the show whenever it changes, sends controls."""
    if not (found := await _enter(websocket, show)):
        return
    one, who = found

    async def read() -> None:
        while True:
            try:
                await operate(one.show, CONTROL.validate_json(await websocket.receive_text()), who)
            except ValidationError as error:
                await _tell(websocket, EventInvalid(f"This is no control: {error.errors()[0]['msg']}"))
            except ShurenError as problem:
                await _tell(websocket, problem)

    async def write() -> None:
        seen = -1
        while True:
            seen = one.show.changes
            await websocket.send_text(json.dumps({"type": "show", "show": _view(one).model_dump()}))
            await asyncio.sleep(DESK_EVERY_S)
            with suppress(TimeoutError):  # times and scores move on by themselves
                async with asyncio.timeout(1.0):
                    await one.show.change(seen)

    await _both(websocket, read(), write())


@router.websocket("/{show}/comments")
async def adapter(websocket: WebSocket, show: str) -> None:
    """An adapter of a platform: sends comments, one or a list a message, and is told what becomes of each."""
    if not (found := await _enter(websocket, show)):
        return
    one, _ = found
    with suppress(WebSocketDisconnect):
        while True:
            try:
                said = COMMENTS.validate_json(await websocket.receive_text())
            except ValidationError as error:
                await _tell(websocket, EventInvalid(f"This is no comment: {error.errors()[0]['msg']}"))
                continue
            taken = [_taken(one, each).model_dump() for each in (said if isinstance(said, list) else [said])]
            await websocket.send_text(json.dumps({"type": "taken", "comments": taken}))


@router.websocket("/{show}/perform")
async def perform(websocket: WebSocket, show: str) -> None:
    """A camera's page: what a face tracker reads in each picture, as numbers; never the picture."""
    if not (found := await _enter(websocket, show)):
        return
    one, who = found
    face = one.show.acting_face
    try:
        face.enter(Names.model_validate_json(await websocket.receive_text()).names)
        one.show.record.put("camera", by=who)
        one.show.audit("show.camera", actor=who, subject=one.show.id)
    except (ShurenError, ValidationError) as error:
        told = error if isinstance(error, ShurenError) else EventInvalid("The first message names the readings.")
        await _tell(websocket, told)
        return await close(websocket, 1008, told.code)
    except WebSocketDisconnect:
        return
    try:
        while True:
            face.read(Picture.model_validate_json(await websocket.receive_text()))
    except ValidationError as error:
        await _tell(websocket, EventInvalid(f"This is no reading: {error.errors()[0]['msg']}"))
        await close(websocket, 1008, "event_invalid")
    except ShurenError as problem:
        await _tell(websocket, problem)
        await close(websocket, 1008, problem.code)
    except WebSocketDisconnect:
        pass
    finally:
        face.leave()


async def _enter(websocket: WebSocket, show: str) -> tuple[OnAir, str] | None:
    """The show and who asks; None for whoever may not come in, who is told why."""
    if not (admitted := await admit(websocket, "operator")):
        return None
    _, caller = admitted
    try:
        return websocket.app.state.studio.find(show, caller), caller.name
    except ShurenError as problem:
        await _tell(websocket, problem)
        await close(websocket, 1008, problem.code)
        return None


async def _both(websocket: WebSocket, *work: Any) -> None:
    """Until the other side leaves. Leaves no task behind."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _tell(websocket: WebSocket, problem: ShurenError) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        await websocket.send_text(json.dumps({"type": "error", "error": problem.as_dict()}))


def _taken(one: OnAir, said: Said) -> TakenComment:
    comment = one.show.take(said)
    return TakenComment(id=comment.id, state=comment.state, rule=comment.rule)


def _view(one: OnAir) -> ShowView:
    return view_of(one.show, session=one.live.id, persona=one.card.id, avatar=one.card.avatar, reel=one.reel)
