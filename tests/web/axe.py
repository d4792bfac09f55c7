"""What axe finds on a page that keeps somebody from using it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_AXE = Path(__file__).parents[2] / "web-demo" / "node_modules" / "axe-core" / "axe.min.js"
# The size of targets (WCAG 2.2, 24 px) is the one rule of level AA that axe leaves out unless it is told.
_OPTIONS = "{resultTypes: ['violations'], rules: {'target-size': {enabled: true}}}"


def barriers(page: Any, within: str = "document") -> list[str]:
    """Serious and critical findings within the JavaScript expression `within`, open shadow roots included."""
    found = page.evaluate(f"{_AXE.read_text('utf-8')}; axe.run({within}, {_OPTIONS})")
    return [
        f"{each['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"][:3]
    ]
