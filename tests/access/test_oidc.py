"""Operators sign in with their organisation's account; nobody else does, by whatever the browser brings back."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import oidc_provider
import pytest
from fastapi import FastAPI
from oidc_provider import CLIENT, PERSON, SECRET, Provider
from pydantic import ValidationError
from scripted_house import ScriptedHouse, connected, make_app
from sqlalchemy import select

from server.oidc import provider as module
from server.oidc import routes
from server.oidc.settings import Oidc
from server.oidc.tables import SignedInRow
from server.storage.database import now
from server.storage.keeping import Keeping
from server.storage.tables import AuditRow

URL = "https://shuren.example"
COOKIE = "__Host-shuren-session"
GRANTS = {"owners": {"scope": "admin"}, "console": {"scope": "operator", "tenant": "bank"}}


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with oidc_provider.running() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.person, running.wrong, running.sign = dict(PERSON), {}, running.signed
    running.asked, running.redirects = [], []
    return running


def service(provider: Provider, keeping: Keeping, home: Path, **oidc) -> FastAPI:
    given = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET, "url": URL, "grants": GRANTS}
    house = ScriptedHouse()
    house.keeping, house.digests = keeping, dict
    app = make_app(house, keeping=keeping, home=home, oidc=given | oidc)
    app.state.access.keys.create("default", "admin")
    return app


@pytest.fixture
def app(provider: Provider, keeping: Keeping, tmp_path: Path) -> FastAPI:
    return service(provider, keeping, tmp_path)


def browser(app: FastAPI) -> httpx.AsyncClient:
    """Keeps cookies, as one browser."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=URL, headers={"Sec-Fetch-Site": "same-origin"})


async def back_from_provider(window: httpx.AsyncClient) -> str:
    """To the provider, which signs the person in: where it sends the browser."""
    sent = await window.get("/v1/oidc/login")
    assert sent.status_code == 303, sent.text
    async with httpx.AsyncClient() as elsewhere:
        return (await elsewhere.get(sent.headers["location"])).headers["location"]


async def signed_in(window: httpx.AsyncClient) -> str:
    """Where the browser is sent in the end."""
    answer = await window.get(await back_from_provider(window))
    assert answer.status_code == 303
    return answer.headers["location"]


async def test_a_person_of_a_granted_group_signs_in_and_out(app: FastAPI, keeping: Keeping, provider: Provider) -> None:
    async with browser(app) as window:
        assert (await window.get("/v1/console/me")).status_code == 401
        assert (await window.get("/v1/oidc")).json() == {"sign_in": True}
        came = await window.get(await back_from_provider(window))
        assert came.headers["location"] == f"{URL}/console"
        cookie = next(each for each in came.headers.get_list("set-cookie") if each.startswith(COOKIE))
        for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/", "Max-Age=28800"):
            assert part in cookie
        me = (await window.get("/v1/console/me")).json()
        assert (me["name"], me["scope"], me["tenant"]) == ("person lin.mei", "operator", "bank")
        assert me["signed_in"] and not me["of_the_house"]
        assert (await window.get("/v1/audit")).status_code == 403  # an operator, no admin
        stolen = dict(window.cookies)
        assert (await window.post("/v1/oidc/logout", headers={"Origin": URL})).status_code == 204
        assert (await window.get("/v1/console/me")).status_code == 401
        window.cookies.update(stolen)
        assert (await window.get("/v1/console/me")).status_code == 401  # ended here, not only forgotten there
    with keeping.database.reading() as session:
        noted = [(row.action, row.actor, row.tenant) for row in session.scalars(select(AuditRow))][-2:]
        assert noted == [(f"person.signed_{way}", "person lin.mei", "bank") for way in ("in", "out")]


@pytest.mark.parametrize(("scope", "tried"), [("editor", 422), ("compliance", 403)])
async def test_a_group_may_write_packs_or_approve_them(
    provider: Provider, keeping: Keeping, tmp_path: Path, scope: str, tried: int
) -> None:
    async with browser(service(provider, keeping, tmp_path, grants={"console": {"scope": scope}})) as window:
        await signed_in(window)
        assert (await window.get("/v1/console/me")).json()["scope"] == scope
        packs = "/v1/personas/bank-teller"
        assert (await window.get(f"{packs}/files")).status_code == 200
        assert (await window.post(f"{packs}/check", json={}, headers={"Origin": URL})).status_code == tried
        assert (await window.get("/v1/console/figures")).status_code == 403  # no operator


async def test_keys_work_beside_accounts_and_go_before_them(app: FastAPI) -> None:
    key = app.state.access.keys.create("bank", "admin").secret
    async with browser(app) as window:
        await signed_in(window)
        me = (await window.get("/v1/console/me", headers={"Authorization": f"Bearer {key}"})).json()
        assert (me["scope"], me["signed_in"]) == ("admin", False)
        wrong = await window.get("/v1/console/me", headers={"Authorization": "Bearer shuren_wrong"})
        assert wrong.status_code == 401


async def test_of_several_groups_the_first_in_the_settings_counts_and_none_is_refused(
    app: FastAPI, provider: Provider
) -> None:
    for groups, where in (["console", "owners"], ""), (["staff"], "forbidden"), (None, "forbidden"), ("owners", ""):
        provider.person |= {"groups": groups}
        async with browser(app) as window:
            assert await signed_in(window) == f"{URL}/console" + (f"?refused={where}" if where else "")
            me = await window.get("/v1/console/me")
            assert me.status_code == (401 if where else 200)
            if not where:
                assert me.json()["of_the_house"]


def unsigned(claims: dict) -> str:
    return jwt.encode(claims, None, "none")


def by_public_key(claims: dict) -> str:
    """HS256, keyed with what everybody knows: the service must not take a public key for a secret."""
    return jwt.encode(claims, "k1" * 32, "HS256", headers={"kid": "k1"})


STRANGER = Provider()


def by_a_stranger(claims: dict) -> str:
    """With the provider's key id and another's key."""
    return STRANGER.signed(claims)


def by_an_unknown_key(claims: dict) -> str:
    return jwt.encode(claims, STRANGER.keys["k1"], "RS256", headers={"kid": "k9"})


@pytest.mark.parametrize("sign", [unsigned, by_public_key, by_a_stranger, by_an_unknown_key, lambda claims: "no token"])
async def test_tokens_that_the_provider_did_not_sign_are_refused(app: FastAPI, provider: Provider, sign) -> None:
    provider.sign = sign
    async with browser(app) as window:
        assert await signed_in(window) == f"{URL}/console?refused=sign_in_failed"
        assert COOKIE not in window.cookies


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"aud": "another service"},
        {"aud": [CLIENT, "another service"]},  # and no `azp` that says for whom
        {"iss": "https://elsewhere.example"},
        {"exp": 1_600_000_000},  # long ago. Fixed, like the next: every test worker must collect the same names
        {"exp": None},
        {"iat": 4_100_000_000},  # in the year 2099
        {"sub": None},
    ],
    ids=str,
)
async def test_tokens_that_are_not_of_this_sign_in_are_refused(app: FastAPI, provider: Provider, wrong: dict) -> None:
    provider.wrong = wrong
    async with browser(app) as window:
        assert await signed_in(window) == f"{URL}/console?refused=sign_in_failed"
        assert COOKIE not in window.cookies


async def test_what_was_used_or_belongs_to_another_browser_signs_nobody_in(app: FastAPI) -> None:
    async with browser(app) as window, browser(app) as attacker:
        sent = await window.get("/v1/oidc/login")
        began = dict(window.cookies)
        async with httpx.AsyncClient() as elsewhere:
            back = (await elsewhere.get(sent.headers["location"])).headers["location"]
        for cookies in ({}, dict((await attacker.get("/v1/oidc/login")).cookies)):  # none, or one of its own
            attacker.cookies.clear()
            attacker.cookies.update(cookies)
            assert (await attacker.get(back)).headers["location"].endswith("refused=sign_in_failed")
        assert (await window.get(back)).headers["location"] == f"{URL}/console"
        window.cookies.clear()
        window.cookies.update(began)
        assert (await window.get(back)).headers["location"].endswith("refused=sign_in_failed")
        window.cookies.update(began)
        forged = back.replace(parse_qs(urlsplit(back).query)["code"][0], "guessed")
        assert (await window.get(forged)).headers["location"].endswith("refused=sign_in_failed")


async def test_nobody_is_sent_to_an_address_of_the_request(app: FastAPI, provider: Provider) -> None:
    evil = "https://evil.example"
    async with browser(app) as window:
        headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Referer": evil}
        sent = await window.get("/v1/oidc/login", params={"next": evil, "redirect_uri": evil}, headers=headers)
        assert sent.headers["location"].startswith(f"{provider.issuer}/authorize?") and "evil" not in str(sent.headers)
        async with httpx.AsyncClient() as elsewhere:
            back = (await elsewhere.get(sent.headers["location"])).headers["location"]
        assert provider.redirects == [f"{URL}/v1/oidc/callback"]
        done = await window.get(f"{back}&next={evil}&return_to={evil}", headers=headers)
        assert done.headers["location"] == f"{URL}/console"


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-site"}, {}], ids=str)
async def test_pages_of_elsewhere_cannot_use_the_cookie(app: FastAPI, headers: dict[str, str]) -> None:
    async with browser(app) as window:
        await signed_in(window)
        window.headers.pop("Sec-Fetch-Site")
        answer = await window.post("/v1/console/live/sess_1/dismiss", headers=headers)
        assert answer.status_code == 401
        own = await window.post("/v1/console/live/sess_1/dismiss", headers={"Origin": URL})
        assert own.status_code == 404  # heard; there is no such session
        cookie = f"{COOKIE}={window.cookies[COOKIE]}"
    async with connected(app, "", headers={"Host": "shuren.example", "Cookie": cookie, "Origin": URL}) as socket:
        assert '"unauthorized"' in (await socket.message())["body"].decode() and socket.refused["status"] == 401


async def test_signed_in_people_make_no_tokens(app: FastAPI) -> None:
    async with browser(app) as window:
        await signed_in(window)
        answer = await window.post("/v1/realtime/client_secrets", json={}, headers={"Origin": URL})
        assert answer.status_code == 403


async def test_a_session_ends_with_its_time_or_its_grant(
    app: FastAPI, keeping: Keeping, provider: Provider, tmp_path: Path
) -> None:
    async with browser(app) as window:
        await signed_in(window)
        async with browser(service(provider, keeping, tmp_path, grants={"owners": {}})) as later:
            later.cookies.update(window.cookies)
            assert (await later.get("/v1/console/me")).status_code == 401  # the settings grant it no more
        app.state.access.sign_in.people._now = lambda: now() + timedelta(hours=9)
        assert (await window.get("/v1/console/me")).status_code == 401
        await signed_in(window)
    with keeping.database.reading() as session:
        assert len(session.scalars(select(SignedInRow)).all()) == 1  # what has expired is not kept


async def test_the_provider_may_change_its_keys_and_strangers_do_not_make_us_ask_for_them(
    app: FastAPI, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = time.monotonic()
    app.state.access.sign_in.provider._clock = lambda: clock
    async with browser(app) as window:
        assert await signed_in(window) == f"{URL}/console"
        provider.sign = by_an_unknown_key
        for _ in range(3):
            assert "refused" in await signed_in(window)
        assert provider.asked.count("jwks") == 1
        provider.sign = provider.signed
        provider.rotate("k2")
        clock += module.KEYS_EVERY_S
        assert await signed_in(window) == f"{URL}/console"
        assert (provider.asked.count("jwks"), provider.asked.count("discovery")) == (2, 1)
    provider.rotate("k1")


async def test_a_provider_that_is_away_or_another_is_told_as_that(
    keeping: Keeping, tmp_path: Path, provider: Provider
) -> None:
    for issuer in ("http://127.0.0.1:9", provider.issuer.replace("localhost", "127.0.0.1")):
        async with browser(service(provider, keeping, tmp_path, issuer=issuer)) as window:
            answer = await window.get("/v1/oidc/login")
            assert answer.headers["location"] == f"{URL}/console?refused=backend_unavailable"


async def test_the_provider_is_not_asked_as_often_as_somebody_likes(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "PER_MINUTE", 1)
    async with browser(app) as window:
        answers = [await window.get("/v1/oidc/login") for _ in range(2)]
        assert [each.status_code for each in answers] == [303, 429] and "retry-after" in answers[-1].headers


async def test_nothing_secret_stands_in_logs_or_the_database(
    app: FastAPI, keeping: Keeping, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "shuren")
    async with browser(app) as window:
        back = await back_from_provider(window)
        flow = window.cookies["__Host-shuren-sign-in"]
        await window.get(back)
        session = window.cookies[COOKIE]
        provider.wrong = {"nonce": "wrong"}
        failed = await back_from_provider(window)
        await window.get(failed)
    asked = [parse_qs(urlsplit(each).query)[name][0] for each in (back, failed) for name in ("code", "state")]
    keeping.database.dispose()
    kept = Path(keeping.database.engine.url.database).parent.glob("shuren.db*")
    written = b"".join(file.read_bytes() for file in kept).decode("latin-1") + caplog.text  # noqa: ASYNC240
    assert "sign_in_refused" in caplog.text and "lin.mei" in written
    assert not [secret for secret in (SECRET, flow, session, *asked) if secret in written]


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://login.example"},
        {"url": "http://shuren.example"},
        {"grants": {}},
        {"client_id": ""},
        {"url": ""},
    ],
    ids=str,
)
def test_settings_that_would_be_read_on_the_way_or_let_nobody_in_are_refused(wrong: dict) -> None:
    right = {"issuer": "https://login.example", "client_id": CLIENT, "url": URL, "grants": {"console": {}}}
    assert Oidc(**right).secure
    with pytest.raises(ValidationError):
        Oidc(**right | wrong)


async def test_without_a_provider_there_are_keys_only(keeping: Keeping, tmp_path: Path) -> None:
    app = make_app(keeping=keeping, home=tmp_path)
    async with browser(app) as window:
        assert (await window.get("/v1/oidc")).json() == {"sign_in": False}
        assert (await window.get("/v1/oidc/login")).json()["error"]["code"] == "request_invalid"
