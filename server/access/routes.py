"""`POST /v1/realtime/client_secrets` and `/v1/kill`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.errors import Forbidden
from server.access.origins import parsed
from server.access.tokens import Token
from server.access.web import HouseAdmin, Integrator
from server.realtime.config import Config
from server.realtime.ids import new_id

router = APIRouter()


TALK_S, LOOK_S = 300, 7200  # the longest in which a token may connect, by what it is for


class Expiry(BaseModel):
    anchor: Literal["created_at"] = "created_at"
    seconds: int = Field(TALK_S, ge=10, le=LOOK_S)
    """To talk at most 300, to look on at most 7200."""


class Bound(BaseModel):
    """What only Shuren's tokens can be bound to."""

    model_config = ConfigDict(extra="forbid")

    scope: Literal["visitor", "stage"] = "visitor"
    persona: str = ""
    visitor: str = Field("", max_length=128)
    """Your own id of the person: what is kept of their talk is found by it, to be exported or erased."""
    origins: list[Annotated[str, Field(max_length=256)]] = Field([], max_length=20)
    max_sessions: int = Field(1, ge=0, le=1)
    """A token to talk begins one session. One to look on may connect again until it expires, and may say 0."""


class Wanted(BaseModel):
    """OpenAI's request, and `shuren`."""

    expires_after: Expiry = Expiry()
    session: dict[str, Any] | None = None
    shuren: Bound = Bound()

    @model_validator(mode="after")
    def _short_and_once(self) -> Wanted:
        if self.shuren.scope == "visitor" and self.expires_after.seconds > TALK_S:
            raise ValueError(f"A token to talk is good for at most {TALK_S} seconds.")
        if self.shuren.scope == "visitor" and not self.shuren.max_sessions:
            raise ValueError("A token to talk begins one session.")
        return self


@router.post("/v1/realtime/client_secrets")
async def client_secrets(wanted: Wanted, request: Request, caller: Integrator) -> dict[str, Any]:
    """A short-lived token for a browser, minted by the backend of its page: for one session, or to look on. It is bound
    to `shuren.persona`, or the session's `model` where that names one; without either one to talk is bound to the
    service's first persona, one to look on to none."""
    if caller.token or caller.person:
        raise Forbidden("Only a key can make tokens.", hint="Use the API key, on your server.")
    host, bound = request.app.state.host, wanted.shuren
    persona = _persona(host, bound, str((wanted.session or {}).get("model", "")))
    token = Token(
        tenant=caller.tenant,
        key=caller.key,
        scope=bound.scope,
        persona=persona,
        visitor=bound.visitor,
        origins=tuple(parsed(origin) for origin in bound.origins),
    )
    value, expires_at = request.app.state.access.gate.mint.make(token, wanted.expires_after.seconds)
    return {"value": value, "expires_at": expires_at, "session": _session(host, persona)}


def _persona(host: Any, bound: Bound, model: str) -> str:
    """Raises PersonaUnknown for a persona that is named and is none; `model` may be anything."""
    known = {card.id for card in host.personas()}
    named = bound.persona or (model if model in known else "")
    return host.persona(named).id if named or bound.scope == "visitor" else ""


def _session(host: Any, persona: str) -> dict[str, Any]:
    """The session such a token opens, as it will be told: settings are the session's own affair (`session.update`)."""
    card = host.persona(persona)
    label = (card.label, card.label_en, card.identity_code)
    config = Config(card.id, card.voice, host.recogniser, *label, listening=host.listening(card.id))
    return config.as_session(new_id("sess"))


class Reason(BaseModel):
    reason: str = Field("", max_length=256)


@router.post("/v1/kill")
async def kill(request: Request, caller: HouseAdmin, why: Reason | None = None) -> dict[str, Any]:
    """Stop every session's sound and picture now, and let nobody in until the stop is lifted."""
    access = request.app.state.access
    stop = access.kill.engage(caller.name, why.reason if why else "")
    await access.note("service.suspended", tenant=caller.tenant, actor=caller.name, reason=stop.reason)
    return {"stopped": True, **asdict(stop)}


@router.get("/v1/kill")
async def killed(request: Request, caller: HouseAdmin) -> dict[str, Any]:
    """Whether the service is stopped, by whom and why."""
    stop = request.app.state.access.kill.stop
    return {"stopped": bool(stop), **(asdict(stop) if stop else {})}


@router.delete("/v1/kill")
async def lift(request: Request, caller: HouseAdmin) -> dict[str, Any]:
    """Let people in again."""
    access = request.app.state.access
    access.kill.lift()
    await access.note("service.resumed", tenant=caller.tenant, actor=caller.name)
    return {"stopped": False}
