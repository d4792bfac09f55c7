"""What is done about a watchdog's finding: the stuck answer ends, and she says sorry instead of falling silent."""

from __future__ import annotations

import logging
from typing import Protocol

from models.errors import ShurenError
from server import logs
from server.observing.watchdogs import Finding

SORRY = {
    "zh": "抱歉，我这边出了点问题，请您稍后再问一次。",
    "en": "Sorry, something went wrong on my side. Please ask me again in a moment.",
}
AGAIN = {
    "zh": "抱歉，我刚才没听清，请您再说一遍。",
    "en": "Sorry, I didn't catch that. Please say it again.",
}
APOLOGY = {"silent": SORRY, "failed": SORRY, "deaf": AGAIN, "misheard": AGAIN}


class Speaks(Protocol):
    """The side of a session that is needed."""

    id: str

    async def say(self, text: str) -> int: ...
    async def cancel(self, reason: str) -> bool: ...


class Rescue:
    """Of one session."""

    def __init__(self, session: Speaks, language: str) -> None:
        """`language`: zh or en, what she says sorry in until somebody has spoken."""
        self._session = session
        self.language = language
        self._sorry_in = 0  # the turn she said sorry in: if that fails too, she is silent

    async def act(self, finding: Finding) -> None:
        logs.event(
            "watchdog", level=logging.WARNING, session=self._session.id, found=finding.name, in_turn=finding.turn
        )
        if finding.name == "silent":
            await self._session.cancel("silent")
        apology = APOLOGY.get(finding.name)
        if apology is None or (finding.turn and finding.turn == self._sorry_in):
            return
        try:
            self._sorry_in = await self._session.say(apology[self.language])
        except ShurenError as problem:  # she has gone on meanwhile, or may not speak yet
            logs.event("no_apology", session=self._session.id, code=problem.code)
