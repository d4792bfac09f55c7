"""Everybody may know who runs the service, with which models, what is kept and under which terms."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError
from scripted_house import ScriptedHouse, make_app
from typer.testing import CliRunner

from dialogue.packs import find_pack, load_pack
from server.cli.compliance import app as command
from server.compliance.pia import assessment
from server.settings import Settings

TOLD = {
    "provider": "蜀行",
    "contact": "95000",
    "complaints": "12378",
    "model_filing": "Sichuan-1",
    "algorithm_filing": "2",
}


async def get(path: str, **settings: object) -> httpx.Response:
    """As a visitor of elsewhere, without a key."""
    app = make_app(ScriptedHouse(), api_key="the-key", **settings)
    transport = httpx.ASGITransport(app=app, client=("203.0.113.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        return await http.get(path)


async def test_a_visitor_learns_whose_service_it_is_what_it_runs_on_and_what_is_kept() -> None:
    body = (await get("/v1/compliance/disclosure", disclosure=TOLD)).json()
    assert body["provider"] == "蜀行" and body["complaints"] == "12378" and "AI" in body["label"]
    assert body["filing"] == {"model": "Sichuan-1", "algorithm": "2", "notice": ""}
    assert body["kept_days"]["audio"] == 0 and body["kept_days"]["audit"] >= 180
    assert {model["part"] for model in body["models"]} == {"ears", "language model", "voice"}
    assert all(model["licence"] and model["origin"] and not model["elsewhere"] for model in body["models"])


async def test_without_filing_numbers_it_says_that_it_is_for_internal_tests() -> None:
    for missing in ({}, {"model_filing": "Sichuan-1"}, {"algorithm_filing": "2"}):
        notice = (await get("/v1/compliance/disclosure", disclosure=missing)).json()["filing"]["notice"]
        assert "未备案" in notice and "Not filed" in notice


def test_a_public_service_does_not_start_without_saying_whose_it_is_and_its_filing_numbers() -> None:
    assert Settings(disclosure=TOLD | {"public": True}).disclosure.public
    for name in TOLD:
        with pytest.raises(ValidationError, match=name):
            Settings(disclosure=TOLD | {"public": True, name: " "})


async def test_models_elsewhere_are_told_without_their_addresses_or_keys() -> None:
    mind = {"name": "openai", "url": "http://gpu-box:8000/v1", "model": "Qwen3-8B", "key": "sk-secret",
            "fallbacks": [{"name": "llama"}]}  # fmt: skip
    answer = await get("/v1/compliance/disclosure", language_model=mind, storage={"ask": ["mic_asr"]})
    minds = [model for model in answer.json()["models"] if model["part"] == "language model"]
    assert [(model["name"], model["elsewhere"]) for model in minds][0] == ("Qwen3-8B", True) and len(minds) == 2
    assert "gpu-box" not in answer.text and "sk-secret" not in answer.text
    assert answer.json()["asked"] == ["mic_asr"]


@pytest.mark.parametrize(("language", "says"), [("zh", "内容标识的方法和样式"), ("en", "How content is labelled")])
async def test_the_terms_describe_the_label_and_leave_no_blank_unmarked(language: str, says: str) -> None:
    filled = await get(f"/v1/compliance/terms?language={language}", disclosure=TOLD)
    assert filled.headers["content-type"].startswith("text/markdown")
    assert says in filled.text and "数字人 · 内容由AI生成" in filled.text and "95000" in filled.text
    assert "$" not in filled.text and "待填写" not in filled.text and "to be filled in" not in filled.text
    empty = (await get(f"/v1/compliance/terms?language={language}")).text
    assert "（待填写）" in empty or "(to be filled in)" in empty
    assert (await get("/v1/compliance/terms?language=fr")).status_code == 422


def test_an_impact_assessment_has_the_facts_of_pack_and_settings(tmp_path: Path) -> None:
    pack = load_pack(find_pack("bank-teller"))
    away = {"name": "openai", "url": "http://gpu-box:8000/v1", "model": "Qwen3-8B"}
    settings = Settings(language_model=away, disclosure=TOLD, storage={"retention": {"finance": 400}})
    text = assessment(pack, settings, on=date(2026, 12, 1))
    for fact in ("bank-teller", "2026-12-01", "金融", "400 天", "Qwen3-8B | 外部服务器", "蜀行", "BANK-RECORDS"):
        assert fact in text, fact
    assert "由外部服务器处理的环节：语言模型" in text and "$" not in text
    assert text.count("【填写】") > 12  # what only people can judge is left to them
    out = tmp_path / "pia.md"
    done = CliRunner().invoke(command, ["pia", "triage-assistant", "--to", str(out)])
    assert done.exit_code == 0, done.output
    assert "医疗健康" in out.read_text("utf-8")
