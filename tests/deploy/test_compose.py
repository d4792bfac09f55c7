"""compose.yaml: Docker Compose itself takes it, nobody has more rights than needed, and secrets are files."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from places import BIN, DEPLOY, unknown

from server.settings import Settings


@pytest.fixture(scope="module")
def composed() -> dict:
    """As Docker Compose reads it."""
    env = os.environ | {"SHUREN_SITE": "shuren.example"}
    command = [BIN / "docker-compose", "-f", DEPLOY / "compose.yaml", "config", "--format", "json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deploy") / "secrets"
    for _ in range(2):  # a second time changes nothing
        before = {file.name: file.read_text() for file in folder.glob("*")}
        subprocess.run(["sh", DEPLOY / "secrets.sh", folder], check=True)
        assert before.items() <= {file.name: file.read_text() for file in folder.glob("*")}.items()
    return folder


def test_every_container_is_confined(composed: dict) -> None:
    assert set(composed["services"]) == {"shuren", "database", "limits", "proxy"}
    for name, service in composed["services"].items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert ":" in service["image"] and not service["image"].endswith(":latest"), name
    ports = {name for name, service in composed["services"].items() if service.get("ports")}
    assert ports == {"proxy"} and composed["networks"]["back"]["internal"]


def test_whoever_talks_may_finish(composed: dict) -> None:
    grace = composed["services"]["shuren"]["stop_grace_period"]
    assert grace == "45s" and Settings().observing.drain_s + 15 == 45


def test_only_settings_that_exist_are_set_and_secrets_are_files(composed: dict, secrets: Path) -> None:
    environment = {name for service in composed["services"].values() for name in service.get("environment", {})}
    assert not unknown(environment | set(composed["secrets"]))
    assert {Path(secret["file"]).name for secret in composed["secrets"].values()} == {f.name for f in secrets.iterdir()}
    plain = json.dumps(composed["services"])
    assert not any(file.read_text().strip() in plain for file in secrets.iterdir())


def test_the_secrets_are_random_fit_each_other_and_reach_the_service(
    secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["sh", DEPLOY / "secrets.sh", tmp_path / "other"], check=True)
    assert not {f.read_text() for f in secrets.iterdir()} & {f.read_text() for f in (tmp_path / "other").iterdir()}
    assert secrets.stat().st_mode & 0o077 == 0
    monkeypatch.setenv("SHUREN_SECRETS_DIR", str(secrets))
    settings = Settings()
    password = (secrets / "database-password").read_text().strip()
    assert settings.database_url == f"postgresql://shuren:{password}@database/shuren"
    assert (
        settings.access.redis.get_secret_value().split("@")[0].removeprefix("redis://:")
        in (secrets / "redis.conf").read_text()
    )
    assert len(settings.api_key.get_secret_value()) == 64
    assert settings.access.secret.get_secret_value() != settings.storage.audit_key.get_secret_value()
    assert password not in repr(settings)
    monkeypatch.setenv("SHUREN_API_KEY", "of the environment")
    assert Settings().api_key.get_secret_value() == "of the environment"
