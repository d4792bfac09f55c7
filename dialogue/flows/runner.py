"""Runs one turn of a procedure: speaks its lines, makes its calls, and knows where it stands however the turn ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from time import perf_counter

from dialogue.flows import engine
from dialogue.flows.telling import fixed, line_of
from dialogue.flows.types import Call, Line, Moment, Move, Progress
from dialogue.records import ToolCall
from dialogue.refusals import suspicious
from dialogue.text import has_chinese, normalise
from dialogue.tools.types import ToolResult, Tools
from models.errors import ToolFailed, ToolInvalid, ToolUnavailable

log = logging.getLogger("shuren.flows")


@dataclass(frozen=True)
class Patience:
    """Seconds of a call after which the person is told that it takes a while, and after which again."""

    filler_s: float = 0.8
    still_s: float = 8.0


class Run:
    """One turn. Belongs to one event loop."""

    def __init__(
        self,
        move: Move,
        tools: Tools | None,
        moment: Callable[[], Moment],
        *,
        patience: Patience,
        record: Callable[[ToolCall], None],
        files: bool = True,
    ) -> None:
        """`files`: the person can send files; else it does not ask for any."""
        self._files = files
        self._tools = tools
        self._moment = moment
        self._come_to(move)
        self._patience = patience
        self._record = record
        self._call: Call | None = None
        self._task: asyncio.Task[ToolResult] | None = None

    async def lines(self) -> AsyncIterator[Line]:
        """What is said, as it becomes due. Closing it stops a tool that is running."""
        while True:
            while self._unsaid:
                yield self._unsaid.pop(0)
            if self._move.call is None:
                return
            async with aclosing(self._made(self._move.call)) as meanwhile:
                async for line in meanwhile:
                    yield line

    def settle(self) -> Progress:
        """Where the procedure stands. The turn is over: a tool that still runs is stopped, and what came back but was
        not said yet will be said the next time."""
        if self._task and self._task.done() and not self._task.cancelled():
            self._take(self._task)
        elif self._task:
            self._task.cancel()
            self._move = Move(engine.interrupted(self._move.progress, self._call))
            self._record(ToolCall(self._call.tool, self._call.arguments, "cancelled"))
            self._task = None
        elif self._move.call is not None:  # it was not even begun
            self._move = Move(replace(self._move.progress, waits=""))
        return engine.unsaid(self._move.progress, tuple(self._unsaid))

    def fail(self) -> None:
        """A line may not be spoken, so what it asks or tells is not known to the person: the procedure ends here."""
        self._unsaid = []
        self._move = Move(replace(self._move.progress, end="failed", waits=""))

    @property
    def progress(self) -> Progress:
        return self._move.progress

    async def _made(self, call: Call) -> AsyncIterator[Line]:
        """Make a call; meanwhile, say that it takes a while."""
        self._call = call
        self._task = task = asyncio.create_task(self._answer(call), name=f"tool {call.tool}")
        language = self._moment().language
        waits = ((self._patience.filler_s, self._filler(call)), (self._patience.still_s, fixed("still", language)))
        try:
            for seconds, line in waits:
                done, _ = await asyncio.wait({task}, timeout=seconds)
                if done:
                    break
                yield line
            await asyncio.wait({task})
            if self._task is task:
                self._take(task)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _answer(self, call: Call) -> ToolResult:
        began = perf_counter()
        error = "cancelled"
        try:
            if self._tools is None:
                raise ToolUnavailable("This mind was given no tools.")
            result = await self._tools.call(call.tool, dict(call.arguments), key=call.key)
            _expect_facts(call, result)
            error = ""
            return result
        except ToolFailed as problem:
            error = problem.code
            raise
        except Exception as problem:  # a fault of ours must not end the talk
            log.exception("tool %s failed", call.tool)
            error = "tool_failed"
            raise ToolUnavailable(f"{call.tool} failed.") from problem
        finally:
            if error != "cancelled":
                self._record(ToolCall(call.tool, call.arguments, error, round((perf_counter() - began) * 1000)))

    def _take(self, task: asyncio.Task[ToolResult]) -> None:
        self._task = None
        problem = ToolUnavailable("The tool was stopped.") if task.cancelled() else task.exception()
        if problem is None:
            self._come_to(engine.returned(self._move.progress, self._call, task.result(), self._moment()))
        else:
            self._come_to(engine.failed(self._move.progress, self._call, problem, self._moment()))

    def _come_to(self, move: Move) -> None:
        self._move = move if self._files else engine.unasked(move, self._moment())
        self._unsaid = list(self._move.lines)

    def _filler(self, call: Call) -> Line:
        moment, progress = self._moment(), self._move.progress
        own = line_of(progress, progress.flow.steps[call.step].filler, moment)
        return own or fixed("filler", moment.language)


def _expect_facts(call: Call, result: ToolResult) -> None:
    """A tool that brings an order to the model speaks for somebody else. What has no spaces and no Chinese orders
    nothing: it is an id or a token. Raises ToolInvalid."""
    told = (normalise(text) for text in result.texts() if " " in text.strip() or has_chinese(text))
    if any(suspicious(text) for text in told):
        raise ToolInvalid(f"{call.tool} answered with words that read like an order to the model.")
