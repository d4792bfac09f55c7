"""A backend in a process of its own, which is started again when it dies.

Native code can take its process with it, and a machine short of memory ends the largest one: here that costs an answer
and not the service. Calls travel as pickles over a private pair of sockets; `models.hosted` is the other end.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from itertools import count
from multiprocessing.connection import Connection, Pipe
from time import monotonic
from typing import Any

from models.errors import BackendUnavailable, ShurenError

PAUSES = (0.2, 1.0, 5.0, 15.0, 60.0)  # s before it is started again; longer each time, the last again and again
STEADY_S = 60.0  # one that has lived for so long begins with the first pause again
LOADING_S = 600.0
SILENCE_S = 30.0  # after which it is asked for a sign of life; after as long again it is ended
READY, RESTARTING = "ready", "restarting"

log = logging.getLogger("shuren.hosting")
Put = Callable[[str, Any], None]


class Host:
    """One backend's process. Calls may come from any event loop; loading it blocks, so do that in a thread."""

    def __init__(
        self, part: str, registry: str, name: str, settings: dict[str, Any], *, pauses: tuple[float, ...] = PAUSES
    ) -> None:
        """`part`: for people, `ears`. `registry`: `module:NAME` of a `models.backends.Registry`, which loads backend
        `name` there. Raises what loading raises."""
        self.part, self.state, self.deaths = part, READY, 0
        self._what, self._pauses = (registry, name, settings), pauses
        self._open: dict[int, Put] = {}
        self._numbers = count(1)
        self._changing = threading.Lock()  # of `state` and `_open`
        self._closing = threading.Event()
        self._sender = ThreadPoolExecutor(1, thread_name_prefix=f"{part} sender")  # a full pipe makes nobody else wait
        self._start()
        self._thread = threading.Thread(target=self._look_after, name=f"{part} host", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    # --- calls -------------------------------------------------------------------------------------------------------

    async def stream(self, method: str, *args: Any, **more: Any) -> AsyncIterator[Any]:
        """What the backend's method gives, piece by piece. Closing the iterator cancels it there.

        Raises what the method raises, or BackendUnavailable where its process has ended.
        """
        loop = asyncio.get_running_loop()
        got: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()  # bounded by the method's own limits

        def put(kind: str, value: Any) -> None:
            with suppress(RuntimeError):  # the loop has ended: nobody waits any more
                loop.call_soon_threadsafe(got.put_nowait, (kind, value))

        number = self._ask(put, method, args, more)
        try:
            while (answer := await got.get())[0] != "end":
                if answer[0] == "error":
                    raise answer[1]
                yield answer[1]
        finally:
            if self._open.pop(number, None):
                self._send("stop", number)

    async def call(self, method: str, *args: Any, **more: Any) -> Any:
        """The one result of a method. Cancelling this cancels it there."""
        async with aclosing(self.stream(method, *args, **more)) as results:
            return await anext(results)

    def tell(self, method: str, *args: Any) -> None:
        """Call a method and do not wait; nothing is done while the process is away."""
        with suppress(BackendUnavailable):
            self._ask(lambda kind, value: None, method, args, {})

    async def aclose(self) -> None:
        await asyncio.to_thread(self.close)

    def close(self, patience: float = 5.0) -> None:
        """End the process, however it is; blocks."""
        self._closing.set()
        self._send("exit")
        self._thread.join(patience)
        if self._thread.is_alive():
            self._process.kill()
            self._thread.join(patience)

    def _ask(self, put: Put, method: str, args: tuple, more: dict[str, Any]) -> int:
        number = next(self._numbers)
        with self._changing:
            if self.state != READY or self._closing.is_set():
                raise BackendUnavailable(f"The process of the {self.part} is not there; it is being started again.")
            self._open[number] = put
        self._send("call", number, method, args, more)
        return number

    def _send(self, *message: Any) -> None:
        def send(connection: Connection) -> None:
            with suppress(OSError, ValueError):  # it has ended; whoever reads from it finds out
                connection.send(message)

        self._sender.submit(send, self._connection)

    # --- its life ----------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        """Raises what loading raises, or BackendUnavailable where the process ends over it."""
        self._connection, theirs = Pipe()
        command = [sys.executable, "-m", "models.hosted", str(theirs.fileno())]
        there = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = subprocess.Popen(command, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL, env=there)
        theirs.close()
        try:
            self._connection.send(self._what)
            if not self._connection.poll(LOADING_S):
                raise EOFError
            problem = self._connection.recv()
        except (EOFError, OSError):
            problem = BackendUnavailable(f"The process of the {self.part} ended while it loaded ({self._reaped()}).")
        if problem:
            self._reaped()
            raise problem

    def _look_after(self) -> None:
        deaths_in_a_row = 0
        while True:
            born = monotonic()
            self._listen()
            how = self._reaped()
            self._lost(how)
            deaths_in_a_row = 0 if monotonic() - born > STEADY_S else deaths_in_a_row
            while True:
                pause = self._pauses[min(deaths_in_a_row, len(self._pauses) - 1)]
                deaths_in_a_row += 1
                if self._closing.wait(pause):
                    return
                try:
                    self._start()
                except ShurenError as problem:
                    log.error("the process of the %s does not start (%s)", self.part, problem.code)
                else:
                    break
            with self._changing:
                self.state = READY
            log.warning("the process of the %s runs again", self.part)

    def _listen(self) -> None:
        """Hand out what comes, until the process has ended."""
        asked = False
        with suppress(EOFError, OSError):
            while True:
                if not self._connection.poll(SILENCE_S):
                    if asked:
                        self._process.kill()
                    asked = True
                    self._send("ping")
                    continue
                asked = False
                number, kind, value = self._connection.recv()
                put = self._open.get(number) if kind == "piece" else self._open.pop(number, None)
                if put:
                    put(kind, value)

    def _lost(self, how: str) -> None:
        """Whoever waits for an answer is told."""
        with self._changing:
            self.state = RESTARTING
            waiting, self._open = self._open, {}
        for put in waiting.values():
            put("error", BackendUnavailable(f"The process of the {self.part} has ended."))
        if not self._closing.is_set():
            self.deaths += 1
            log.error("the process of the %s ended (%s)", self.part, how)

    def _reaped(self) -> str:
        """How it ended; it is ended if it has not."""
        self._sender.submit(self._connection.close)  # after what it may still be sending
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        self._process.kill()
        code = self._process.wait()
        return signal.Signals(-code).name if code < 0 else f"exit status {code}"


class Hosts:
    """The processes of one service."""

    def __init__(self) -> None:
        self._hosts: list[tuple[Host, bool]] = []

    def start(self, part: str, registry: str, name: str, settings: dict[str, Any], *, alone: bool, **more: Any) -> Host:
        """As `Host`. `alone`: nothing stands in for it while it is away. Raises what loading raises."""
        host = Host(part, registry, name, settings, **more)
        self._hosts.append((host, alone))
        return host

    def away(self) -> dict[str, str]:
        """Parts that nothing stands in for just now."""
        return {host.part: host.state for host, alone in self._hosts if alone and host.state != READY}

    def deaths(self) -> dict[str, int]:
        """How often the process of each part has ended by itself."""
        found: dict[str, int] = {}
        for host, _ in self._hosts:
            found[host.part] = found.get(host.part, 0) + host.deaths
        return found
