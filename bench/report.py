"""What every benchmark prints: the machine, the versions, the settings, and distributions of the same shape."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from collections.abc import Sequence
from typing import Any

import numpy as np

PACKAGES = ("shuren", "faster-whisper", "onnxruntime", "xllamacpp", "numpy")


def spread(values: Sequence[float]) -> dict[str, float]:
    """`{p50, p95, max, n}` of `values`, rounded to a tenth; only `n` where there are none."""
    if not len(values):
        return {"n": 0}
    array = np.asarray(values, float)
    p50, p95, top = np.percentile(array, 50), np.percentile(array, 95), array.max()
    return {"p50": round(p50, 1), "p95": round(p95, 1), "max": round(top, 1), "n": len(array)}


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "load": [round(x, 2) for x in os.getloadavg()],
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
    }


def versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def report(result: dict[str, Any], *, settings: dict[str, Any], as_json: bool) -> None:
    """Print a benchmark's result: one JSON object, or a table a person can read."""
    whole = {"machine": machine(), "versions": versions(), "settings": settings} | result
    if as_json:
        print(json.dumps(whole, ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", "value", title=f"{whole['machine']['cpu']}, {whole['machine']['cores']} cores")
    for name, value in _flat(result):
        table.add_row(name, value)
    Console().print(table)


def _flat(result: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows = []
    for key, value in result.items():
        if isinstance(value, dict) and not {"p50", "n"} <= value.keys():
            rows += _flat(value, f"{prefix}{key}.")
        elif isinstance(value, dict):
            text = f"median {value['p50']}  p95 {value['p95']}  max {value['max']}  (n={value['n']})"
            rows.append((prefix + key, text))
        elif not isinstance(value, list):
            rows.append((prefix + key, str(value)))
    return rows


def _cpu_model() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            return next(line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"
