"""The systemd unit: systemd itself takes it and calls it well confined."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from places import DEPLOY, unknown

from server.settings import Settings

UNIT = DEPLOY / "systemd" / "shuren.service"
pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd on this machine")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that exists."""
    text = UNIT.read_text("utf-8").replace("/opt/shuren/.venv/bin/shuren", "/bin/true").replace("/opt/shuren", "/")
    (tmp_path / UNIT.name).write_text(text)
    return tmp_path / UNIT.name


def test_systemd_takes_it(unit: Path) -> None:
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True)
    mine = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert done.returncode == 0 and not mine, done.stderr


def test_it_is_well_confined(unit: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=25", unit]
    done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert done.returncode == 0 and found and float(found[1]) <= 2.5, done.stdout[-3000:] + done.stderr


def test_its_settings_exist_and_whoever_talks_may_finish() -> None:
    text = UNIT.read_text("utf-8")
    assert not unknown(set(re.findall(r"SHUREN_[A-Z_]+", text)))
    grace = int(re.search(r"TimeoutStopSec=(\d+)", text)[1])
    assert grace >= Settings().observing.drain_s + 15
    assert "KillMode=mixed" in text  # a drain must not lose the workers it needs
