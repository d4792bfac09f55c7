"""A live room without a voice: a host who takes her time to speak, and a shop whose prices a test can change."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import numpy as np

from animation.body import Body
from animation.rig import Rig
from avatar.events import AudioOut, ReplyDone, SentenceOut
from dialogue.tools.types import ToolResult
from models.errors import SessionBusy, SpeechRefused, ToolUnavailable
from server.studio.show import Show
from server.studio.studio import Prepared, Wish, cast
from speech.types import Word

RATE = 24_000
PER_CHARACTER = 0.2  # s


class Shop:
    """Knows each product's price and stock, and can be away."""

    specs = {"product": None}

    def __init__(self) -> None:
        self.price, self.stock, self.away = 368.0, 12, False
        self.asked = 0

    async def call(self, name: str, arguments: Mapping[str, Any], *, key: str) -> ToolResult:
        self.asked += 1
        if self.away:
            raise ToolUnavailable("The shop is away.")
        name = {"zh": "蜀锦长巾", "en": "brocade scarf"}
        ships = {"zh": "现货48小时内发出", "en": "in stock, sent within 48 hours"}
        data = {"sku": arguments["sku"], "name": name, "price": self.price, "stock": self.stock, "ships": ships}
        return ToolResult(data, "shop", datetime.now(UTC), 60)


class Host:
    """A `Performer`. `said`: what she said, when it began (seconds), and how it ended."""

    viewers = 3

    def __init__(self) -> None:
        self.show: Show | None = None
        self.said: list[tuple[float, str, str]] = []
        self.broken = False
        self.cards: list[tuple[dict, int, int]] = []
        self.calls: list[tuple] = []
        self.body = Body(Rig.generic())
        self.drive = self.body.drive
        self._turn = 0
        self._task: asyncio.Task | None = None

    async def say(self, text: str, *, mood: str = "", gesture: str = "") -> int:
        self.vet(text)
        return self._speak(text)

    async def answer(self, text: str) -> int:
        return self._speak(f"答：{text}")

    async def interrupt(self) -> bool:
        if self._task and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])
            return True
        return False

    def vet(self, text: str) -> None:
        if "全网最低" in text:
            raise SpeechRefused("The guard keeps this back (promise): '全网最低'.")

    def express(self, mood: str, intensity: float) -> None:
        self.calls.append(("express", mood, intensity))

    def gesture(self, name: str) -> None:
        self.calls.append(("gesture", name))

    def card(self, card: Mapping[str, Any], turn: int = 0, pts: int = 0) -> None:
        self.cards.append((dict(card), turn, pts))

    def attended(self) -> None: ...

    @property
    def media_now(self) -> int:
        return self.body.cursor

    @property
    def words(self) -> list[str]:
        return [text for _, text, status in self.said if status == "completed"]

    def _speak(self, text: str) -> int:
        if self._task and not self._task.done():
            raise SessionBusy("An answer is already under way.")
        self._turn += 1
        self._task = asyncio.create_task(self._out_loud(self._turn, text))
        return self._turn

    async def _out_loud(self, turn: int, text: str) -> None:
        loop, show = asyncio.get_running_loop(), self.show
        began, status = loop.time(), "cancelled"
        try:
            show.heard(SentenceOut(turn, f"item_{turn}", text, "zh", "human", (), False))
            await asyncio.sleep(0.3)
            if self.broken:
                status = "failed"
                return
            one = int(RATE * PER_CHARACTER)
            words = tuple(Word(each, at * one, (at + 1) * one) for at, each in enumerate(text))
            show.heard(AudioOut(turn, f"item_{turn}", int(loop.time() * RATE), np.zeros(0, np.int16), words))
            await asyncio.sleep(PER_CHARACTER * len(text))
            status = "completed"
        finally:
            self.said.append((began, text, status))
            show.heard(ReplyDone(turn, f"item_{turn}", status, "", text, text if status == "completed" else ""))


class Room:
    def __init__(self, prepared: Prepared, **wish: Any) -> None:
        made = Wish(**wish)
        self.shop, self.host, self.audited = Shop(), Host(), []
        parts = cast(prepared, made, self.host, self.shop)
        loop = asyncio.get_running_loop()
        note = lambda action, **details: self.audited.append((action, details))  # noqa: E731
        self.show = Show("show_test", parts, clock=loop.time, audit=note)
        self.host.show = self.show
        self.attended = True

    async def at_the_desk(self) -> None:
        """Somebody is there, until `attended` is taken away."""
        while True:
            if self.attended:
                self.show.cast.presence.beat("operator", self.show.now)
            await asyncio.sleep(5)


@asynccontextmanager
async def room(prepared: Prepared, **wish: Any):
    """A show that runs, with somebody at the desk."""
    made = Room(prepared, **wish)
    tasks = [asyncio.create_task(made.show.run()), asyncio.create_task(made.at_the_desk())]
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await made.host.interrupt()
