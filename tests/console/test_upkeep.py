"""Keys and tenants in the console: for the operator of the whole service alone, and noted by name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from scripted_house import ScriptedHouse, make_app

from server.storage.database import Database
from server.storage.keeping import Keeping

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@asynccontextmanager
async def console(folder: Path) -> AsyncIterator[tuple[httpx.AsyncClient, Keeping]]:
    """With an admin's key."""
    keeping = Keeping(Database(f"sqlite:///{folder / 'shuren.db'}"))
    keeping.database.migrate()
    house = ScriptedHouse()
    house.keeping = keeping
    app = make_app(house, keeping=keeping, home=folder)
    admin = app.state.access.keys.create("default", "admin", name="operations")
    headers = {"Authorization": f"Bearer {admin.secret}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost/v1/console", headers=headers) as http:
        yield http, keeping
    keeping.database.dispose()


async def test_a_key_is_made_shown_once_and_revoked_and_the_log_names_who_did_it(tmp_path: Path) -> None:
    async with console(tmp_path) as (http, _):
        made = (await http.post("/keys", json={"tenant": "bank", "scope": "operator", "name": "desk"})).json()
        listed = (await http.get("/keys")).json()
        assert made["key"].startswith("shuren_") and made["key"] not in str(listed)
        assert {each["tenant"] for each in listed["keys"]} == {"default", "bank"}
        theirs = {"Authorization": f"Bearer {made['key']}"}
        assert (await http.get("/me", headers=theirs)).json()["tenant"] == "bank"
        assert (await http.get("/keys", headers=theirs)).status_code == 403
        assert (await http.delete(f"/keys/{made['id']}")).status_code == 204
        assert (await http.get("/me", headers=theirs)).status_code == 401
        own = next(each["id"] for each in listed["keys"] if each["tenant"] == "default")
        assert (await http.delete(f"/keys/{own}")).status_code == 422
        newest = (await http.get("http://localhost/v1/audit")).json()["entries"][-1]
    assert (newest["action"], newest["subject"], newest["actor"]) == ("key.revoked", made["id"], f"key {own}")


async def test_a_tenants_sites_and_limits_are_set(tmp_path: Path) -> None:
    async with console(tmp_path) as (http, _):
        wrong = await http.put("/tenants/bank", json={"origins": ["bank.example/path"]})
        assert wrong.status_code == 422
        set_ = await http.put("/tenants/bank", json={"origins": ["https://bank.example"], "sessions": 20})
        assert (set_.json()["origins"], set_.json()["sessions"]) == (["https://bank.example"], 20)


async def test_what_waits_and_what_holds_are_told(tmp_path: Path) -> None:
    async with console(tmp_path) as (http, _):
        health = (await http.get("/health")).json()
        assert health["queues"]["sessions"] == {"now": 0, "most": 4}
        assert health["queues"]["to_be_written"]["lost"] == 0
        assert all(
            each["holds"] in ("yes", "partly", "no") for each in (await http.get("/compliance")).json()["requirements"]
        )
