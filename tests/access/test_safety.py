"""What browsers are told with every answer, which pages may read or frame ours, and how large a body may be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from scripted_house import ScriptedHouse, make_app

from server.storage.database import Database
from server.storage.keeping import Keeping

BANK, MUSEUM = "https://bank.example", "https://museum.example"


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.AsyncClient]:
    home = tmp_path_factory.mktemp("safety")
    (home / "page").mkdir()
    (home / "page" / "index.html").write_text("<p>page</p>")
    keeping = Keeping(Database(f"sqlite:///{home / 'shuren.db'}"))
    keeping.database.migrate()
    settings = {"home": home, "page": home / "page", "api_key": "secret"}
    app = make_app(ScriptedHouse(), keeping=keeping, access={"body_bytes": 2048}, **settings)
    app.state.access.keys.set_tenant("bank", origins=[BANK])
    app.state.access.keys.set_tenant("museum", origins=[MUSEUM])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    yield httpx.AsyncClient(
        transport=transport, base_url="https://shuren.example", headers={"Authorization": "Bearer secret"}
    )
    keeping.database.dispose()


def directives(response: httpx.Response) -> dict[str, list[str]]:
    parts = [part.split() for part in response.headers["content-security-policy"].split(";")]
    return {name: values for name, *values in parts}


async def test_the_page_runs_its_own_scripts_only_and_is_framed_by_nobody(http: httpx.AsyncClient) -> None:
    got = await http.get("/")
    policy = directives(got)
    assert policy["default-src"] == ["'none'"] and policy["script-src"] == ["'self'"]
    assert not any(word in got.headers["content-security-policy"] for word in ("unsafe", "*", "http"))
    assert policy["frame-ancestors"] == ["'self'"] and policy["base-uri"] == ["'none'"]
    assert got.headers["x-content-type-options"] == "nosniff" and got.headers["referrer-policy"] == "no-referrer"
    assert got.headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("query", "ancestors"),
    [("?tenant=bank", ["'self'", BANK]), ("?tenant=museum", ["'self'", MUSEUM]), ("?tenant=nobody", ["'self'"])],
)
async def test_a_tenants_own_sites_may_frame_the_page_and_no_others(http, query: str, ancestors: list[str]) -> None:
    assert directives(await http.get(f"/{query}"))["frame-ancestors"] == ancestors


@pytest.mark.parametrize("path", ["/v1/personas", "/v1/nothing"])
async def test_data_is_framed_by_nobody_and_runs_nothing(http: httpx.AsyncClient, path: str) -> None:
    assert directives(await http.get(path)) == {"default-src": ["'none'"], "frame-ancestors": ["'none'"]}


async def test_pages_of_a_tenant_may_ask_and_others_may_not(http: httpx.AsyncClient) -> None:
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    allowed = await http.options("/v1/personas", headers={"Origin": BANK, **wanted})
    assert allowed.status_code == 204 and allowed.headers["access-control-allow-origin"] == BANK
    assert "Authorization" in allowed.headers["access-control-allow-headers"]
    refused = await http.options("/v1/personas", headers={"Origin": "https://evil.example", **wanted})
    assert refused.status_code == 403 and "access-control-allow-origin" not in refused.headers


async def test_only_answers_to_known_pages_can_be_read_and_never_with_cookies(http: httpx.AsyncClient) -> None:
    for origin, readable in ((BANK, True), ("https://evil.example", False), ("null", False)):
        got = await http.get("/v1/personas", headers={"Origin": origin})
        assert (got.headers.get("access-control-allow-origin") == origin) == readable
        assert "access-control-allow-credentials" not in got.headers
        assert "Origin" in got.headers["vary"]


async def test_a_body_that_is_too_large_is_refused_whether_its_length_is_told_or_not(http: httpx.AsyncClient) -> None:
    async def parts():
        for _ in range(64):
            yield b'{"session": "' + b"x" * 1024

    told = await http.post("/v1/realtime/client_secrets", content=b"x" * 4096)
    untold = await http.post("/v1/realtime/client_secrets", content=parts())
    assert [told.status_code, untold.status_code] == [413, 413]
    assert {each.json()["error"]["code"] for each in (told, untold)} == {"request_too_large"}
    small = await http.post("/v1/realtime/client_secrets", json={})
    assert small.status_code == 200


async def test_a_recording_has_the_limit_of_its_own_endpoint(http: httpx.AsyncClient, tmp_path: Path) -> None:
    got = await http.post("/v1/audio/transcriptions", files={"file": b"\0" * 8192})
    assert got.status_code != 413
