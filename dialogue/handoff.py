"""Handing a talk over to a human: what they are told, and who has the talk.

A `Desk` is where humans are: a webhook (handoff_webhook.py), a console, a test. It learns of the talk before anybody
takes it, so that nobody has to ask again.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from dialogue.flows.types import Progress
from dialogue.flows.values import said
from dialogue.memory import Exchange
from dialogue.pack import Pack
from dialogue.types import Language
from models.errors import ShurenError

log = logging.getLogger("shuren.handoff")

PATIENCE_S = 20.0  # how long a desk may take to say whether somebody comes
COMING_S = 120.0  # how long a promised human is waited for, before a new request calls the desk again
REASONS: dict[str, dict[Language, str]] = {
    "asked": {"zh": "访客要求人工服务", "en": "The visitor asked for a human"},
    "unanswered": {"zh": "接连没能答上来", "en": "Questions went unanswered"},
    "procedure": {"zh": "办理没能完成", "en": "A procedure could not be completed"},
    "emergency_medical": {"zh": "有人需要急救", "en": "A medical emergency"},
    "emergency_fire": {"zh": "火情或类似危险", "en": "Fire or a similar danger"},
    "emergency_police": {"zh": "有人身危险", "en": "Somebody is in danger"},
    "self_harm": {"zh": "访客可能伤害自己", "en": "The visitor may harm themselves"},
    "fraud": {"zh": "访客可能正被诈骗", "en": "The visitor may be the victim of a fraud"},
}


@dataclass(frozen=True)
class FlowState:
    """The procedure that was under way. `slots`: what was told, by name, in words."""

    id: str
    title: str
    state: str
    slots: dict[str, str]
    uncertain: bool  # something was begun, and nobody knows whether it happened


@dataclass(frozen=True)
class Handoff:
    """One talk for a human. Everything in it is masked as the records are."""

    id: str
    persona: str
    language: Language
    reason: str  # one of REASONS
    summary: str
    transcript: tuple[Exchange, ...]
    flow: FlowState | None
    at: datetime

    def as_dict(self) -> dict[str, Any]:
        """As JSON can carry it."""
        return asdict(self) | {"at": self.at.isoformat(timespec="seconds")}


class Desk(Protocol):
    """Where humans take talks over. Shared by all talks."""

    async def call(self, handoff: Handoff) -> bool:
        """Ask for a human. True: one comes, or the talk waits in line; False: nobody is there. Raises ShurenError."""
        ...

    async def visitor_said(self, handoff_id: str, text: str, *, sign: str = "") -> None:
        """What the visitor says (masked) while a human has the talk. `sign`: the danger that was seen in it."""
        ...

    async def aclose(self) -> None: ...


def handoff_of(
    pack: Pack, language: Language, reason: str, memory: Iterable[Exchange], progress: Progress | None
) -> Handoff:
    """What a human needs to go on from here."""
    transcript = tuple(memory)
    flow = _flow_state(progress, language) if progress else None
    return Handoff(
        id=f"handoff_{secrets.token_hex(8)}",
        persona=pack.id,
        language=language,
        reason=reason,
        summary=_summary(reason, transcript, flow, language),
        transcript=transcript,
        flow=flow,
        at=datetime.now(UTC),
    )


def _flow_state(progress: Progress, language: Language) -> FlowState:
    slots = progress.flow.slots
    told = {slots[name].label[language]: said(slots[name], value, language) for name, value in progress.slots.items()}
    return FlowState(
        progress.flow.id, str(progress.flow.title[language]), progress.state, told, bool(progress.uncertain)
    )


def _summary(reason: str, transcript: tuple[Exchange, ...], flow: FlowState | None, language: Language) -> str:
    """A line or two, without a language model: why, what about, how far."""
    parts = [REASONS[reason][language]]
    asked = [exchange.question for exchange in transcript if exchange.question]
    if asked:
        parts.append(f"最后说：{asked[-1]}" if language == "zh" else f"Last words: {asked[-1]}")
    if flow:
        told = ("；" if language == "zh" else "; ").join(f"{label} {value}" for label, value in flow.slots.items())
        parts.append(f"{flow.title} ({flow.state})" + (f": {told}" if told else ""))
        if flow.uncertain:
            unsure = {"zh": "有一步已提交，结果不明", "en": "One step was submitted with an unknown result"}
            parts.append(unsure[language])
    return ("。" if language == "zh" else ". ").join(parts)


class Reception:
    """Who has one talk: the mind, or a human. Belongs to one talk."""

    def __init__(self, desk: Desk | None) -> None:
        self._desk = desk
        self._task: asyncio.Task[bool] | None = None
        self.handoff: Handoff | None = None  # the last one
        self.human = False  # a human has the talk
        self._coming_until = 0.0  # of the loop's clock
        self.error = ""  # code of what failed at the desk

    @property
    def coming(self) -> bool:
        """The desk has promised somebody."""
        return asyncio.get_running_loop().time() < self._coming_until

    def call(self, handoff: Handoff) -> None:
        """Ask the desk, once while somebody is being fetched. It goes on even if the person speaks meanwhile."""
        if self._desk is None or self._task or self.human or self.coming:
            return
        self.handoff, self.error = handoff, ""
        self._task = asyncio.create_task(self._ask(handoff), name=handoff.id)

    async def nobody_comes(self) -> bool:
        """Waits for the desk's answer. True, once for each call, where nobody comes."""
        if self._task is None:
            return False
        await asyncio.wait({self._task})
        return self._unanswered()

    def missed(self) -> bool:
        """The same for an answer that came after its turn was over; never waits."""
        return self._unanswered() if self._task and self._task.done() else False

    def take_over(self) -> None:
        self.human, self._coming_until = True, 0.0

    def hand_back(self) -> None:
        self.human = False

    async def visitor_said(self, text: str, *, sign: str = "") -> None:
        """Pass the visitor's words on. A desk that fails is logged: the human may still be standing there."""
        if self._desk is None:
            return
        try:
            await self._desk.visitor_said(self.handoff.id if self.handoff else "", text, sign=sign)
        except ShurenError as problem:
            log.warning("the desk did not take the visitor's words: %s", problem.code)

    async def aclose(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _ask(self, handoff: Handoff) -> bool:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._desk.call(handoff)
        except TimeoutError:
            self.error = "desk_timeout"
        except ShurenError as problem:
            self.error = problem.code
        except Exception:
            log.exception("the desk failed")
            self.error = "desk_failed"
        return False

    def _unanswered(self) -> bool:
        task, self._task = self._task, None
        comes = not task.cancelled() and task.result()
        if comes and not self.human:
            self._coming_until = asyncio.get_running_loop().time() + COMING_S
        return not comes and not self.human
