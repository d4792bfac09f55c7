"""What the tests of deployment files share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from server.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
NOT_SETTINGS = {"SHUREN_SECRETS_DIR", "SHUREN_SITE", "SHUREN_TLS", "SHUREN_UPSTREAM"}  # read by others, or before them


def variables(model: type[BaseModel] = Settings, prefix: str = "SHUREN_") -> Iterator[str]:
    """Every environment variable the service knows."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        yield f"{prefix}{name}".upper()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from variables(kind, f"{prefix}{name}__")


def unknown(names: set[str]) -> set[str]:
    """Those of `names` that look like settings and are none."""
    return {name for name in names if name.startswith("SHUREN_")} - set(variables()) - NOT_SETTINGS
