"""Delivers events to webhooks. Nobody who has something to tell waits for a database or a receiver.

tell → queue of QUEUE events → database → attempts, with longer and longer pauses → delivered | dead
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2

from dialogue.tools import signed
from dialogue.tools.network import only
from models.errors import StorageError, ToolFailed, ToolRefused
from server import logs
from server.storage.database import Database, now
from server.webhooks import kept
from server.webhooks.events import Event
from server.webhooks.kept import Due

QUEUE = 1000  # events not yet in the database
PAUSES_S = (5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600)  # between attempts: eight within seventeen hours
JITTER = 0.2  # of a pause, so that receivers that were down are not all called at once
TIMEOUT_S = 10.0  # of one attempt
LOOK_S = 2.0  # between looks for what is due
STORAGE_S = 5.0  # before another try where the database is away


class Webhooks:
    """One for each process: `open` when the service starts, `aclose` when it stops."""

    def __init__(self, database: Database | None, derived: Callable[[str], bytes], *, private: bool = False) -> None:
        """`derived`: a secret of its own for each name, always the same. `private`: receivers may lie in a private
        network or on this machine."""
        self.database, self._derived, self.private = database, derived, private
        self._queue: deque[Event] = deque()
        self._news = asyncio.Event()
        self._attempts: dict[str, asyncio.Task[None]] = {}  # by webhook: one at a time, in order
        self._task: asyncio.Task[None] | None = None
        self._lost = 0

    async def open(self) -> None:
        if self.database:
            self._task = asyncio.create_task(self._run(), name="webhooks")

    async def aclose(self) -> None:
        """What is not delivered is kept for the next start."""
        tasks = [*self._attempts.values(), *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._task:
            try:
                await self._store()
            except StorageError as problem:
                logs.event("webhook_events_lost", level=logging.ERROR, events=len(self._queue), code=problem.code)

    def tell(self, event: Event) -> None:
        """Have it delivered. Never waits or raises; with no room left it is lost, and counted in the log."""
        if not self._task:
            return
        if len(self._queue) >= QUEUE:
            self._lost += 1
            logs.event("webhook_events_lost", level=logging.ERROR, events=self._lost)
            return
        self._queue.append(event)
        self._news.set()

    def wake(self) -> None:
        """Something is due now."""
        self._news.set()

    def secret(self, webhook: str, generation: int) -> bytes:
        """Nothing of it is kept: who has only the database signs nothing."""
        return self._derived(f"webhook:{webhook}:{generation}")

    # --- work --------------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        swept = -3600.0
        while True:
            self._news.clear()
            try:
                await self._store()
                await self._start_due()
                if (at := asyncio.get_running_loop().time()) - swept >= 3600:
                    swept = at
                    await self._do(kept.sweep, now())
            except StorageError as problem:
                logs.failure("webhooks_waiting", problem)
                await asyncio.sleep(STORAGE_S)
                continue
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._news.wait()
            except TimeoutError:
                pass

    async def _store(self) -> None:
        """An event leaves the queue when it is in the database. Raises StorageError."""
        while self._queue:
            await self._do(kept.put, self._queue[0])
            self._queue.popleft()

    async def _start_due(self) -> None:
        if not await asyncio.to_thread(self._any_due):
            return
        for due in await self._do(kept.claim, now(), tuple(self._attempts)):
            self._attempts[due.webhook] = asyncio.create_task(self._attempt(due), name=due.id)

    async def _attempt(self, due: Due) -> None:
        try:
            status, error, final = await self._send(due)
            again = None if final or due.attempts >= len(PAUSES_S) else now() + _pause(due.attempts)
            if error and not again:
                logs.event("webhook_dead", level=logging.WARNING, webhook=due.webhook, delivery=due.id, error=error)
            await self._do(lambda session: kept.note(session, due, status=status, error=error, again=again))
        except StorageError as problem:  # attempted again when its lease is over
            logs.failure("webhook_not_noted", problem, delivery=due.id)
        except Exception as problem:
            logs.failure("webhook_failed", problem, delivery=due.id)
        finally:
            self._attempts.pop(due.webhook, None)
            self._news.set()

    async def _send(self, due: Due) -> tuple[int, str, bool]:
        """Status (0: none), what went wrong, and whether another attempt is in vain."""
        body = due.body.encode()
        secrets = [self.secret(due.webhook, generation) for generation in due.generations]
        headers = signed.headers(secrets, due.id, int(now().timestamp()), body)
        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                httpx2.AsyncClient(transport=only(due.url, private=self.private), follow_redirects=False) as http,
                http.stream("POST", due.url, content=body, headers=headers) as answer,
            ):
                status = answer.status_code  # its body is nothing to us
        except TimeoutError:
            return 0, "timeout", False
        except ToolRefused:
            return 0, "address_refused", True
        except (httpx2.HTTPError, ToolFailed) as problem:
            return 0, f"not_reached ({type(problem).__name__})", False
        return status, "" if 200 <= status < 300 else f"status {status}", status == 410

    def _any_due(self) -> bool:
        with self.database.reading() as session:
            return kept.any_due(session, now())

    async def _do(self, work: Callable[..., Any], *given: Any) -> Any:
        def transaction() -> Any:
            with self.database.session() as session:
                return work(session, *given)

        return await asyncio.to_thread(transaction)


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=PAUSES_S[attempts] * random.uniform(1 - JITTER, 1 + JITTER))
