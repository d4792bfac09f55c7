"""The image: everything its file names exists, its linter finds nothing, and its scripts do what they say."""

from __future__ import annotations

import http.server
import os
import re
import subprocess
import threading
from pathlib import Path

import pytest
from places import BIN, DEPLOY, ROOT

from server.cli.main import COMMANDS

TEXT = (ROOT / "Dockerfile").read_text("utf-8")


def instructions(word: str) -> list[str]:
    return re.findall(rf"(?m)^{word} (.+)$", TEXT.replace("\\\n", " "))


def test_the_linter_finds_nothing() -> None:
    done = subprocess.run([BIN / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_everything_that_is_copied_exists_and_reaches_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    copied = [each for each in instructions("COPY") if not each.startswith("--from")]
    sources = {source for each in copied for source in each.split()[:-1]}
    assert {"models", "server", "personas", "web-demo", "pyproject.toml"} <= sources
    assert not [source for source in sources if not (ROOT / source).exists()]
    assert "*" in ignored
    missing = [s for s in sources if not {f"!{s}", f"!{s.split('/')[0]}"} & set(ignored)]
    assert not missing


def test_it_runs_as_nobody_in_particular_from_exact_bases_and_holds_no_secret() -> None:
    assert instructions("USER") == ["10001:10001"]
    bases = [each.split("=", 1)[1] for each in instructions("ARG") if "_IMAGE" in each]
    assert bases and all(re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+[\w.-]*(@sha256:\w{64})?", base) for base in bases)
    assert all(each.startswith("${") for each in instructions("FROM"))
    assert len(instructions("FROM")) == 3
    assert not re.search(r"(?i)(password|secret|api_key|token)\s*=", TEXT)


def test_every_command_it_starts_exists() -> None:
    script = (DEPLOY / "start.sh").read_text("utf-8")
    assert set(re.findall(r"(?m)\bshuren (\w+)", "\n".join(line for line in script.splitlines() if line[:1] != "#")))
    assert set(re.findall(r"(?m)^(?:exec )?shuren (\w+)", script)) <= set(COMMANDS)
    (check,) = instructions("HEALTHCHECK")
    assert "/app/deploy/healthy.py" in check and (DEPLOY / "healthy.py").is_file()
    assert instructions("CMD") == ['["sh", "/app/deploy/start.sh"]']


def test_a_container_fetches_builds_and_then_becomes_the_service(tmp_path: Path) -> None:
    said = tmp_path / "said"
    fake = tmp_path / "shuren"
    fake.write_text(f'#!/bin/sh\necho "$PPID $$ $@" >> {said}\n[ "$1" != "$FAILS" ]\n')
    fake.chmod(0o755)
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SHUREN_HOME": str(tmp_path)}
    with subprocess.Popen(["sh", DEPLOY / "start.sh"], env=env) as shell:
        assert shell.wait() == 0
    lines = [line.split(" ", 2) for line in said.read_text().splitlines()]
    assert [line[2] for line in lines] == ["models fetch", "avatar build", "serve"]
    assert lines[-1][1] == str(shell.pid)  # SIGTERM reaches the service itself
    assert subprocess.run(["sh", DEPLOY / "start.sh"], env=env | {"FAILS": "models"}).returncode != 0
    assert len(said.read_text().splitlines()) == 4  # and nothing was started without weights


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (None, 1)])
def test_a_container_is_healthy_when_somebody_can_talk_there(status: int | None, code: int) -> None:
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        port = server.server_address[1]
        if status is None:
            server.server_close()
        else:
            threading.Thread(target=server.handle_request, daemon=True).start()
        env = os.environ | {"SHUREN_PORT": str(port)}
        assert subprocess.run([BIN / "python", DEPLOY / "healthy.py"], env=env).returncode == code
