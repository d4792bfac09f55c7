"""A pack's tools.yaml is read whole or refused with file, line and mend; the operator's file alone grants anything."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tool_files import SAID, write_pack, write_tools

from dialogue.packs import check_pack, find_pack, load_pack
from dialogue.tools.access import Command, Host, load_access
from dialogue.tools.config import Builtin, Operation, Remote, Server
from dialogue.tools.load import load_tools
from models.errors import PackInvalid

ALL = f"""
loan: {{builtin: loan_payment}}
ticket:
  server: bank
  tool: take_ticket
  {SAID}
  parameters:
    business: {{enum: [personal, company]}}
    note: {{type: string, default: null}}
  returns: {{number: {{type: string}}}}
  effect: yes
  key: request_id
  timeout_s: 8
  fresh_s: 60
weather:
  http: GET https://api.example/v1/{{city}}?unit=c
  {SAID}
  parameters: {{city: {{type: string}}, days: {{type: integer, default: 3}}}}
"""


def test_every_kind_of_tool_is_read(folder: Path) -> None:
    config = write_tools(folder, ALL, "bank: {demo: bank}")
    assert config.servers == {"bank": Server("bank", demo="bank")}
    assert config.tools["loan"].way == Builtin("loan_payment", {})
    ticket = config.tools["ticket"]
    assert ticket.way == Remote("bank", "take_ticket") and ticket.key == "request_id"
    assert (ticket.spec.effect, ticket.spec.timeout_s, ticket.spec.fresh_s) == (True, 8.0, 60.0)
    assert ticket.spec.parameters["required"] == ["business"] and not ticket.spec.parameters["additionalProperties"]
    assert ticket.spec.description == {"zh": "试一试", "en": "A try"}
    assert config.tools["weather"].way == Operation("GET", "https://api.example/v1/{city}?unit=c", query=("days",))


def test_a_pack_without_the_file_has_no_tools(folder: Path) -> None:
    config = load_tools(folder)
    assert not config.tools and not config.servers


@pytest.mark.parametrize(
    ("tools", "what"),
    [
        ("rates: {builtin: lone_payment}", "lone_payment"),
        ("rates: {}", "must say what stands behind it"),
        (f"rates: {{server: bank, http: GET https://x.example/, {SAID}}}", "must say what stands behind it"),
        (f"rates: {{server: bnak, {SAID}}}", "bnak"),
        (f"rates: {{http: FETCH https://x.example/, {SAID}}}", "FETCH"),
        (f"rates: {{http: 'GET file:///etc/passwd', {SAID}}}", "not a web address"),
        (f"rates: {{http: 'GET https://me:pw@x.example/', {SAID}}}", "password"),
        (f"rates: {{http: 'GET https://{{host}}/', {SAID}}}", "parameter"),
        (f"rates: {{http: 'GET https://x.example/{{id}}', {SAID}}}", "{id} is no parameter"),
        ("rates: {http: 'GET https://x.example/'}", "description"),
        (f"rates: {{http: 'GET https://x.example/', {SAID}, key: id}}", "only a tool with an effect"),
        (f"rates: {{http: 'GET https://x.example/', {SAID}, timeout_s: 600}}", "at most 60"),
        (f"rates: {{http: 'GET https://x.example/', {SAID}, timeout_s: 0}}", "some time"),
        (f"rates: {{http: 'GET https://x.example/', {SAID}, parameters: {{n: 3}}}}", "n has no schema"),
        (f"rates: {{http: 'GET https://x.example/', {SAID}, parameters: {{n: {{type: nmber}}}}}}", "nmber"),
        ("rates: {builtin: route}", "data"),
        ("rates: {builtin: route, data: ../../etc/passwd}", "the pack has no file"),
        ("rates: {builtin: loan_payment, data: a.yaml}", "reads no data"),
        ("rates: {builtin: loan_payment, colour: red}", "colour"),
        ("Rate-s: {builtin: loan_payment}", "cannot be named"),
        (f"rates: {{openapi: none.yaml, operation: a, {SAID}}}", "none.yaml"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_mend(folder: Path, tools: str, what: str) -> None:
    with pytest.raises(PackInvalid) as caught:
        write_tools(folder, tools)
    error = caught.value
    assert what in f"{error.message} {error.hint}" and error.file.endswith("tools.yaml") and error.line == 3
    assert error.hint


@pytest.mark.parametrize(
    "server",
    ["{}", "{url: ftp://x.example}", "{demo: casino}", "{demo: bank, url: 'https://x.example/'}", "{command: sh}"],
)
def test_a_pack_cannot_start_a_program_nor_name_a_server_in_any_other_way(folder: Path, server: str) -> None:
    with pytest.raises(PackInvalid):
        write_tools(folder, f"echo: {{server: odd, {SAID}}}", f"odd: {server}")


def test_a_data_file_is_checked_when_the_pack_is_loaded(folder: Path) -> None:
    write_pack(folder, table="rules: [{words: {zh: [痛]}, department: {zh: 内科}}]\notherwise: {zh: 全科, en: GP}\n")
    with pytest.raises(PackInvalid, match="rule 1: a department has a name"):
        write_tools(folder, "department: {builtin: department, data: table.yaml}")


def test_all_mistakes_are_told_at_once_with_the_rest_of_the_pack(tmp_path: Path) -> None:
    folder = tmp_path / "bank-teller"
    shutil.copytree(find_pack("bank-teller"), folder)
    (folder / "tools.yaml").write_text(
        "format: 2\nservers: {a: {demo: b}}\ntools:\n  x: {builtin: y}\n  z: {server: a}\n", encoding="utf-8"
    )
    told = " ".join(str(problem) for problem in check_pack(folder))
    assert all(
        part in told for part in ("format is not 1", "demo cannot be 'b'", "builtin cannot be 'y'", "description")
    )


def test_a_loaded_pack_brings_its_tools(tmp_path: Path) -> None:
    folder = tmp_path / "bank-teller"
    shutil.copytree(find_pack("bank-teller"), folder)
    shutil.rmtree(folder / "flows", ignore_errors=True)
    write_tools(folder, ALL, "bank: {demo: bank}")
    assert set(load_pack(folder).tools.tools) == {"loan", "ticket", "weather"}


# OpenAPI

DOCUMENT = {
    "openapi": "3.0.3",
    "servers": [{"url": "https://api.example/v2/"}],
    "paths": {
        "/orders/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "put": {
                "operationId": "changeOrder",
                "summary": "Change an order",
                "parameters": [{"name": "dry", "in": "query", "schema": {"$ref": "#/components/schemas/Flag"}}],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Change"}}}
                },
            },
            "get": {"operationId": "odd", "parameters": [{"name": "h", "in": "header", "schema": {}}]},
            "delete": {
                "operationId": "endless",
                "parameters": [{"name": "t", "in": "query", "schema": {"$ref": "#/components/schemas/Tree"}}],
            },
        }
    },
    "components": {
        "schemas": {
            "Flag": {"type": "boolean"},
            "Change": {
                "type": "object",
                "required": ["pieces"],
                "properties": {"pieces": {"type": "integer", "minimum": 1}, "note": {"type": "string"}},
            },
            "Tree": {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Tree"}}},
        }
    },
}  # fmt: skip


def test_an_operation_is_read_with_its_references(folder: Path) -> None:
    (folder / "shop.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    tool = write_tools(folder, "change: {openapi: shop.json, operation: changeOrder, effect: yes}").tools["change"]
    url = "https://api.example/v2/orders/{id}"
    assert tool.way == Operation("PUT", url, query=("dry",), body=("pieces", "note"))
    assert tool.spec.parameters["properties"]["pieces"] == {"type": "integer", "minimum": 1}
    assert sorted(tool.spec.parameters["required"]) == ["id", "pieces"]
    assert tool.spec.description["en"] == "Change an order"


@pytest.mark.parametrize(
    ("operation", "what"), [("none", "no operation"), ("odd", "header"), ("endless", "without end")]
)
def test_an_operation_that_cannot_be_made_is_refused(folder: Path, operation: str, what: str) -> None:
    (folder / "shop.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    with pytest.raises(PackInvalid, match=what):
        write_tools(folder, f"change: {{openapi: shop.json, operation: {operation}, {SAID}}}")


# The operator's file

ACCESS = """
servers:
  bank: {command: [bank-mcp, --stdio], env: {BANK_DB: "${BANK_HOME}/bank.db"}}
  hospital: {url: "https://mcp.hospital.example/mcp"}
hosts:
  MCP.hospital.example: {headers: {Authorization: "Bearer ${HOSPITAL_TOKEN}"}}
  "10.1.2.3:8080": {private: yes, plain: yes}
demos: no
"""


def test_the_operators_file_is_read_with_its_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANK_HOME", "/srv")
    monkeypatch.setenv("HOSPITAL_TOKEN", "s3cret")
    write_pack(tmp_path, access=ACCESS)
    access = load_access(tmp_path / "access.yaml")
    assert access.servers["bank"] == Command(("bank-mcp", "--stdio"), {"BANK_DB": "/srv/bank.db"})
    assert access.servers["hospital"] == "https://mcp.hospital.example/mcp" and not access.demos
    assert access.hosts["mcp.hospital.example"].headers == {"Authorization": "Bearer s3cret"}
    assert access.hosts["10.1.2.3:8080"] == Host(private=True, plain=True)
    assert "s3cret" not in repr(access)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (ACCESS, "HOSPITAL_TOKEN|BANK_HOME"),
        ("servers: {a: {}}", "command or a url"),
        ("hosts: {a: {private: maybe}}", "yes or no"),
        ("host: {}", "not known"),
    ],
)
def test_a_wrong_operators_file_is_refused(
    tmp_path: Path, text: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOSPITAL_TOKEN", raising=False)
    monkeypatch.delenv("BANK_HOME", raising=False)
    write_pack(tmp_path, access=text)
    with pytest.raises(PackInvalid, match=what):
        load_access(tmp_path / "access.yaml")
