"""Questions without an answer are put together, become a checked draft of the pack, and nothing of it is in use yet."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import httpx
import numpy as np
import pytest
from scripted_house import ScriptedHouse, make_app

from dialogue.archive import digest
from dialogue.embedding import load_embedders
from dialogue.packs import find_pack, load_pack
from models.errors import RequestInvalid
from server.console.drafting import NewItem, add
from server.console.unanswered import Asked, grouped
from server.storage.database import Database, now
from server.storage.keeping import Keeping

ITEM = {
    "id": "pet-in-branch", "topic_zh": "带宠物进网点", "topic_en": "pets in the branch",
    "phrasings": ["能带狗进来吗", "可以带宠物进网点吗", "猫能带进银行吗", "May I bring my dog in"],
    "zh": "除导盲犬外，请把宠物留在门外。", "en": "Except for guide dogs, please leave pets outside.",
    "source": "网点管理规定", "as_of": "2026-11-01", "valid_to": "2027-12-31",
}  # fmt: skip


def asked(question: str, persona: str = "bank-teller") -> Asked:
    return Asked(question, persona, "zh", "unknown", "", now())


def test_questions_that_mean_the_same_are_one_group_and_those_of_another_persona_are_not() -> None:
    (use, *_) = load_embedders()
    questions = ["能带狗进来吗", "可以带宠物进网点吗", "你们几点下班", "能带狗进来吗", "我能把狗带进来吗"]
    groups = grouped([*map(asked, questions), asked("能带狗进来吗", "tour-guide")], use)
    assert [group.as_dict()["count"] for group in groups][0] >= 3
    assert groups[0].as_dict()["phrasings"][0] == "能带狗进来吗"
    assert not any({"能带狗进来吗", "你们几点下班"} <= {each.question for each in group.members} for group in groups)
    assert {len({each.persona for each in group.members}) for group in groups} == {1}
    assert grouped([], lambda texts: np.zeros((0, 2))) == []


def test_an_item_cannot_smuggle_another_line_in_and_replaces_its_own_older_text(tmp_path: Path) -> None:
    def item(**other) -> NewItem:
        given = {"id": "a", "topic": {"zh": "甲", "en": "a"}, "phrasings": ["问"], "answer": {"zh": "答", "en": "yes"}}
        given |= {"source": "书", "as_of": date(2026, 1, 1), "valid_to": date(2027, 1, 1)} | other
        return NewItem(**given)

    add(tmp_path, item(answer={"zh": "好\n## evil: 坏 | evil\nmood: glad", "en": "yes"}))
    add(tmp_path, item(answer={"zh": "新的", "en": "new"}))
    add(tmp_path, item(id="b"))
    text = (tmp_path / "knowledge" / "from-visitors.md").read_text("utf-8")
    assert [line for line in text.splitlines() if line.startswith("## ")] == ["## a: 甲 | a", "## b: 甲 | a"]
    assert "mood" not in text and "zh: 新的" in text
    with pytest.raises(RequestInvalid):
        add(tmp_path, item(id="../a"))


async def test_a_draft_is_checked_kept_and_shown_but_not_put_to_use(tmp_path: Path) -> None:
    personas = tmp_path / "personas"
    shutil.copytree(find_pack("commentator"), personas / "commentator")
    before = digest(personas / "commentator")
    keeping = Keeping(Database(f"sqlite:///{tmp_path / 'shuren.db'}"))
    keeping.database.migrate()
    house = ScriptedHouse()
    house.keeping, house.digests = keeping, dict
    app = make_app(house, keeping=keeping, home=tmp_path, personas=personas)
    operator = app.state.access.keys.create("default", "operator")
    stranger = app.state.access.keys.create("bank", "admin")
    url, headers = "http://localhost/v1/console", {"Authorization": f"Bearer {operator.secret}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=url, headers=headers) as http:
        few = await http.post("/drafts", json=ITEM | {"persona": "commentator", "phrasings": ["能带狗吗"]})
        assert (few.status_code, few.json()["error"]["code"]) == (422, "pack_refused")
        assert "phrasings" in few.json()["error"]["mistakes"][0]["what"]
        made = await http.post("/drafts", json=ITEM | {"persona": "commentator"})
        assert made.status_code == 201, made.text
        version, diff = made.json()["version"], made.json()["diff"]
        assert "+zh: 除导盲犬外，请把宠物留在门外。" in diff
        assert (await http.get(f"/drafts/commentator/{version}/diff")).json()["diff"] == diff
        kept = (await http.get("/packs/commentator")).json()
        assert (kept["active"], [each["version"] for each in kept["versions"]]) == ("", [version])
        use = await http.post("http://localhost/v1/personas/commentator/activate", json={"version": version})
        assert use.status_code == 403  # an operator's key
        theirs = {"Authorization": f"Bearer {stranger.secret}"}
        assert (await http.post("/drafts", json=ITEM | {"persona": "commentator"}, headers=theirs)).status_code == 403
    assert digest(personas / "commentator") == before
    pack = load_pack(app.state.versions.folder("commentator", version))
    assert any(item.id == "pet-in-branch" for item in pack.items)
    keeping.database.dispose()
