"""REST beside the live wire: personas, avatars. Errors are `{"error": {code, message, hint}}`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from starlette.exceptions import HTTPException

from models.errors import AvatarInvalid, RequestInvalid, ShurenError
from server import logs
from server.access.web import Configured, visitor
from server.realtime.host import PersonaCard
from server.refusals import refusals

router = APIRouter()

STATUS = {
    "persona_unknown": 404,
    "avatar_invalid": 404,
    "session_unknown": 404,
    "version_unknown": 404,
    "version_changed": 409,
    "job_unknown": 404,
    "webhook_unknown": 404,
    "pack_invalid": 422,
    "pack_refused": 422,
    "audit_broken": 409,
    "rundown_invalid": 422,
    "show_unknown": 404,
    "film_unknown": 404,
    "comment_unknown": 404,
    "offer_changed": 409,
    "session_busy": 409,
    "label_not_shown": 409,
    "speech_refused": 422,
    "unauthorized": 401,
    "token_expired": 401,
    "forbidden": 403,
    "origin_not_allowed": 403,
    "rate_limited": 429,
    "quota_exceeded": 429,
    "service_stopped": 503,
    "storage_error": 503,
    "storage_busy": 503,
    "storage_full": 503,
    "storage_unavailable": 503,
    "event_invalid": 422,
    "audio_invalid": 422,
    "backend_unknown": 422,
    "request_invalid": 422,
    "request_too_large": 413,
    "at_capacity": 503,
    "draining": 503,
    "backend_unavailable": 503,
    "backend_timeout": 504,
    "model_missing": 503,
}
OPENAI = ("/v1/audio/", "/v1/chat/")  # what its SDKs call
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
AVATAR_FILES = {
    "avatar.glb": "model/gltf-binary",
    "avatar.low.glb": "model/gltf-binary",
    "avatar.visemes.glb": "model/gltf-binary",
    "avatar.vrm": "model/gltf-binary",
    "rig.json": "application/json",
    "provenance.json": "application/json",
}


class Catalogue(Protocol):
    """What the REST side asks of the house."""

    def personas(self) -> list[PersonaCard]: ...


def _catalogue(request: Request) -> Catalogue:
    return request.app.state.host


House = Annotated[Catalogue, Depends(_catalogue)]


@router.get("/v1/personas", dependencies=[Depends(visitor)], responses=refusals(401, 403, 429, 503))
async def personas(house: House) -> dict[str, Any]:
    """Whom one can talk to."""
    return {
        "personas": [
            {
                "id": card.id,
                "name": card.name,
                "role": card.role,
                "avatar": card.avatar,
                "scene": card.scene,
                "languages": list(card.languages),
                "greeting": card.greeting,
                **({"identity_code": card.identity_code} if card.identity_code else {}),
            }
            for card in house.personas()
        ]
    }


@router.get("/v1/models", dependencies=[Depends(visitor)], responses=refusals(401, 403, 429, 503))
async def models(house: House) -> dict[str, Any]:
    """The personas in the shape of OpenAI's model list, so that SDKs can offer them."""
    data = [{"id": card.id, "object": "model", "created": 0, "owned_by": "shuren"} for card in house.personas()]
    return {"object": "list", "data": data}


@router.get("/avatars/{name}/{file}", responses=refusals(404, 422))
def avatar(name: str, file: str, settings: Configured) -> FileResponse:
    """A built avatar's mesh or rig manifest."""
    if not NAME.fullmatch(name) or file not in AVATAR_FILES:
        raise AvatarInvalid(f"There is no {file[:80]!r} of an avatar {name[:80]!r}.")
    path: Path = settings.avatars / name / file
    if not path.is_file():
        raise AvatarInvalid(f"The avatar {name!r} is not built.", hint=f"shuren avatar build {name}")
    return FileResponse(path, media_type=AVATAR_FILES[file], headers={"Cache-Control": "no-cache"})


def install_error_handlers(app: FastAPI) -> None:
    """Every error in one shape."""

    @app.exception_handler(ShurenError)
    async def ours(request: Request, problem: ShurenError) -> JSONResponse:
        return _error(request, STATUS.get(problem.code, 500), problem)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, problem: RequestValidationError) -> JSONResponse:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        param = str(first["loc"][-1]) if first["loc"] else ""
        return _error(request, 422, RequestInvalid(f"{where}: {first['msg']}", param=param))

    @app.exception_handler(HTTPException)
    async def http(request: Request, problem: HTTPException) -> JSONResponse:
        status = problem.status_code
        answer = _error(request, status, ShurenError(str(problem.detail)), _http_code(status))
        answer.headers.update(problem.headers or {})  # what is allowed instead
        return answer

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, problem: Exception) -> JSONResponse:
        logs.failure("request_failed", problem, path=request.url.path)
        return _error(request, 500, ShurenError("Something went wrong in the service."))


def _error(request: Request, status: int, problem: ShurenError, code: str | None = None) -> JSONResponse:
    """To OpenAI's SDKs with the fields they expect; there a wrong request is 400."""
    body: dict[str, Any] = problem.as_dict() | ({"code": code} if code else {})
    if request.url.path.startswith(OPENAI):
        status = 400 if status == 422 else status
        kind = "invalid_request_error" if status < 500 else "server_error"
        body |= {"type": kind, "param": getattr(problem, "param", "") or None}
    wait = getattr(problem, "retry_after_s", 0)
    return JSONResponse({"error": body}, status, headers={"Retry-After": str(wait)} if wait else None)


def _http_code(status: int) -> str:
    return {404: "not_found", 405: "method_not_allowed", 413: "request_too_large"}.get(status, f"http_{status}")
