"""What every service owes a child: questions are answered, but a grown-up is asked for, nothing is done in its name,
and none of its words are written down. A persona that keeps company sends it away (dialogue/company.py)."""

from __future__ import annotations

from dataclasses import replace

from dialogue.ages import CHILD, says_younger
from dialogue.flows.procedures import left
from dialogue.flows.types import Flow, Progress
from dialogue.flows.words import phrases
from dialogue.pack import Text
from dialogue.planner import Plan
from dialogue.wording import Wording


class Child:
    """Whether a child speaks, in one talk. Once it has said so, it is believed to the end."""

    def __init__(self) -> None:
        self.speaks = False
        self._asked_for_grown_up = False

    def hear(self, text: str) -> None:
        """`text` is normalised."""
        self.speaks = self.speaks or says_younger(text, CHILD)

    def instead(self, plan: Plan, under_way: Progress | None, say: Wording) -> Plan:
        """The plan, or a kind no where it leads to something that is done: that needs a grown-up."""
        if not self.speaks:
            return plan
        if plan.offer and _does_something(plan.offer):
            plan = replace(plan, offer=None)
        if plan.move and _does_something(plan.move.progress.flow):
            ended = left(under_way, "cancelled") if under_way else None
            if plan.route == "flow":
                return self._say("child_waits", plan, say, ended)
            return replace(plan, move=None, ended=ended)
        if (plan.missed or plan.route == "chat") and not self._asked_for_grown_up:
            return self._say("child_met", plan, say)
        return plan

    def _say(self, name: str, plan: Plan, say: Wording, ended: Progress | None = None) -> Plan:
        self._asked_for_grown_up = True
        words = say.fixed(phrases()[name], mood="warm")
        return Plan("refused", words, plan.question, plan.masked, discloses=False, rule="minor.child", ended=ended)

    def reminder(self) -> Text | None:
        """Said once, after the first answer a child gets."""
        if not self.speaks or self._asked_for_grown_up:
            return None
        self._asked_for_grown_up = True
        return phrases()["child"]


def _does_something(flow: Flow) -> bool:
    return any(step.effect for step in flow.steps)
