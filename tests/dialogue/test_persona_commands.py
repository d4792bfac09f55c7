"""`shuren persona`: what its commands print and with which code they end, on a pack anywhere on the disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import dialogue.mind
from dialogue.archive import export_zip
from dialogue.packs import check_pack, load_pack
from models.errors import PackInvalid, PersonaUnknown
from server.cli.persona import app


@pytest.fixture(autouse=True)
def without_embeddings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue.mind, "load_embedders", lambda store: ())
    monkeypatch.setenv("SHUREN_LANGUAGE_MODEL__NAME", "none")


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_check_tells_every_mistake_and_ends_with_1(small_pack: Path) -> None:
    assert run("check", small_pack).exit_code == 0
    persona = small_pack / "persona.yaml"
    persona.write_text(persona.read_text("utf-8").replace("speed: 1.0", "speed: 9").replace("greeting:", "greting:"))
    told = run("check", small_pack)
    assert told.exit_code == 1
    assert "2 mistakes" in told.stdout and "speed cannot be 9" in told.stdout and "Did you mean" in told.stdout


def test_check_as_json_names_file_and_line(small_pack: Path) -> None:
    persona = small_pack / "persona.yaml"
    persona.write_text(persona.read_text("utf-8").replace("speed: 1.0", "speed: 9"))
    (problem,) = json.loads(run("check", small_pack, "--json").stdout)
    assert problem["file"] == str(persona) and problem["line"] > 1 and "0.5 to 2.0" in problem["mend"]


def test_ask_gives_answer_citation_guard_route_and_timing(small_pack: Path) -> None:
    told = run("ask", small_pack, "银行卡丢了怎么办", "我的身份证号是11010519491231002X", "--json")
    first, second = map(json.loads, told.stdout.splitlines())
    assert first["answer"] == "请先挂失，带身份证到柜台。" and first["route"] == "approved"
    assert [cited["passage_id"] for cited in first["citations"]] == ["card-lost"]
    assert first["guard"] == {"kept_back": [], "masked": []}
    assert first["timing"]["whole_ms"] >= first["timing"]["first_sentence_ms"] > 0
    assert second["guard"]["masked"] and "11010519491231002X" not in json.dumps(second)


def test_ask_in_plain_text_names_the_source(small_pack: Path) -> None:
    told = run("ask", small_pack, "I lost my bank card").stdout
    assert "Block the card first" in told and "公开规定" in told and "card-lost" in told


def test_ask_of_no_pack_is_an_error(tmp_path: Path) -> None:
    assert isinstance(run("ask", tmp_path, "hello").exception, PersonaUnknown)


def test_eval_ends_with_1_exactly_where_a_target_is_missed(small_pack: Path) -> None:
    (small_pack / "evals").mkdir()
    evals = small_pack / "evals/all.yaml"
    evals.write_text("paraphrases:\n  - {item: card-lost, ask: I have lost my bank card}\n", "utf-8")
    told = run("eval", small_pack, "--json")
    result = json.loads(told.stdout)
    assert told.exit_code == 0 and result["met"]
    assert result["packs"]["small"]["measures"]["grounded"] == {"value": 1.0, "of": 1, "least": 0.95, "met": True}
    evals.write_text("paraphrases:\n  - {item: cash-appointment, ask: I have lost my bank card}\n", "utf-8")
    told = run("eval", small_pack)
    assert told.exit_code == 1 and "gave card-lost" in told.stdout


def test_eval_tries_one_file_alone_where_it_is_named(small_pack: Path) -> None:
    (small_pack / "evals").mkdir()
    for name, item in (("seen", "cash-appointment"), ("apart", "card-lost")):
        paraphrases = f"paraphrases:\n  - {{item: {item}, ask: I have lost my bank card}}\n"
        (small_pack / f"evals/{name}.yaml").write_text(paraphrases, "utf-8")
    assert run("eval", small_pack, "--only", "apart").exit_code == 0
    assert run("eval", small_pack, "--only", "seen").exit_code == 1
    assert "no evals" in run("eval", small_pack, "--only", "neither").stdout


def test_eval_wants_packs_or_all() -> None:
    assert run("eval").exit_code == 2


def test_a_new_pack_passes_every_check_answers_and_meets_its_evals(tmp_path: Path) -> None:
    assert run("new", "small-guide", "--name", '小"蓉', "--english-name", "Rong: $x", "--into", tmp_path).exit_code == 0
    folder = tmp_path / "small-guide"
    assert check_pack(folder) == ()
    assert load_pack(folder).names == {"zh": '小"蓉', "en": "Rong: $x"}
    told = json.loads(run("ask", folder, "你能做什么", "--json").stdout)
    assert told["route"] == "approved" and told["citations"][0]["passage_id"] == "what-can-you-do"
    assert run("eval", folder).exit_code == 0


def test_new_overwrites_nothing_and_takes_only_plain_ids(tmp_path: Path) -> None:
    run("new", "mine", "--into", tmp_path)
    for name in ("mine", "../mine", "Mine", "-x"):
        assert run("new", "--into", tmp_path, "--", name).exit_code != 0
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


def test_a_pack_is_exported_and_imported_whole(small_pack: Path, tmp_path: Path) -> None:
    file, into = tmp_path / "small.zip", tmp_path / "packs"
    assert run("export", small_pack, "--to", file).exit_code == 0
    assert run("import", file, "--into", into).exit_code == 0
    assert check_pack(into / "small") == ()
    assert run("import", file, "--into", into).exit_code == 1
    assert run("import", file, "--into", into, "--replace").exit_code == 0
    assert [each.name for each in into.iterdir()] == ["small"]


def test_an_archive_with_mistakes_is_told_them_and_not_taken(small_pack: Path, tmp_path: Path) -> None:
    file, into = tmp_path / "small.zip", tmp_path / "packs"
    persona = small_pack / "persona.yaml"
    persona.write_text(persona.read_text("utf-8").replace("speed: 1.0", "speed: 9"))
    export_zip(small_pack, file)
    told = run("import", file, "--into", into)
    assert told.exit_code == 1 and "speed cannot be 9" in told.stdout
    assert list(into.iterdir()) == []


def test_a_card_becomes_a_draft_and_its_mistakes_are_the_things_to_do(small_pack: Path, tmp_path: Path) -> None:
    file = tmp_path / "small.png"
    assert run("export", small_pack, "--to", file).exit_code == 0
    told = run("import", file, "--into", tmp_path / "drafts", "--id", "friend")
    assert "companion.age_gate" in told.stdout
    assert (tmp_path / "drafts/friend/persona.yaml").is_file()
    outside = run("import", file, "--into", tmp_path / "drafts", "--id", "../friend")
    assert isinstance(outside.exception, PackInvalid) and not (tmp_path / "friend").exists()


def test_schemas_are_printed_and_written(tmp_path: Path) -> None:
    assert json.loads(run("schema", "persona").stdout)["properties"]["greeting"]
    run("schema", "--into", tmp_path)
    assert len(list(tmp_path.glob("*.schema.json"))) == 5
