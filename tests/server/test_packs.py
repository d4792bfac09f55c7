"""Packs by REST: what is wrong is told, what is good is kept by version, put to use and taken back."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import date
from functools import partial
from pathlib import Path

import httpx
import pytest
from plain_voice import PlainVoice
from scripted_house import ScriptedHouse, make_app

from dialogue.archive import digest, export_zip
from dialogue.packs import load_pack
from dialogue.starter import plain_draft, write_pack
from models.store import Store
from server.access.credentials import Scope
from server.compose import House
from server.packs.building import build
from server.packs.versions import Versions
from server.rendering import Progress, Quiet
from server.settings import Settings
from server.storage.database import Database
from server.storage.keeping import Keeping


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """The packs that came with the service: one guide."""
    folder = tmp_path / "shipped" / "guide"
    write_pack(plain_draft("guide", {"zh": "小舒", "en": "Shu"}), folder, today=date(2026, 1, 1))
    return folder


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another version of the guide."""
    folder = tmp_path / "other" / "guide"
    write_pack(plain_draft("guide", {"zh": "小新", "en": "Xin"}), folder, today=date(2026, 1, 1))
    return folder


class BuildingHouse(ScriptedHouse):
    """Takes two steps to build a pack, the second when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on = asyncio.Event()
        self.built: list[Path] = []

    def digests(self) -> dict[str, str]:
        return {"guide": "served"}

    async def build(self, folder: Path, tell) -> Progress:
        self.built.append(folder)
        tell(Progress("guide", there=1, wanted=2))
        await self.may_go_on.wait()
        return Progress("guide", there=1, wanted=2, made=1)


@pytest.fixture
async def house() -> BuildingHouse:
    return BuildingHouse()


@pytest.fixture
async def http(
    tmp_path: Path, shipped: Path, house: BuildingHouse, database: Database
) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(house, keeping=Keeping(database), home=tmp_path, personas=shipped.parent)
    await app.state.jobs.open()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        client.app = app
        yield client
    await app.state.jobs.aclose()


def zipped(folder: Path) -> bytes:
    out = io.BytesIO()
    export_zip(folder, out)
    return out.getvalue()


def archive(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            made.writestr(name, text)
    return out.getvalue()


async def test_a_pack_is_taken_in_put_to_use_and_taken_back(
    http: httpx.AsyncClient, shipped: Path, other: Path
) -> None:
    made = await http.post("/v1/personas", content=zipped(other))
    assert made.status_code == 201, made.text
    version = made.json()["version"]
    assert (made.json()["persona"], version) == ("guide", digest(other))
    assert (await http.post("/v1/personas", content=zipped(other))).json() == made.json()  # the same files

    versions: Versions = http.app.state.versions
    assert versions.folders() == [shipped]  # nothing is put to use by being taken in
    done = await http.post("/v1/personas/guide/activate", json={"version": version})
    assert done.json() == {"persona": "guide", "active": version, "before": [""]}
    [folder] = versions.folders()
    assert (folder.name, digest(folder)) == ("guide", version)
    told = (await http.get("/v1/personas/guide/versions")).json()
    assert (told["active"], told["serving"], [each["version"] for each in told["versions"]]) == (
        version, "served", [version],
    )  # fmt: skip

    back = await http.post("/v1/personas/guide/rollback")
    assert back.json() == {"persona": "guide", "active": "", "before": []}
    assert versions.folders() == [shipped]
    assert (await http.post("/v1/personas/guide/rollback")).status_code == 404
    actions = [entry.subject for entry in http.app.state.access._keeping.audit.entries(action="pack.activated")]
    assert actions == ["guide", "guide"]


async def test_every_mistake_of_a_pack_is_told_and_nothing_of_it_is_kept(
    http: httpx.AsyncClient, other: Path, tmp_path: Path
) -> None:
    text = (other / "persona.yaml").read_text("utf-8")
    (other / "persona.yaml").write_text(
        text.replace("speed: 1.0", "speed: 9").replace("greeting:", "greting:"), "utf-8"
    )
    refused = await http.post("/v1/personas", content=zipped(other))
    problem = refused.json()["error"]
    assert (refused.status_code, problem["code"], len(problem["mistakes"])) == (422, "pack_refused", 2)
    for mistake in problem["mistakes"]:
        assert mistake["file"] == "persona.yaml" and mistake["line"] > 0 and mistake["what"] and mistake["mend"]
    assert str(tmp_path) not in refused.text
    kept = [path for path in (tmp_path / "data" / "packs").iterdir() if path.name != ".lock"]
    assert kept == []


@pytest.mark.parametrize(
    "data",
    [
        b"no zip at all",
        archive(**{"guide/../../persona.yaml": "id: guide"}),
        archive(**{"guide/persona.yaml": "0" * (5 << 20)}),  # grows a thousandfold
        archive(**{"guide/run.py": "print()"}),
        archive(**{"one/persona.yaml": "", "two/persona.yaml": ""}),
    ],
    ids=["no zip", "leads out", "bomb", "code", "two packs"],
)
async def test_a_dangerous_archive_is_refused(http: httpx.AsyncClient, data: bytes, tmp_path: Path) -> None:
    refused = await http.post("/v1/personas", content=data)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "pack_invalid")
    assert not (tmp_path / "persona.yaml").exists()


async def test_a_full_disk_is_told_and_nothing_half_is_left(
    http: httpx.AsyncClient, other: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("server.packs.versions._synced", full)
    refused = await http.post("/v1/personas", content=zipped(other))
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "storage_full")
    assert http.app.state.versions.of("guide") == []
    assert not list((tmp_path / "data" / "packs").glob(".incoming-*"))


async def test_yaml_that_would_grow_is_a_mistake_like_any_other(http: httpx.AsyncClient, other: Path) -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    (other / "persona.yaml").write_text(bomb, "utf-8")
    refused = (await http.post("/v1/personas", content=zipped(other))).json()["error"]
    assert refused["code"] == "pack_refused" and "alias" in json.dumps(refused["mistakes"])


async def test_a_build_is_a_job_that_tells_how_far_it_is_and_what_came_of_it(
    http: httpx.AsyncClient, house: BuildingHouse, shipped: Path
) -> None:
    begun = await http.post("/v1/personas/guide/build")
    assert begun.status_code == 202, begun.text
    job = f"/v1/jobs/{begun.json()['id']}"
    second = (await http.post("/v1/personas/guide/build", json={"version": ""})).json()
    seen = await until(http, job, lambda told: told["progress"]["of"])
    assert (seen["state"], seen["progress"], house.built) == ("running", {"done": 1, "of": 2}, [shipped])
    assert (await http.get(f"/v1/jobs/{second['id']}")).json()["state"] == "queued"  # one at a time
    stopped = (await http.post(f"/v1/jobs/{second['id']}/cancel")).json()
    assert (stopped["state"], len(house.built)) == ("cancelled", 1)
    house.may_go_on.set()
    done = await until(http, job, lambda told: told["ended"])
    assert (done["state"], done["result"]) == ("done", {"clauses": 2, "of": 2, "made": 1, "failed": 0})
    assert [each["id"] for each in (await http.get("/v1/jobs")).json()["jobs"]] == [second["id"], begun.json()["id"]]
    unknown = await http.post("/v1/personas/guide/build", json={"version": "0" * 16})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "version_unknown")


async def test_a_version_is_rendered_with_the_voice_that_is_there(tmp_path: Path, other: Path) -> None:
    voice, told = PlainVoice(), []
    settings, store = Settings(home=tmp_path), Store(tmp_path)
    work = partial(build, load_pack(other), voice, settings, store, quiet=Quiet(), tell=told.append)
    done = await work()
    assert done.whole and done.made == len(voice.made) > 5 and told[-1].done == done.wanted
    assert (await work()).made == 0


async def until(http: httpx.AsyncClient, path: str, happens) -> dict:
    for _ in range(2000):
        told = (await http.get(path)).json()
        if happens(told):
            return told
        await asyncio.sleep(0.005)
    raise AssertionError(told)


@pytest.mark.parametrize("scope", ["visitor", "operator"])
async def test_packs_and_jobs_are_for_the_operator_of_the_service(http: httpx.AsyncClient, scope: Scope) -> None:
    keys = http.app.state.access.keys
    keys.create("default", "admin")
    weak, foreign = keys.create("default", scope).secret, keys.create("bank", "admin").secret
    for key in (weak, foreign):
        http.headers["Authorization"] = f"Bearer {key}"
        for path in ("", "/guide/activate", "/guide/rollback", "/guide/build"):
            assert (await http.post(f"/v1/personas{path}", json={"version": ""})).status_code == 403


def test_a_crash_while_a_version_is_taken_or_put_to_use_leaves_the_old_state(
    tmp_path: Path, shipped: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = Versions(tmp_path / "packs", shipped.parent)
    monkeypatch.setattr(Path, "rename", crash := lambda *_: (_ for _ in ()).throw(OSError("crash")))
    with versions.incoming() as folder, pytest.raises(OSError, match="crash"):
        versions.take(copied(other, folder), by="me")
    assert versions.of("guide") == []
    monkeypatch.undo()
    with versions.incoming() as folder:
        version = versions.take(copied(other, folder), by="me").version
    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(OSError, match="crash"):
        versions.activate("guide", version)
    assert versions.folders() == [shipped]


def copied(pack: Path, into: Path) -> Path:
    from dialogue.archive import import_zip

    return import_zip(io.BytesIO(zipped(pack)), into)


def test_the_house_begins_with_the_version_in_use(tmp_path: Path, shipped: Path, other: Path) -> None:
    settings = Settings(home=tmp_path, personas=shipped.parent)
    with settings.versions.incoming() as folder:
        version = settings.versions.take(copied(other, folder), by="me").version
    settings.versions.activate("guide", version)
    assert House(settings).persona("guide").name["zh"] == "小新"
