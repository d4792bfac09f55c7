"""OpenMP's waiting, which must be chosen before the library that uses it is loaded."""

from __future__ import annotations

import os


def wait_passively() -> None:
    """Let OpenMP threads sleep instead of spin; call it first thing in a program.

    With spinning threads a loaded machine gave no token in 100 seconds. An operator's own choice is kept.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
