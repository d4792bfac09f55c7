"""pip's and npm's own settings decide where packages are looked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.catalogue import Archive
from models.download import SourceTrouble, open_client
from models.indexes import PYPI, find_archive, npm_registry, pip_settings, python_indexes

NO_FILES = {"PIP_CONFIG_FILE": os.devnull}


def test_without_settings_the_public_index_is_asked() -> None:
    assert python_indexes(pip_settings(NO_FILES)) == [PYPI]


def test_a_configured_mirror_replaces_the_public_index(tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text("[global]\nindex-url = https://mirror.example/simple/\ncert = /etc/own.pem\n")
    settings = pip_settings({"PIP_CONFIG_FILE": str(config)})
    assert python_indexes(settings)[0] == "https://mirror.example/simple"
    assert settings["cert"] == "/etc/own.pem"


def test_the_environment_wins_and_local_folders_are_left_out() -> None:
    environ = NO_FILES | {
        "PIP_INDEX_URL": "https://a.example/simple",
        "PIP_EXTRA_INDEX_URL": "file:///opt/wheels https://b.example/simple/",
    }
    assert python_indexes(pip_settings(environ)) == ["https://a.example/simple", "https://b.example/simple"]


def test_a_broken_configuration_file_is_no_reason_to_fail(tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text("index-url before any section\n")
    assert python_indexes(pip_settings({"PIP_CONFIG_FILE": str(config)})) == [PYPI]


def test_npm_follows_its_registry_setting() -> None:
    assert npm_registry({"npm_config_registry": "https://npm.example/"}) == "https://npm.example"


def test_a_package_is_found_by_its_hash_among_other_files(registry) -> None:
    wanted = registry.add_wheel("My_Pkg", {"a": b"1"})
    page = registry.files.pop("/simple/My_Pkg/").decode()
    registry.files["/simple/my-pkg/"] = f'<a href="x.whl#sha256={"0" * 64}">old</a>{page}'.encode()
    with open_client() as client:
        url = find_archive(client, "pypi", Archive(**wanted, take=()))
    assert url == f"{registry.url}/packages/My_Pkg-1.0-py3-none-any.whl"


def test_a_replaced_upload_is_not_taken_for_the_pinned_one(registry) -> None:
    entry = registry.add_wheel("pkg", {"a": b"1"}, sha256="1" * 64)
    with open_client() as client, pytest.raises(SourceTrouble, match="no longer has pkg 1.0 as pinned"):
        find_archive(client, "pypi", Archive(**entry, take=()))


def test_a_password_in_the_index_address_is_not_repeated_in_messages(registry, monkeypatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", registry.url.replace("http://", "http://user:secret@") + "/simple")
    with open_client() as client, pytest.raises(SourceTrouble) as caught:
        find_archive(client, "pypi", Archive("nothing", "1", 1, "1" * 64, ()))
    assert "secret" not in caught.value.reason
