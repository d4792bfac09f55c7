"""`shuren serve` before it serves: what is missing is said, with what to run."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from rich.console import Console

from models.errors import ModelMissing
from server.cli.serve import _check, _Teller, address, settings_of
from server.settings import Settings


def store(**installed: bool) -> SimpleNamespace:
    specs = [SimpleNamespace(name=name) for name in installed]
    return SimpleNamespace(catalogue=SimpleNamespace(defaults=specs), installed=lambda name: installed[name])


def checked(settings: Settings) -> str:
    out = io.StringIO()
    _check(settings, store(voice=True), Console(file=out, width=200))
    return out.getvalue()


def test_missing_weights_stop_the_start_and_say_what_to_run() -> None:
    with pytest.raises(ModelMissing, match="whisper-base") as caught:
        _check(Settings(), store(voice=True, **{"whisper-base": False}), Console(file=io.StringIO()))
    assert caught.value.hint == "shuren models fetch"


def test_a_missing_page_or_avatar_is_a_warning(tmp_path: Path) -> None:
    said = checked(Settings(home=tmp_path, page=tmp_path / "dist"))
    assert "make web" in said and "shuren avatar build" in said
    (tmp_path / "index.html").touch()
    (tmp_path / "avatars" / "rongrong").mkdir(parents=True)
    (tmp_path / "avatars" / "rongrong" / "avatar.glb").touch()
    assert checked(Settings(home=tmp_path, page=tmp_path)) == ""


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://localhost:8000/"), ("0.0.0.0", "http://localhost:8000/"), ("kiosk", "http://kiosk:8000/")],
)
def test_the_address_told_is_one_a_browser_can_open(host: str, url: str) -> None:
    assert address(host, 8000) == url


def test_a_wrong_setting_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHUREN_SESSIONS__LIMIT", "none")
    with pytest.raises(typer.Exit):
        settings_of(host=None, port=None)
    assert "SHUREN_SESSIONS__LIMIT" in capsys.readouterr().err


def test_the_terminal_says_whether_people_can_come() -> None:
    out = io.StringIO()
    teller = _Teller(Console(file=out, width=200), Settings(port=9000))
    teller.part("ears", "ready", 1200.0)
    teller.part("voice", "no [weights]", 0.0)
    teller.all(True)
    teller.all(False)
    assert "✓ ears 1.2 s" in out.getvalue() and "no [weights]" in out.getvalue()
    assert "http://localhost:9000/" in out.getvalue() and "mended" in out.getvalue()
