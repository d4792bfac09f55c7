"""What the README promises is true: its Python example runs, its links exist."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import wave
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.model
def test_the_python_example_gets_an_answer_in_voice_and_text(server: str, tmp_path: Path) -> None:
    example = re.search(r"```python\n(.*?)```", README, re.S).group(1)
    example = example.replace("localhost:8000", server.removeprefix("http://"))
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "挂失" in done.stdout
    with wave.open(str(tmp_path / "answer.wav")) as answer:
        assert answer.getnframes() > 2 * answer.getframerate()


@pytest.mark.model
def test_the_bank_s_site_of_the_quick_start_lets_its_visitors_in(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUREN_SERVICE", server)
    monkeypatch.setenv("SHUREN_KEY", "-")  # the service has no key yet: its own machine needs none
    site = TestClient(runpy.run_path(str(ROOT / "docs" / "start" / "bank_site.py"))["app"])
    script = re.search(r'<script src="([^"]+)"', site.get("/").text).group(1)
    assert httpx.get(script).headers["content-type"].startswith("text/javascript")
    assert site.post("/shuren-token").json()["value"].startswith("ek_")


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_every_local_link_leads_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = [link.split("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")]
    assert len(targets) > 5
    assert not [target for target in targets if target and not (ROOT / target).exists()]


def test_every_setting_the_readme_names_exists() -> None:
    from server.settings import Settings

    for path in re.findall(r"SHUREN_([A-Z_]+)=", README):
        model = Settings
        for part in path.lower().split("__"):
            fields = model.model_fields
            assert part in fields, f"SHUREN_{path} is not a setting"
            model = fields[part].annotation
