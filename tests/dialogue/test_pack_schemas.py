"""The published schemas say what the readers say: neither may change alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from flow_files import TICKET
from jsonschema import Draft202012Validator

from dialogue.evals.load import load_evals
from dialogue.flows.load import load_flows
from dialogue.packs import PERSONAS, check_pack, known_personas, load_pack
from dialogue.schemas import KINDS, schema
from dialogue.starter import plain_draft, write_pack
from dialogue.tools.load import load_tools
from models.errors import PackInvalid

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas"
GATE = """interaction: companion
companion:
  age_gate: 18
  minor_mode: {zh: 这里只接待成年人。, en: This is for adults only.}
  emergency_contact: yes
  usage_reminder_minutes: 120
  usage_reminder: {zh: 休息一下吧。, en: Take a break.}
  crisis_protocol: {zh: 请真人。, en: Call a human.}
  exit_phrases: {zh: [再见], en: [goodbye]}
  data_export: yes
  data_delete: yes
listening: {barge_in: words, wake_word: no, near_field: yes, one_speaker: no, min_speech_ms: 120}
scene: {backdrop: clinic, framing: waist}
identity_code: CN-5101-0001
settings: {hours: {zh: 早九点, en: nine}}"""
TOOLS = """format: 1
servers: {bank: {demo: bank}, other: {url: "https://mcp.example/mcp"}}
tools:
  loan_payment: {builtin: loan_payment}
  take_ticket:
    server: bank
    tool: take
    description: {zh: 取号, en: a ticket}
    parameters: {business: {type: string}}
    returns: {number: {type: string}, ahead: {type: integer}}
    effect: yes
    key: request_id
    timeout_s: 3
    fresh_s: 60
  look:
    http: GET https://example.org/{day}
    description: {zh: 查, en: look}
    parameters: {day: {type: string}}
"""
EVALS = """paraphrases:
  - {item: who-made-you, ask: [谁写了你呀, Who wrote you], rule: made, language: zh, today: 2027-01-31}
forbidden: [{ask: 保证吧, says: [不], never: 好, handoff: no}]
benign: [{ask: 你好啊, route: [chat, approved]}]
outside: [{ask: 写首诗}]
signs: [{ask: 着火了, route: emergency_fire}]
talks:
  - {id: two, turns: [{ask: 取号, flow: ticket, state: business}, {ask: 个人, language: zh, tool: take_ticket}]}
visitors:
  - id: ticket
    opens: [给我取个号]
    answers: [{hears: [业务], says: 个人}]
    at_most: 5
    arguments: {business: personal}
    database: [{table: tickets, where: {business: personal}, added: 1}]
"""


@pytest.fixture
def whole_pack(tmp_path: Path) -> Path:
    """A small pack with every kind of file and nearly every key."""
    folder = tmp_path / "whole"
    draft = replace(plain_draft("whole", {"zh": "小舒", "en": "Shu"}), interaction=GATE)
    write_pack(draft, folder, today=date.today())
    policy = folder / "policy.yaml"
    more = "detectors: {fraud: [跑分]}\ndisclosures: [{when: {zh: [理财], en: [fund]}, zh: 有风险。, en: Risky.}]\n"
    policy.write_text(policy.read_text("utf-8") + more, "utf-8")
    (folder / "tools.yaml").write_text(TOOLS, "utf-8")
    (folder / "flows").mkdir()
    (folder / "flows/ticket.yaml").write_text(TICKET, "utf-8")
    (folder / "evals/first.yaml").write_text(EVALS, "utf-8")
    return folder


def as_json(value: Any) -> Any:
    """YAML as JSON has it: dates are texts."""
    return json.loads(json.dumps(value, default=lambda each: each.isoformat() if isinstance(each, date) else each))


def files(folder: Path, kind: str) -> list[Path]:
    return sorted(folder.glob(KINDS[kind][0]))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_published_is_what_the_readers_know(kind: str) -> None:
    published = json.loads((PUBLISHED / f"{kind}.schema.json").read_text("utf-8"))
    assert published == as_json(schema(kind)), "run `shuren persona schema --into docs/schemas`"
    Draft202012Validator.check_schema(published)


@pytest.mark.parametrize("pack", known_personas())
def test_every_shipped_pack_is_valid(pack: str) -> None:
    for kind in KINDS:
        valid = Draft202012Validator(schema(kind))
        for file in files(PERSONAS / pack, kind):
            errors = [error.message for error in valid.iter_errors(as_json(yaml.safe_load(file.read_text("utf-8"))))]
            assert errors == [], file.name


def takes(folder: Path, kind: str) -> bool:
    """Whether the readers of such a file take what is in the folder."""
    try:
        if kind == "flow":
            tools = {name: tool.spec for name, tool in load_tools(folder).tools.items()}
            load_flows(folder, tools=tools, items=(), settings={})
        elif kind == "tools":
            load_tools(folder)
        elif kind == "evals":
            load_evals(folder)
        else:
            load_pack(folder)
    except PackInvalid:
        return False
    return True


def changed(whole: Any) -> Iterator[tuple[str, Any]]:
    """The document with one thing changed, each once: a key less, a key more, a value of another kind."""
    for path in paths(whole):
        inner = at(whole, path)
        if isinstance(inner, dict):
            for key in inner:
                yield f"without {path} {key}", edited(whole, path, lambda part, key=key: part.pop(key))
            yield f"with {path} zzz", edited(whole, path, lambda part: part.update(zzz="x"))
        if path:
            for odd in ([], {"zzz": 1}):
                yield f"{path} = {odd!r}", edited(whole, path[:-1], partial(put, key=path[-1], value=odd))


def paths(value: Any, so_far: tuple = ()) -> Iterator[tuple]:
    yield so_far
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*so_far, key))
    elif isinstance(value, list) and value:
        yield from paths(value[0], (*so_far, 0))


def at(value: Any, path: tuple) -> Any:
    for key in path:
        value = value[key]
    return value


def edited(whole: Any, path: tuple, edit: Any) -> Any:
    new = deepcopy(whole)
    edit(at(new, path))
    return new


def put(part: Any, key: Any, value: Any) -> None:
    part[key] = value


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_takes_all_that_the_reader_takes_and_refuses_wrong_shapes(whole_pack: Path, kind: str) -> None:
    assert check_pack(whole_pack) == ()
    valid = Draft202012Validator(schema(kind))
    (file,) = files(whole_pack, kind)
    changes = list(changed(yaml.safe_load(file.read_text("utf-8"))))
    looser = []
    for what, document in changes:
        file.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
        taken = takes(whole_pack, kind)
        fits = valid.is_valid(as_json(document))
        assert fits or not taken, f"the reader takes what the schema refuses: {what}"
        if fits and not taken:
            looser.append(what)
    assert len(changes) > 40
    beyond = kind in ("flow", "tools")  # they refer to each other, and tools hold schemas of their own
    assert [what for what in looser if what.startswith("with ") or not beyond] == []


ISSUED = ("A", "CN-5101-0001", "川A/7", "x" * 64)


@pytest.mark.parametrize("code", [*ISSUED, "", "x" * 65, "a b", "a\u200b", "\t", 51010001])
def test_the_schema_and_the_reader_take_the_same_identity_codes(whole_pack: Path, code: Any) -> None:
    (file,) = files(whole_pack, "persona")
    document = yaml.safe_load(file.read_text("utf-8")) | {"identity_code": code}
    file.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    assert Draft202012Validator(schema("persona")).is_valid(as_json(document)) == takes(whole_pack, "persona")
    assert takes(whole_pack, "persona") == (code in ISSUED)
