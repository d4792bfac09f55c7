"""`GET /healthz`: is the process alive? `GET /readyz`: can somebody begin a conversation here, and if not, why?

An orchestrator restarts what is not alive and sends nobody to what is not ready; to mix them up turns a full disk into
a loop of restarts.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from dialogue.llm import PART as LANGUAGE_MODEL
from models.hosting import READY, RESTARTING

router = APIRouter()


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """200 as long as the event loop turns."""
    return {"status": "alive"}


@router.get("/readyz")
async def ready(request: Request) -> JSONResponse:
    """200 when a conversation can begin, else 503; `parts` says which part stands in the way. What only makes it worse
    (no database: nothing is written down) is told under `degraded` and keeps nobody out."""
    parts, degraded = _needed(request.app), _wanted(request.app)
    good = all(state == READY for state in parts.values())
    house = request.app.state.host
    body: dict[str, Any] = {"status": READY if good else "not_ready", "parts": parts}
    body["degraded"] = {name: state for name, state in degraded.items() if state != READY}
    body |= {"engines": house.readiness(), "rendered": house.rendered()}
    return JSONResponse(body, 200 if good else 503)


def _needed(app: FastAPI) -> dict[str, str]:
    """Without any of these nobody can talk."""
    settings, state = app.state.settings, app.state
    return {
        "engines": engines(state.host.readiness()),
        "disk": disk(settings.home.expanduser(), settings.observing.disk_mb),
        "kill_switch": "stopped" if state.access.kill.stop else READY,
        "drain": "draining" if state.observing.drain.draining else READY,
    }


def _wanted(app: FastAPI) -> dict[str, str]:
    """A conversation goes on without these."""
    house = app.state.host
    states = {name: state for name, state in house.readiness().items() if state != READY}
    if keeping := getattr(house, "keeping", None):
        states["storage"] = keeping.recorder.health.state
    if access := getattr(app.state, "access", None):
        states["limits"] = access.limits()
    return states


def engines(parts: dict[str, str]) -> str:
    """One persona is enough to begin with; what all of them share is needed. While the process of a language model is
    started again, she answers from her pack."""
    personas = [state for name, state in parts.items() if name.startswith("persona ")]
    needed = {name: state for name, state in parts.items() if not name.startswith("persona ")}
    if needed.get(LANGUAGE_MODEL) == RESTARTING:
        del needed[LANGUAGE_MODEL]
    shared = list(needed.values())
    if RESTARTING in shared:
        return RESTARTING
    if all(state == READY for state in shared) and (not personas or READY in personas):
        return READY
    wrong = any(state not in (READY, "loading") for state in (*shared, *personas))
    return "failed" if wrong else "loading"


def disk(folder: Path, least_mb: int) -> str:
    """Room where weights, recordings and the database lie."""
    there = next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))
    return READY if shutil.disk_usage(there).free >= least_mb << 20 else "full"
