"""`make audit`: are pinned packages known to be vulnerable? Asks PyPI (through pip-audit) and npm.

    python deploy/audit.py PIP_AUDIT

Exit status 1 for a vulnerability; 0 where none is known, and where nobody could be asked, which is said.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def python_verdict(report: dict) -> tuple[list[str], int, int]:
    """What pip-audit's JSON says: vulnerable packages with their advisories, how many were looked up, how many not."""
    rows = report.get("dependencies", [])
    looked = [row for row in rows if "skip_reason" not in row]
    bad = [
        f"{row['name']} {row['version']}: {each['id']} (mended in {', '.join(each['fix_versions']) or 'none'})"
        for row in looked
        for each in row.get("vulns", [])
    ]
    return bad, len(looked), len(rows) - len(looked)


def npm_verdict(report: dict) -> tuple[list[str], int, int]:
    """What `npm audit --json` says, in the same words. A report with `error` has looked up nothing."""
    if "error" in report or "metadata" not in report:
        return [], 0, 1
    bad = [f"{name}: {each['severity']} ({each['range']})" for name, each in report["vulnerabilities"].items()]
    return bad, report["metadata"]["dependencies"]["total"], 0


def _run(command: list[str], folder: Path) -> dict:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900)
        return json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}


def main(pip_audit: str) -> int:
    options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    asked = {
        "PyPI": python_verdict(_run([pip_audit, "-r", "constraints.txt", *options], ROOT)),
        "npm": npm_verdict(_run(["npm", "audit", "--json"], ROOT / "web-demo")),
    }
    for name, (bad, looked, missed) in asked.items():
        for each in bad:
            print(f"{name}: {each}")
        if not looked:
            print(f"{name}: nothing could be looked up; this is no sign that all is well")
        else:
            print(f"{name}: {looked} looked up, {len(bad)} known vulnerabilities, {missed} not looked up")
    return 1 if any(bad for bad, _, _ in asked.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
