"""A version edited by REST: read, checked with file and line, compared, tried, measured, kept beside the one in use."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from scripted_house import ScriptedHouse, make_app

from dialogue.archive import digest
from dialogue.packs import find_pack
from models.store import Store
from server.packs import evaluating
from server.packs.trying import Tries, load
from server.settings import Settings
from server.storage.database import Database
from server.storage.keeping import Keeping

ID = "commentator"
PATIENCE = 20_000  # looks at a job


class TryingHouse(ScriptedHouse):
    """Answers from the pack that is tried, without a language model."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[Path] = []

    async def trial(self, folder: Path):
        self.loaded.append(folder)
        return await asyncio.to_thread(load, folder, None, Settings(), Store.default())


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    folder = tmp_path / "personas" / ID
    shutil.copytree(find_pack(ID), folder)
    return folder


@pytest.fixture
async def house() -> TryingHouse:
    return TryingHouse()


@pytest.fixture
async def http(tmp_path: Path, shipped: Path, house: TryingHouse) -> AsyncIterator[httpx.AsyncClient]:
    keeping = Keeping(Database(f"sqlite:///{tmp_path / 'shuren.db'}"))
    keeping.database.migrate()
    app = make_app(house, keeping=keeping, home=tmp_path, personas=shipped.parent)
    await app.state.jobs.open()
    url = f"http://localhost/v1/personas/{ID}/"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=url) as client:
        client.app = app
        yield client
    await app.state.jobs.aclose()
    keeping.database.dispose()


async def knowledge(http: httpx.AsyncClient, **asked: str) -> tuple[str, str]:
    """A file of knowledge, and its text."""
    files = [each["file"] for each in (await http.get("files", params=asked)).json()["files"]]
    file = next(each for each in files if each.startswith("knowledge/"))
    return file, (await http.get("file", params={"file": file, **asked})).json()["text"]


def with_answer(text: str, answer: str) -> str:
    """The text with another Chinese answer of its first item, and that answer's line."""
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("zh:"))
    return "\n".join([*lines[:at], f"zh: {answer}", *lines[at + 1 :]]) + "\n"


def first_question(text: str) -> str:
    return next(line[2:] for line in text.splitlines() if line.startswith("- "))


async def test_a_mistake_is_told_with_its_line_before_anything_is_kept(http: httpx.AsyncClient) -> None:
    file, text = await knowledge(http)
    at = text.splitlines().index(next(line for line in text.splitlines() if line.startswith("zh:"))) + 1
    broken = text.replace("\nzh:", "\nzz:", 1)
    told = (await http.post("check", json={"base": "", "files": {file: broken}})).json()
    assert all(each["what"] and each["mend"] for each in told["mistakes"])
    assert (file, at) in {(each["file"], each["line"]) for each in told["mistakes"]}
    refused = await http.post("versions", json={"base": "", "files": {file: broken}})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "pack_refused")
    assert refused.json()["error"]["mistakes"] == told["mistakes"]
    assert (await http.get("versions")).json()["versions"] == []


async def test_an_edit_is_compared_kept_with_its_note_and_changes_nothing_in_use(
    http: httpx.AsyncClient, shipped: Path
) -> None:
    before = digest(shipped)
    file, text = await knowledge(http)
    edit = {"base": "", "files": {file: with_answer(text, "今天没有比赛。"), "knowledge/new.md": None}}
    checked = (await http.post("check", json=edit)).json()
    assert checked["mistakes"] == []
    [change] = checked["changes"]
    assert (change["file"], change["what"], "+zh: 今天没有比赛。" in change["lines"]) == (file, "changed", True)
    made = await http.post("versions", json=edit | {"note": "no match today"})
    assert made.status_code == 201, made.text
    version = made.json()["version"]
    told = (await http.get("versions")).json()
    assert (told["active"], told["versions"][0]["note"]) == ("", "no match today")
    assert (await http.get("changes", params={"version": version})).json()["changes"] == checked["changes"]
    assert (await http.get("changes")).json()["changes"] == []
    assert digest(shipped) == before
    assert "今天没有比赛" in (await knowledge(http, version=version))[1]
    entries = http.app.state.access._keeping.audit.entries(action="pack.saved")
    assert [entry.subject for entry in entries] == [ID]


async def test_files_come_and_go_with_an_edit(http: httpx.AsyncClient, shipped: Path) -> None:
    async def changed(version: str) -> list[tuple[str, str]]:
        told = (await http.get("changes", params={"version": version})).json()["changes"]
        return [(each["file"], each["what"]) for each in told]

    cases = (shipped / "evals" / "evals.yaml").read_text("utf-8")
    gone = (await http.post("versions", json={"files": {"evals/evals.yaml": None}})).json()["version"]
    assert await changed(gone) == [("evals/evals.yaml", "removed")]
    there = await http.get("file", params={"version": gone, "file": "evals/evals.yaml"})
    assert (there.status_code, there.json()["error"]["code"]) == (404, "version_unknown")
    await http.post("activate", json={"version": gone})
    back = (await http.post("versions", json={"base": gone, "files": {"evals/evals.yaml": cases}})).json()["version"]
    assert await changed(back) == [("evals/evals.yaml", "added")] and back == digest(shipped)


@pytest.mark.parametrize(
    "file", ["../evil.yaml", "/etc/evil.yaml", "a/b/c/d.md", "run.py", "..\\evil.md", ".hidden.md", "", "a\0.md"]
)
async def test_an_edit_cannot_lead_out_of_the_pack_or_bring_code(http: httpx.AsyncClient, file: str, tmp_path) -> None:
    before = set(tmp_path.rglob("*evil*"))
    for path in ("check", "versions"):
        got = await http.post(path, json={"base": "", "files": {file: "x"}})
        assert got.status_code == 422, got.text
    assert set(tmp_path.rglob("*evil*")) == before
    outside = await http.get("file", params={"file": f"../{ID}/persona.yaml"})
    assert outside.status_code == 404


async def test_half_a_character_is_refused_and_breaks_nothing(http: httpx.AsyncClient) -> None:
    body = rb'{"base": "", "files": {"vocabulary.txt": "\ud800"}}'
    got = await http.post("check", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= got.status_code < 500


async def test_nobody_puts_a_version_to_use_that_was_compared_with_another(http: httpx.AsyncClient) -> None:
    versions = []
    for words in ("加时\n", "点球\n"):
        made = await http.post("versions", json={"files": {"vocabulary.txt": words}})
        versions.append(made.json()["version"])
    first, second = versions
    put = {"version": first, "instead_of": ""}
    assert (await http.post("activate", json=put)).status_code == 200
    late = await http.post("activate", json={"version": second, "instead_of": ""})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "version_changed")
    assert (await http.get("versions")).json()["active"] == first
    assert (await http.post("activate", json={"version": second, "instead_of": first})).status_code == 200
    assert (await http.get("versions")).json()["before"] == [first, ""]


async def test_a_question_is_put_to_a_draft_and_to_the_one_in_use_and_nothing_is_kept(
    http: httpx.AsyncClient, house: TryingHouse
) -> None:
    file, text = await knowledge(http)
    made = await http.post("versions", json={"files": {file: with_answer(text, "今天没有比赛。")}})
    version, question = made.json()["version"], first_question(text)
    new, old = [
        (await http.post("ask", json={"version": each, "question": question})).json() for each in (version, None)
    ]
    assert (new["version"], new["answer"], new["route"]) == (version, "今天没有比赛。", "approved")
    assert old["answer"] != new["answer"] and new["citations"] and new["nearest"][0][1] > 0.5
    assert (await http.post("ask", json={"version": version, "question": question})).json()["answer"] == new["answer"]
    assert len(house.loaded) == 2  # each was loaded once
    masked = (await http.post("ask", json={"question": "我的身份证号是11010519491231002X"})).json()
    assert masked["masked"]
    assert not house.visits
    unknown = await http.post("ask", json={"version": "0" * 16, "question": question})
    assert unknown.status_code == 404


async def test_trying_calls_no_tool_and_no_human() -> None:
    from dialogue.mind import Mind

    async def trial(folder: Path) -> Mind:
        return await asyncio.to_thread(load, folder, None, Settings(), Store.default())

    tries = Tries(trial)
    teller = find_pack("bank-teller")
    [asked] = [await tries.ask(teller, "帮我查一下最近的网点")]
    assert asked.record.flow and all(each.error == "tool_refused" for each in asked.record.tools)
    handed = await tries.ask(teller, "转人工")
    assert handed.record.route == "human" and handed.sentences
    await tries.aclose()


async def evaluated(http: httpx.AsyncClient, version: str) -> tuple[dict, set[int]]:
    """The job once it is over, and the steps that were told meanwhile."""
    begun = await http.post("evals", json={"version": version})
    assert begun.status_code == 202, begun.text
    steps = set()
    for _ in range(PATIENCE):
        job = (await http.get("evals")).json()["jobs"][0]
        steps.add(job["progress"]["done"])
        if job["ended"]:
            break
        await asyncio.sleep(0.02)
    return job, steps


async def test_evals_of_a_version_are_a_job_that_tells_its_steps_and_measures(http: httpx.AsyncClient) -> None:
    job, steps = await evaluated(http, "")
    assert job["state"] == "done", job
    assert len(steps) > 2 and job["progress"]["of"] > 5
    assert job["result"]["version"] == digest(http.app.state.versions.folder(ID)) and job["result"]["measures"]


async def test_evals_that_were_given_up_are_told_with_their_version(
    http: httpx.AsyncClient, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluating, "PATIENCE_S", 0.0)
    job, _ = await evaluated(http, "")
    assert (job["state"], job["error"]["code"]) == ("failed", "pack_invalid"), job
    assert job["result"] == {"version": digest(shipped)}


@pytest.mark.parametrize(("scope", "may"), [("editor", "edit"), ("compliance", "try"), ("auditor", "read")])
async def test_who_edits_does_not_publish_and_who_publishes_does_not_edit(
    http: httpx.AsyncClient, scope: str, may: str
) -> None:
    http.headers["Authorization"] = f"Bearer {http.app.state.access.keys.create('default', scope).secret}"
    edit = {"files": {"vocabulary.txt": "加时\n"}}
    got = {
        "read": (await http.get("files")).status_code,
        "try": (await http.post("ask", json={"question": "你好"})).status_code,
        "edit": (await http.post("check", json=edit)).status_code,
        "publish": (await http.post("activate", json={"version": ""})).status_code,
    }
    allowed = {"edit": {"read", "try", "edit"}, "try": {"read", "try", "publish"}, "read": {"read"}}[may]
    assert {name for name, status in got.items() if status != 403} == allowed
