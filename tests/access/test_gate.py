"""Who comes in: keys, tokens, pages and neighbours, over REST and the live wire; and what they are told who may not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from openai.types.realtime import ClientSecretCreateResponse
from scripted_house import ScriptedHouse, Socket, connected, make_app
from serving import sdk, served

from models.errors import KeyRequired, StorageUnavailable
from server.access.access import Access
from server.access.caller import Limits
from server.access.tokens import Token
from server.settings import Settings
from server.storage.database import Database
from server.storage.keeping import Keeping

PAGE = "https://bank.example"
BROWSER = "openai-insecure-api-key."


@dataclass
class Service:
    app: FastAPI
    house: ScriptedHouse
    access: Access

    def http(self, key: str = "", *, origin: str = "", host: str = "shuren.example") -> httpx.AsyncClient:
        headers = ({"Authorization": f"Bearer {key}"} if key else {}) | ({"Origin": origin} if origin else {})
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=f"https://{host}", headers=headers)

    def socket(self, token: str, *, origin: str = "", query: str = "", **how):
        headers = {"Host": "shuren.example"} | ({"Origin": origin} if origin else {})
        return connected(self.app, query, subprotocols=("shuren.v1", BROWSER + token), headers=headers, **how)

    async def mint(self, key: str, **body) -> dict:
        got = await self.http(key).post("/v1/realtime/client_secrets", json=body)
        assert got.status_code == 200, got.text
        return got.json()


def service(keeping: Keeping | None, home: Path, **access) -> Service:
    house = ScriptedHouse()
    app = make_app(house, keeping=keeping, home=home, access=access)
    return Service(app, house, app.state.access)


@pytest.fixture
def bank(keeping: Keeping, tmp_path: Path) -> Service:
    made = service(keeping, tmp_path)
    made.access.keys.set_tenant("bank", origins=[PAGE], sessions=0, requests_per_minute=0)
    return made


async def refusal(socket: Socket) -> tuple[int, str]:
    """Status and code of a refused handshake."""
    import json

    body = await socket.message()
    return socket.refused["status"], json.loads(body["body"])["error"]["code"]


# --- before the first key ---------------------------------------------------------------------------------------------


async def test_before_the_first_key_this_machine_may_do_everything(tmp_path: Path) -> None:
    http = service(None, tmp_path).http(host="localhost:8000")
    assert (await http.get("/v1/personas")).status_code == 200
    assert (await http.get("/v1/kill")).json() == {"stopped": False}


@pytest.mark.parametrize(
    ("host", "headers", "code"),
    [
        ("rebound.example", {}, "unauthorized"),
        ("localhost:8000", {"Origin": "https://evil.example"}, "origin_not_allowed"),
        ("localhost:8000", {"X-Forwarded-For": "203.0.113.9"}, "unauthorized"),
        ("localhost:8000", {"Origin": "null"}, "origin_not_allowed"),
    ],
)
async def test_before_the_first_key_pages_of_elsewhere_and_proxies_are_refused(
    tmp_path: Path, host: str, headers: dict, code: str
) -> None:
    got = await service(None, tmp_path).http(host=host).get("/v1/personas", headers=headers)
    assert got.json()["error"]["code"] == code


async def test_a_page_of_elsewhere_cannot_open_the_wire_of_a_machine_without_a_key(tmp_path: Path) -> None:
    headers = {"Host": "localhost:8000", "Origin": "https://evil.example"}
    async with connected(service(None, tmp_path).app, headers=headers) as socket:
        assert await refusal(socket) == (403, "origin_not_allowed")


def test_other_machines_are_let_in_only_with_a_key(tmp_path: Path) -> None:
    keeping = Keeping(Database(f"sqlite:///{tmp_path / 'shuren.db'}"))
    access = Access(Settings(home=tmp_path), keeping)
    access.check_host("127.0.0.1")
    with pytest.raises(KeyRequired) as caught:
        access.check_host("0.0.0.0")
    assert caught.value.hint == "shuren keys create --scope admin"
    Access(Settings(home=tmp_path, api_key="secret"), keeping).check_host("0.0.0.0")
    key = access.keys.create("default", "admin")
    access.check_host("0.0.0.0")
    access.keys.revoke(key.id)
    access.check_host("0.0.0.0")  # nobody gets in, but the service is closed, not open
    keeping.database.dispose()


async def test_the_first_key_closes_a_service_that_runs(keeping: Keeping, tmp_path: Path) -> None:
    fresh = Keeping(Database(f"sqlite:///{tmp_path / 'fresh.db'}"))
    fresh.database.migrate()
    open_service = service(fresh, tmp_path)
    http = open_service.http(host="localhost")
    assert (await http.get("/v1/personas")).status_code == 200
    open_service.access.keys.create("default", "admin")
    assert (await http.get("/v1/personas")).status_code == 401
    fresh.database.dispose()


# --- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        ("visitor", "/v1/personas", 200),
        ("stage", "/v1/personas", 403),
        ("visitor", "/v1/sessions", 403),
        ("operator", "/v1/sessions", 200),
        ("operator", "/v1/kill", 403),
        ("admin", "/v1/kill", 403),  # of a tenant, not of the house
    ],
)
async def test_a_key_does_what_its_scope_says(bank: Service, scope: str, path: str, status: int) -> None:
    key = bank.access.keys.create("bank", scope)
    assert (await bank.http(key.secret).get(path)).status_code == status


async def test_the_key_of_the_settings_is_the_operators_own(keeping: Keeping, tmp_path: Path) -> None:
    app = make_app(ScriptedHouse(), keeping=keeping, home=tmp_path, api_key="from the settings")
    http = Service(app, app.state.host, app.state.access).http("from the settings")
    assert (await http.get("/v1/kill")).status_code == 200


async def test_tenants_do_not_see_each_others_sessions(bank: Service) -> None:
    keys = bank.access.keys
    mine, theirs, house = (keys.create(tenant, "admin").secret for tenant in ("bank", "museum", "default"))
    created = (await bank.http(mine).post("/v1/sessions", json={})).json()["id"]
    assert bank.house.visits[-1].tenant == "bank"
    assert [len((await bank.http(key).get("/v1/sessions")).json()["sessions"]) for key in (mine, theirs, house)] == [
        1, 0, 1,
    ]  # fmt: skip
    assert (await bank.http(theirs).delete(f"/v1/sessions/{created}")).status_code == 404
    assert (await bank.http(mine).delete(f"/v1/sessions/{created}")).status_code == 204


async def test_keys_checked_before_are_good_for_a_while_when_the_database_is_away(
    bank: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, unknown = (bank.access.keys.create("bank", "visitor").secret for _ in range(2))
    assert (await bank.http(known).get("/v1/personas")).status_code == 200

    def away(_: str) -> None:
        raise StorageUnavailable("The database cannot be reached.")

    monkeypatch.setattr(bank.access.keys, "check", away)
    assert (await bank.http(known).get("/v1/personas")).status_code == 200
    assert (await bank.http(unknown).get("/v1/personas")).status_code == 503


# --- tokens -----------------------------------------------------------------------------------------------------------


async def test_openais_sdk_mints_a_token_and_talks_with_it() -> None:
    house = ScriptedHouse()
    async with served(house, api_key="secret") as address:
        backend = sdk(address).with_options(api_key="secret")
        made = await backend.realtime.client_secrets.create(
            expires_after={"anchor": "created_at", "seconds": 60},
            session={"type": "realtime", "model": "bank-teller"},
            extra_body={"shuren": {"visitor": "customer-17"}},
        )
        assert made.value.startswith("ek_") and made.session.model == "bank-teller"
        async with sdk(address).with_options(api_key=made.value).realtime.connect(model="bank-teller") as live:
            assert (await live.recv()).type == "session.created"
    assert house.visits[-1].visitor == "customer-17"


async def test_a_token_has_openais_shape(bank: Service) -> None:
    made = await bank.mint(bank.access.keys.create("bank", "operator").secret)
    assert ClientSecretCreateResponse.model_validate(made).expires_at == made["expires_at"]


async def test_a_token_is_for_its_pages_its_persona_and_talk_alone(bank: Service) -> None:
    key = bank.access.keys.create("bank", "operator").secret
    token = (await bank.mint(key, shuren={"origins": [PAGE], "persona": "bank-teller"}))["value"]
    for origin in ("https://evil.example", "https://shuren.example", ""):
        async with bank.socket(token, origin=origin) as socket:
            assert await refusal(socket) == (403, "origin_not_allowed")
    async with bank.socket(token, origin=PAGE, query="persona=other") as socket:
        assert (await socket.receive())["error"]["code"] == "forbidden"
    async with bank.socket(token, origin=PAGE) as socket:  # none of this has used it
        assert (await socket.receive())["type"] == "session.created"
    http = bank.http(token, origin=PAGE)
    assert (await http.get("/v1/personas")).status_code == 200
    assert (await http.get("/v1/sessions")).status_code == 403
    assert (await http.post("/v1/realtime/client_secrets", json={})).status_code == 403


async def test_a_token_without_origins_is_for_its_tenants_pages_and_our_own(bank: Service) -> None:
    key = bank.access.keys.create("bank", "operator").secret
    for origin, welcome in ((PAGE, True), ("https://shuren.example", True), ("https://museum.example", False)):
        async with bank.socket((await bank.mint(key))["value"], origin=origin) as socket:
            assert (socket.refused is None) == welcome, origin


async def test_a_token_expires_and_says_so(bank: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await bank.mint(bank.access.keys.create("bank", "operator").secret, expires_after={"seconds": 10})
    monkeypatch.setattr(bank.access.gate.mint, "_now", lambda: made["expires_at"])
    async with bank.socket(made["value"]) as socket:
        assert await refusal(socket) == (401, "token_expired")
    async with bank.socket(made["value"], query="session_id=sess_gone&resume=x") as socket:  # to return it is enough
        assert (await socket.receive())["error"]["code"] == "session_unknown"


async def test_a_token_begins_one_session_and_is_refused_when_it_is_used_again(bank: Service) -> None:
    token = (await bank.mint(bank.access.keys.create("bank", "operator").secret))["value"]
    async with bank.socket(token) as first:
        assert (await first.receive())["type"] == "session.created"
        async with bank.socket(token) as socket:
            assert await refusal(socket) == (401, "unauthorized")
    async with bank.socket(token) as socket:  # nor when that session is over
        assert await refusal(socket) == (401, "unauthorized")
    assert (await bank.http(token).get("/v1/personas")).status_code == 200  # what the page still reads
    assert len(bank.house.sessions) == bank.house.ended == 1


async def test_of_two_who_come_with_one_token_at_the_same_time_one_begins(bank: Service) -> None:
    token = (await bank.mint(bank.access.keys.create("bank", "operator").secret))["value"]

    async def come() -> str:
        async with bank.socket(token, outlived=True) as socket:
            if socket.refused:
                return (await refusal(socket))[1]
            event = await socket.receive()
            return event.get("error", event).get("code") or event["type"]

    assert sorted(await asyncio.gather(*(come() for _ in range(5)))) == ["session.created"] + ["unauthorized"] * 4


async def test_a_token_is_not_used_by_a_service_that_has_no_place(bank: Service) -> None:
    bank.access.keys.set_tenant("bank", sessions=1)
    key = bank.access.keys.create("bank", "operator").secret
    first, second = [(await bank.mint(key))["value"] for _ in range(2)]
    async with bank.socket(first) as talking:
        await talking.receive()
        async with bank.socket(second) as socket:
            assert (await socket.receive())["error"]["code"] == "quota_exceeded"
    async with bank.socket(second) as socket:
        assert (await socket.receive())["type"] == "session.created"


async def test_who_lost_the_connection_comes_back_with_the_used_and_expired_token_but_only_from_its_page(
    bank: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = bank.access.keys.create("bank", "operator").secret
    made = await bank.mint(key, shuren={"origins": [PAGE]})
    async with bank.socket(made["value"], origin=PAGE, query="resumable=true", outlived=True) as socket:
        session = (await socket.receive())["session"]
    back = f"session_id={session['id']}&resume={session['shuren']['resume']['token']}&seq=1"
    monkeypatch.setattr(bank.access.gate.mint, "_now", lambda: made["expires_at"] + 60)
    async with bank.socket(made["value"], origin="https://evil.example", query=back) as elsewhere:
        assert await refusal(elsewhere) == (403, "origin_not_allowed")
    async with bank.socket(made["value"], origin=PAGE, query=back.replace("&resume=", "&resume=x")) as guessed:
        assert (await guessed.receive())["error"]["code"] == "session_unknown"
    async with bank.socket(made["value"], origin=PAGE, query=back) as again:
        assert (await again.receive())["type"] == "shuren.resumed"
        again.leave(1000)
        await again.task


async def test_a_token_that_names_no_persona_is_for_the_first_one(bank: Service) -> None:
    key = bank.access.keys.create("bank", "operator").secret
    for body in ({}, {"session": {"type": "realtime", "model": "gpt-realtime"}}):
        token = bank.access.gate.mint.read((await bank.mint(key, **body))["value"])
        assert (token.persona, token.tenant) == ("bank-teller", "bank")


async def test_a_token_to_look_on_may_connect_again_until_it_expires_but_to_its_persona_alone(bank: Service) -> None:
    key = bank.access.keys.create("bank", "operator").secret
    session = (await bank.http(key).post("/v1/sessions", json={})).json()["id"]
    long = {"expires_after": {"seconds": 7200}}
    token = (await bank.mint(key, shuren={"scope": "stage", "max_sessions": 0}, **long))["value"]
    path = f"/v1/stages/{session}"
    for _ in range(2):
        async with connected(bank.app, path=path, subprotocols=("shuren.v1", BROWSER + token)) as look:
            assert (await look.receive())["type"] == "shuren.label.required"
    other = Token("bank", bank.access.gate.mint.read(token).key, scope="stage", persona="other")
    foreign = BROWSER + bank.access.gate.mint.make(other, 60)[0]
    async with connected(bank.app, path=path, subprotocols=("shuren.v1", foreign)) as look:
        assert (await look.receive())["error"]["code"] == "forbidden"
    await bank.http(key).delete(f"/v1/sessions/{session}")


async def test_a_token_ends_with_the_key_it_was_minted_with(bank: Service) -> None:
    key = bank.access.keys.create("bank", "operator")
    token = (await bank.mint(key.secret))["value"]
    bank.access.keys.revoke(key.id)
    async with bank.socket(token) as socket:
        assert await refusal(socket) == (401, "unauthorized")


async def test_a_token_that_was_changed_or_signed_by_another_is_refused(bank: Service, tmp_path: Path) -> None:
    token = (await bank.mint(bank.access.keys.create("bank", "operator").secret))["value"]
    head, body, signature = token.removeprefix("ek_").split(".")
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"  # {"alg":"none","typ":"JWT"}
    for forged in (f"ek_{head}.{body[:-4]}AAAA.{signature}", f"ek_{unsigned}.{body}.", "ek_", "ek_" + "a" * 9000):
        async with bank.socket(forged) as socket:
            assert (await refusal(socket))[1] == "unauthorized", forged[:20]
    other = service(None, tmp_path, secret="another")
    async with other.socket(token) as socket:
        assert (await refusal(socket))[1] == "unauthorized"


@pytest.mark.parametrize(
    "body",
    [
        {"expires_after": {"seconds": 9}},
        {"expires_after": {"seconds": 301}},
        {"expires_after": {"seconds": 7201}, "shuren": {"scope": "stage"}},
        {"shuren": {"max_sessions": 0}},
        {"shuren": {"max_sessions": 2}},
        {"shuren": {"scope": "admin"}},
        {"shuren": {"origins": ["https://bank.example/path"]}},
        {"shuren": {"origins": ["https://a.example; script-src *"]}},
        {"shuren": {"unknown": 1}},
        {"shuren": {"visitor": "x" * 129}},
    ],
)
async def test_a_token_that_cannot_be_is_not_minted(bank: Service, body: dict) -> None:
    key = bank.access.keys.create("bank", "operator").secret
    assert (await bank.http(key).post("/v1/realtime/client_secrets", json=body)).status_code == 422


# --- visitors and limits ----------------------------------------------------------------------------------------------


async def test_people_without_a_key_may_talk_on_our_own_page_where_the_operator_says_so(
    keeping: Keeping, tmp_path: Path
) -> None:
    keeping.database.migrate()
    hall = service(keeping, tmp_path, visitors=True)
    hall.access.keys.create("default", "admin")
    headers = {"Host": "shuren.example", "Origin": "https://shuren.example"}
    async with connected(hall.app, "", headers=headers) as socket:
        assert (await socket.receive())["type"] == "session.created"
    async with connected(hall.app, "", headers=headers | {"Origin": "https://evil.example"}) as socket:
        assert await refusal(socket) == (403, "origin_not_allowed")
    assert (await hall.http().get("/v1/sessions")).status_code == 403


async def test_too_many_requests_are_told_when_to_come_again(bank: Service, clock) -> None:
    bank.access.ledger._now = clock
    bank.access.keys.set_tenant("bank", requests_per_minute=3)
    http = bank.http(bank.access.keys.create("bank", "visitor").secret)
    got = [await http.get("/v1/personas") for _ in range(4)]
    assert [each.status_code for each in got] == [200, 200, 200, 429]
    assert got[3].json()["error"]["code"] == "rate_limited" and got[3].headers["retry-after"] == "20"


async def test_on_the_wire_a_limit_is_an_event_and_then_a_close(bank: Service) -> None:
    bank.access.keys.set_tenant("bank", sessions=1)
    key = bank.access.keys.create("bank", "visitor").secret
    async with bank.socket(key) as first:
        await first.receive()
        async with bank.socket(key) as second:
            assert (await second.receive())["error"]["code"] == "quota_exceeded"
            assert (await second.closed())[0] == 1013
    async with bank.socket(key) as third:
        assert (await third.receive())["type"] == "session.created"


async def test_wrong_keys_are_tried_only_so_often(bank: Service, clock) -> None:
    bank.access.ledger._now = clock
    http = bank.http("shuren_ABCDEFGHIJ_" + "a" * 43)
    codes = [(await http.get("/v1/personas")).status_code for _ in range(62)]
    assert codes[:60] == [401] * 60 and codes[60:] == [429, 429]


def test_limits_of_a_tenant_go_before_those_of_the_service(keeping: Keeping, tmp_path: Path) -> None:
    from server.access.caller import Caller

    gate = service(keeping, tmp_path, tenant={"sessions": 5, "minutes_per_day": 60}, key={"sessions": 2}).access.gate
    backend = Caller("bank", "operator", "k1", limits=Limits(sessions=9), address="10.0.0.1")
    assert gate.limits(backend) == {"tenant:bank": Limits(9, 60, 0), "key:k1": Limits(2, 0, 0)}
    page = Caller("bank", "visitor", "k1", token="tok", address="10.0.0.1")
    assert gate.limits(page)["address:10.0.0.1"].requests_per_minute == 600
