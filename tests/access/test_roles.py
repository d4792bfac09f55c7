"""Roles: which scope opens which address, all of them; and that nobody approves what they wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from scripted_house import ScriptedHouse, connected, make_app

from dialogue.archive import export_zip
from dialogue.packs import find_pack
from server.access.credentials import Scope
from server.storage.keeping import Keeping

SCOPES = get_args(Scope)
TALK = {"visitor", "integrator", "operator", "admin"}
LOOK = {"stage", "integrator", "operator", "admin"}
RUN = {"integrator", "operator", "admin"}
DESK = {"operator", "admin"}
WRITE, WRITE_AT_DESK = {"editor", "admin"}, {"editor", "operator", "admin"}
APPROVE, READ = {"compliance", "admin"}, {"auditor", "compliance", "admin"}
ADMIN = {"admin"}
# Every address that wants a key, and who may use it.
MATRIX = {
    "GET /v1/personas": TALK, "GET /v1/models": TALK, "GET /v1/voices": TALK, "GET /v1/avatars": TALK,
    "WS /v1/realtime": TALK, "WS /v1/stages/{session}": LOOK,
    "POST /v1/realtime/client_secrets": RUN, "POST /v1/chat/completions": RUN,
    "POST /v1/audio/speech": RUN, "POST /v1/audio/transcriptions": RUN,
    "POST /v1/sessions": RUN, "GET /v1/sessions": RUN, "GET /v1/sessions/{session}": RUN,
    "DELETE /v1/sessions/{session}": RUN, "GET /v1/sessions/{session}/transcript": RUN,
    "POST /v1/sessions/{session}/speak": RUN, "POST /v1/sessions/{session}/say": RUN,
    "POST /v1/sessions/{session}/interrupt": RUN, "POST /v1/sessions/{session}/mood": RUN,
    "POST /v1/sessions/{session}/gesture": RUN, "POST /v1/sessions/{session}/card": RUN,
    "GET /v1/sessions/{session}/turns/{turn}/waterfall": DESK, "GET /v1/kiosks": DESK, "GET /metrics": DESK,
    "POST /v1/studio/shows": DESK, "GET /v1/studio/shows": DESK, "GET /v1/studio/shows/{show}": DESK,
    "POST /v1/studio/shows/{show}/controls": DESK, "POST /v1/studio/shows/{show}/comments": DESK,
    "POST /v1/studio/shows/{show}/comments/replay": DESK, "GET /v1/studio/shows/{show}/record": DESK,
    "DELETE /v1/studio/shows/{show}": DESK, "POST /v1/studio/shows/{show}/film": DESK,
    "GET /v1/studio/shows/{show}/film": DESK, "GET /v1/studio/shows/{show}/clip": DESK,
    "DELETE /v1/studio/shows/{show}/film": DESK, "WS /v1/studio/shows/{show}/desk": DESK,
    "WS /v1/studio/shows/{show}/comments": DESK, "WS /v1/studio/shows/{show}/perform": DESK,
    "GET /v1/console/me": DESK | WRITE | READ, "GET /v1/console/personas": WRITE | READ,
    "POST /v1/console/live/{session}/take_over": DESK,
    "POST /v1/console/live/{session}/say": DESK, "POST /v1/console/live/{session}/hand_back": DESK,
    "POST /v1/console/live/{session}/dismiss": DESK, "GET /v1/console/figures": DESK,
    "GET /v1/console/unanswered": DESK, "GET /v1/console/health": DESK,
    "GET /v1/console/packs/{persona}": WRITE_AT_DESK, "POST /v1/console/drafts": WRITE_AT_DESK,
    "GET /v1/console/drafts/{persona}/{version}/diff": WRITE_AT_DESK, "POST /v1/console/evals": WRITE_AT_DESK,
    "GET /v1/console/jobs/{job}": WRITE_AT_DESK,
    "POST /v1/personas": WRITE, "POST /v1/personas/{persona}/build": WRITE,
    "GET /v1/jobs": WRITE, "GET /v1/jobs/{job}": WRITE, "POST /v1/jobs/{job}/cancel": ADMIN,
    "GET /v1/personas/{persona}/versions": WRITE | READ, "GET /v1/personas/{persona}/files": WRITE | READ,
    "GET /v1/personas/{persona}/file": WRITE | READ, "GET /v1/personas/{persona}/changes": WRITE | READ,
    "POST /v1/personas/{persona}/check": WRITE, "POST /v1/personas/{persona}/versions": WRITE,
    "POST /v1/personas/{persona}/ask": WRITE | APPROVE, "POST /v1/personas/{persona}/evals": WRITE | APPROVE,
    "GET /v1/personas/{persona}/evals": WRITE | READ,
    "POST /v1/personas/{persona}/activate": APPROVE, "POST /v1/personas/{persona}/rollback": APPROVE,
    "POST /v1/data/export": APPROVE, "POST /v1/data/erase": APPROVE, "POST /v1/data/consents": APPROVE,
    "GET /v1/audit": READ, "GET /v1/audit/head": READ, "GET /v1/console/compliance": DESK | READ,
    "POST /v1/webhooks": ADMIN, "GET /v1/webhooks": ADMIN, "DELETE /v1/webhooks/{webhook}": ADMIN,
    "POST /v1/webhooks/{webhook}/secret": ADMIN, "POST /v1/webhooks/{webhook}/test": ADMIN,
    "GET /v1/webhooks/{webhook}/deliveries": ADMIN,
    "POST /v1/webhooks/{webhook}/deliveries/{delivery}/retry": ADMIN,
    "POST /v1/kill": ADMIN, "GET /v1/kill": ADMIN, "DELETE /v1/kill": ADMIN,
    "GET /v1/console/keys": ADMIN, "POST /v1/console/keys": ADMIN, "POST /v1/console/keys/{key}/rotate": ADMIN,
    "DELETE /v1/console/keys/{key}": ADMIN, "PUT /v1/console/tenants/{tenant}": ADMIN,
}  # fmt: skip
ENDLESS = {"GET /v1/console/live": DESK}  # goes on until its reader leaves: only refusals are asked of it
OPEN = {
    "GET /healthz", "GET /readyz", "GET /avatars/{name}/{file}", "GET /maps/{persona}", "GET /v1/kiosk",
    "POST /v1/kiosks/{kiosk}/heartbeat", "GET /kiosk/face_detector.tflite", "GET /studio/face_landmarker.task",
    "GET /v1/compliance/disclosure", "GET /v1/compliance/terms", "GET /v1/oidc", "GET /v1/oidc/login",
    "GET /v1/oidc/callback", "POST /v1/oidc/logout",
}  # fmt: skip


@pytest.fixture
def app(keeping: Keeping, tmp_path: Path) -> FastAPI:
    return make_app(ScriptedHouse(), keeping=keeping, home=tmp_path)


def key(app: FastAPI, scope: str, tenant: str = "default") -> str:
    return app.state.access.keys.create(tenant, scope).secret


def http(app: FastAPI, secret: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("203.0.113.9", 1))
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx.AsyncClient(transport=transport, base_url="https://shuren.example", headers=headers)


def addresses(routes: list) -> Iterator[str]:
    for route in routes:
        if hasattr(route, "original_router"):
            yield from addresses(route.original_router.routes)
        elif isinstance(route, APIRoute):
            yield from (f"{method} {route.path}" for method in route.methods)
        elif isinstance(route, APIWebSocketRoute):
            yield f"WS {route.path}"


def filled(path: str) -> str:
    return path.replace("{turn}", "1").replace("{", "").replace("}", "")


def test_every_address_stands_in_the_matrix_or_is_open(app: FastAPI) -> None:
    assert set(addresses(app.routes)) == set(MATRIX) | set(ENDLESS) | OPEN


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_scope_opens_what_the_matrix_says_and_nothing_else(app: FastAPI, scope: str) -> None:
    secret = key(app, scope)
    for address, allowed in (MATRIX | ENDLESS).items():
        method, path = address.split(" ")
        if address in ENDLESS and scope in allowed:
            continue
        if method == "WS":
            headers = {"Authorization": f"Bearer {secret}", "Host": "shuren.example"}
            async with connected(app, "", path=filled(path), headers=headers) as socket:
                welcome = socket.refused is None
                assert welcome or socket.refused["status"] == 403
        else:
            got = await http(app, secret).request(method, filled(path))
            assert got.status_code != 401, address
            welcome = got.status_code != 403
        assert welcome == (scope in allowed), f"{scope}: {address}"
        app.state.access.kill.lift()  # the admin's


@pytest.mark.parametrize("scope", ["editor", "compliance", "auditor", "admin"])
@pytest.mark.parametrize(
    "address",
    ["POST /v1/personas", "POST /v1/personas/x/activate", "GET /v1/personas/x/versions", "GET /v1/audit/head"],
)
async def test_what_belongs_to_the_whole_service_is_closed_to_every_role_of_a_tenant(
    app: FastAPI, scope: str, address: str
) -> None:
    method, path = address.split(" ")
    assert (await http(app, key(app, scope, "bank")).request(method, path)).status_code == 403


async def sent(app: FastAPI, secret: str, tmp_path: Path) -> str:
    """The version of a pack that was sent with this key."""
    file = tmp_path / "pack.zip"
    export_zip(find_pack("bank-teller"), file)
    got = await http(app, secret).post("/v1/personas", content=file.read_bytes())
    assert got.status_code == 201, got.text
    return got.json()["version"]


async def activated(app: FastAPI, secret: str, version: str) -> int:
    url = "/v1/personas/bank-teller/activate"
    return (await http(app, secret).post(url, json={"version": version})).status_code


async def test_an_editor_cannot_put_their_version_to_use_and_compliance_can(app: FastAPI, tmp_path: Path) -> None:
    editor, compliance = key(app, "editor"), key(app, "compliance")
    version = await sent(app, editor, tmp_path)
    assert await activated(app, editor, version) == 403
    assert await activated(app, compliance, version) == 200
    assert (await http(app, editor).post("/v1/personas/bank-teller/rollback")).status_code == 403
    last = app.state.access._keeping.audit.entries(last=1, action="pack.activated")[-1]
    assert last.actor != f"key {editor.split('_')[1]}"


async def test_with_four_eyes_not_even_an_admin_approves_their_own_version(keeping: Keeping, tmp_path: Path) -> None:
    app = make_app(ScriptedHouse(), keeping=keeping, home=tmp_path, access={"four_eyes": True})
    mine, another = key(app, "admin"), key(app, "admin")
    version = await sent(app, mine, tmp_path)
    assert await activated(app, mine, version) == 403
    assert await activated(app, another, version) == 200
