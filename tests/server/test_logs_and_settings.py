"""What is logged, and how the service is set."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from pydantic import ValidationError
from scripted_house import ScriptedHouse, connected, make_app, reply

from avatar.events import InputFinal
from server.logs import JsonFormatter, TextFormatter
from server.settings import Settings


async def test_a_turn_is_one_line_with_its_times_and_none_of_its_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "shuren")
    logging.getLogger("shuren").propagate = True
    house = ScriptedHouse()
    async with connected(make_app(house, api_key="the-key"), headers={"Authorization": "Bearer the-key"}) as socket:
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "我的卡号"}]}
        socket.send({"type": "conversation.item.create", "item": item})
        socket.send('{"type": "nonsense 我的卡号"}')
        await socket.until("error")
        house.sessions[0].emit(InputFinal("item_u", "我的密码", "zh", 0.9), *reply(1, "您的余额"))
        await socket.until("shuren.timings")
    lines = [TextFormatter().format(record) for record in caplog.records if record.name == "shuren"]
    lines += [JsonFormatter().format(record) for record in caplog.records if record.name == "shuren"]
    names = [record.getMessage() for record in caplog.records if record.name == "shuren"]
    assert [name for name in names if name != "refused"] == ["session_open", "turn", "session_close"]
    assert any("first_audio_ms=640" in line for line in lines)
    for secret in ("卡号", "密码", "余额", "the-key"):
        assert not any(secret in line for line in lines)
    closing = json.loads(lines[-1])
    assert (closing["why"], closing["completed"], closing["refused"]) == ("client_left", 1, 1)


def test_json_lines_are_json_even_with_a_traceback() -> None:
    try:
        raise ValueError("the card is 6222")
    except ValueError:
        record = logging.getLogger("shuren").makeRecord("shuren", 40, "f", 1, "x", (), True, extra={"fields": {"a": 1}})
        import sys

        record.exc_info = sys.exc_info()
    line = json.loads(JsonFormatter().format(record))
    assert (line["event"], line["level"], line["a"]) == ("x", "error", 1)
    assert line["exception"].startswith("ValueError at test_logs_and_settings.py:") and "6222" not in str(line)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUREN_SESSIONS__LIMIT", "9")
    monkeypatch.setenv("SHUREN_LANGUAGE_MODEL__URL", "http://gpu-box:8000/v1")
    monkeypatch.setenv("SHUREN_HOME", "~/weights")
    monkeypatch.setenv("SHUREN_PORT", "")
    settings = Settings()
    assert settings.sessions.limit == 9 and settings.language_model.url == "http://gpu-box:8000/v1"
    assert settings.avatars == Path.home() / "weights" / "avatars"
    assert settings.port == 8000
    assert Settings(port=9000).port == 9000


def test_a_wrong_setting_is_refused_and_keys_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "hush" not in repr(Settings(api_key="hush", language_model={"key": "hush"}))
    monkeypatch.setenv("SHUREN_SESSIONS__LIMIT", "0")
    with pytest.raises(ValidationError):
        Settings()
