"""Waiting for something to become true in a page."""

from __future__ import annotations

from typing import Any

import pytest

TURN = 90_000  # ms to wait for something to happen; a limit on hanging, not a measure of speed


def until(page: Any, expression: str, *, every: int = 50) -> None:
    """Returns when the JavaScript `expression` holds, looked at every so many ms.

    Playwright's own `wait_for_function` has the page evaluate a string, which the page's security policy forbids.
    """
    for _ in range(TURN // every):
        if page.evaluate(f"Boolean({expression})"):
            return
        page.wait_for_timeout(every)
    pytest.fail(f"never in {TURN / 1000:g} s: {expression}")
