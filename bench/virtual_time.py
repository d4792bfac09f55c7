"""An event loop whose time passes only when everything waits: whole conversations run in milliseconds, exactly."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class _JumpingSelector:
    """Never blocks: instead of waiting `timeout` seconds it moves the loop's clock on by as much."""

    def __init__(self, real: selectors.BaseSelector) -> None:
        self._real = real
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list:
        events = self._real.select(0)
        if not events:
            if timeout is None:
                raise RuntimeError("Everything waits for something that never happens.")
            self.now += max(0.0, timeout)
        return events

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class VirtualLoop(asyncio.SelectorEventLoop):
    """`loop.time()` is virtual; asyncio.sleep, timeouts and call_later follow it. Threads must not be used."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector(selectors.DefaultSelector())
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def run_virtual(main: Coroutine[Any, Any, Any]) -> Any:
    """Run `main` in virtual time and fail if it leaves a task behind."""

    async def checked() -> Any:
        result = await main
        await asyncio.sleep(0)
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert not left, f"leaked tasks: {left}"
        return result

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(checked())
