"""Questions people ask anybody, which no role answers unless they are in its domain: `elsewhere.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).resolve().parent / "elsewhere.yaml"


@cache
def asked_anybody(domain: str) -> tuple[str, ...]:
    """Examples of what a role of this domain sends elsewhere."""
    topics = yaml.safe_load(_FILE.read_text(encoding="utf-8")).values()
    return tuple(text for topic in topics if domain not in topic["not_for"] for text in topic["ask"])
