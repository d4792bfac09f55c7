"""`/v1/studio/shows/{show}/film`: a recorded show as MP4, and the recording itself. All want the scope operator."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from dialogue.pack import BACKDROPS
from models.errors import FilmUnknown, SessionBusy, ShurenError
from server.access.web import Operator
from server.jobs.jobs import Job
from server.jobs.routes import JobView, Kept, view
from server.marking import mark_of, signer_of
from server.refusals import refusals
from server.studio.filming import Filming, Take
from server.studio.reel import Reel
from server.studio.routes import One
from server.studio.studio import OnAir

router = APIRouter(prefix="/v1/studio/shows", tags=["studio"], responses=refusals(400, 401, 403, 404, 422, 429, 503))


class NewFilm(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"from_s": 0, "until_s": 60}]})

    from_s: float = Field(0.0, ge=0, le=14_400)
    until_s: float = Field(0.0, ge=0, le=14_400)
    """Seconds from the recording's beginning; 0: to its end."""
    fps: Literal[24, 25, 30] = 25
    width: int = Field(540, ge=128, le=1920, multiple_of=2)
    height: int = Field(960, ge=128, le=1920, multiple_of=2)
    view: Literal["chest", "face", "waist"] = "waist"
    backdrop: Literal[BACKDROPS] | None = None
    """None: as the persona's pack says."""


def _idle(reel: Reel) -> Reel:
    if reel.drawn:
        raise SessionBusy("A film of this show is being drawn.")
    return reel


def _reel(one: OnAir) -> Reel:
    if one.reel is None or not one.reel.path.is_file():
        raise FilmUnknown("This show is not recorded.", hint="Begin it with `film: true`.")
    return one.reel


@router.post("/{show}/film", status_code=202, responses=refusals(409))
async def make(wish: NewFilm, request: Request, one: One, jobs: Kept, caller: Operator) -> JobView:
    """Draw the recording, or a part of it, as a film, in place of the last. A job of kind `show.film`; the show's own
    `film` tells how far it is. Drawn in software it takes several times as long as it runs."""
    reel, settings = _idle(_reel(one)), request.app.state.settings
    backdrop = wish.backdrop or one.card.scene.get("backdrop", "branch")
    take = Take(wish.from_s, wish.until_s, wish.fps, (wish.width, wish.height), wish.view, backdrop)

    async def work(job: Job) -> dict[str, Any]:
        filming = Filming(reel.path, settings.avatars / one.card.avatar / "avatar.glb", take)

        def advance(done: int, of: int) -> None:
            if reel.drawn:  # else it was called off meanwhile
                reel.drawn = done, of
            job.advance(done, of)

        _idle(reel).drawn = 0, 0  # another may have waited as long
        reel.problem = ""
        try:
            return await asyncio.to_thread(filming.make, reel.film, mark_of(settings), signer_of(settings), advance)
        except ShurenError as problem:
            reel.problem = str(problem)
            raise
        finally:
            filming.stop()
            reel.drawn = None
            one.show.changed()

    return view(await jobs.begin("show.film", work, caller=caller, subject=one.show.id))


@router.get("/{show}/film", response_class=FileResponse, responses={200: {"content": {"video/mp4": {}}}})
async def film(one: One) -> FileResponse:
    """The film that was made last."""
    path = _reel(one).film
    if not path.is_file():
        raise FilmUnknown("There is no film of this show yet.", hint="POST here, and wait for the job.")
    return FileResponse(path, media_type="video/mp4", filename=path.name)


@router.get("/{show}/clip", response_class=FileResponse, responses={200: {"content": {"application/octet-stream": {}}}})
async def clip(one: One) -> FileResponse:
    """The recording as far as it is written (`.shuren`): for `shuren render` and `shuren clip`."""
    path = _reel(one).path
    return FileResponse(path, media_type="application/octet-stream", filename=path.name)


@router.delete("/{show}/film", status_code=204, responses=refusals(409))
async def delete(one: One, caller: Operator) -> None:
    """Recording and film are gone. One that goes on ends."""
    _idle(_reel(one)).delete()
    one.show.audit("show.film_deleted", actor=caller.name, subject=one.show.id)
