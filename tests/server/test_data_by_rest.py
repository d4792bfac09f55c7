"""What is kept of a person can be had and erased by REST, by those who may, and the audit log can be looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from scripted_house import ScriptedHouse, make_app

from server.storage.database import Database, now
from server.storage.keeping import Keeping
from server.storage.tables import ConsentRow, ConversationRow

TALK = {"persona": "guide", "pack": "d", "kind": "general", "client": "", "labelled": None, "ended": None}
WHOM = {"visitor": "customer-17"}


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Two tenants have a visitor of the same name."""
    keeping = Keeping(Database(f"sqlite:///{tmp_path / 'shuren.db'}"))
    keeping.database.migrate()
    keeping.open()
    house = ScriptedHouse()
    house.keeping = keeping
    app = make_app(house, keeping=keeping, home=tmp_path)
    with keeping.database.session() as session:
        for tenant in ("bank", "shop"):
            who = {"tenant": tenant, "visitor": "customer-17"}
            session.add(ConversationRow(id=f"sess_{tenant}", started=now(), **who, **TALK))
            for purpose, given in (("mic_asr", True), ("mic_asr", False), ("store_transcript", True)):
                decided = {"purpose": purpose, "version": "1", "given": given, "conversation": "", "at": now()}
                session.add(ConsentRow(**who, **decided))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        client.app, client.keys = app, app.state.access.keys
        client.keys.create("default", "admin")
        yield client
    await keeping.aclose()


def by(http: httpx.AsyncClient, tenant: str, scope: str) -> None:
    http.headers["Authorization"] = f"Bearer {http.keys.create(tenant, scope).secret}"


async def test_a_person_is_handed_out_and_erased_and_their_namesake_stays(http: httpx.AsyncClient) -> None:
    by(http, "bank", "admin")
    handed = (await http.post("/v1/data/export", json=WHOM)).json()
    assert [row["id"] for row in handed["conversations"]] == ["sess_bank"]
    assert handed["AIGC"] and handed["notice"]["zh"] and len(handed["consents"]) == 3
    erased = (await http.post("/v1/data/erase", json=WHOM)).json()
    assert (erased["erased"] | {"turns": 0}, erased["scrubbed"]) == (
        erased["erased"] | {"conversations": 1, "consents": 3, "turns": 0}, True,
    )  # fmt: skip
    assert (await http.post("/v1/data/export", json=WHOM)).json()["conversations"] == []
    by(http, "shop", "admin")
    assert len((await http.post("/v1/data/export", json=WHOM)).json()["conversations"]) == 1


async def test_the_last_decision_on_each_purpose_counts(http: httpx.AsyncClient) -> None:
    by(http, "bank", "admin")
    told = (await http.post("/v1/data/consents", json=WHOM)).json()["consents"]
    assert {each["purpose"]: each["given"] for each in told} == {"mic_asr": False, "store_transcript": True}


@pytest.mark.parametrize("what", ["export", "erase", "consents"])
async def test_it_is_for_admins_and_of_their_own_visitors(http: httpx.AsyncClient, what: str) -> None:
    by(http, "bank", "operator")
    assert (await http.post(f"/v1/data/{what}", json=WHOM)).status_code == 403
    by(http, "bank", "admin")
    assert (await http.post(f"/v1/data/{what}", json=WHOM | {"tenant": "shop"})).status_code == 403
    by(http, "default", "admin")
    assert (await http.post(f"/v1/data/{what}", json=WHOM | {"tenant": "shop"})).status_code == 200


async def test_the_audit_log_is_shown_to_each_tenant_and_its_head_tells_of_tampering(http: httpx.AsyncClient) -> None:
    by(http, "shop", "admin")
    await http.post("/v1/data/export", json=WHOM)
    by(http, "bank", "admin")
    await http.post("/v1/data/export", json=WHOM)
    entries = (await http.get("/v1/audit", params={"action": "data.exported"})).json()["entries"]
    assert [entry["tenant"] for entry in entries] == ["bank"]
    assert "customer-17" not in str(entries)
    assert (await http.get("/v1/audit/head")).status_code == 403
    by(http, "default", "admin")
    assert len((await http.get("/v1/audit", params={"action": "data.exported"})).json()["entries"]) == 2
    whole = (await http.get("/v1/audit/head")).json()
    later = await http.get("/v1/audit/head", params={"anchor": whole["anchor"]})
    assert (later.status_code, later.json()["entries"]) == (200, whole["entries"])
    wrong = f"{whole['anchor'].split(':')[0]}:{'0' * 64}"
    broken = await http.get("/v1/audit/head", params={"anchor": wrong})
    assert (broken.status_code, broken.json()["error"]["code"]) == (409, "audit_broken")
    assert (await http.get("/v1/audit/head", params={"anchor": "x"})).status_code == 422


async def test_a_service_that_keeps_nothing_says_so(http: httpx.AsyncClient) -> None:
    by(http, "bank", "admin")
    http.app.state.host.keeping = None
    refused = await http.post("/v1/data/erase", json=WHOM)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "storage_unavailable")
