"""What is written down of one conversation while it goes on.

A session's events tell what was said and heard, the mind's records how it came about (dialogue/records.py); both arrive
in either order, so a turn is written anew, as a whole, each time more of it is known.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from avatar.events import LabelShown, ReplyDone, ReplyStarted, SentenceOut
from dialogue.records import TurnRecord
from server import logs
from server.storage.database import now
from server.storage.masking import masked, person_id
from server.storage.recorder import Recorder
from server.storage.tables import ConversationRow, TurnRow

if TYPE_CHECKING:
    from avatar.events import SessionEvent

KEPT = 8  # turns that may still change: a record comes late, a client truncates
_EMPTY: dict[str, Any] = {
    "status": "", "reason": "", "language": "", "question": "", "masked": [], "answer": [], "heard": "", "route": "",
    "rule": "", "guarded": [], "items": [], "matches": [], "model": "", "error": "", "flow": "", "state": "",
    "handoff": "", "tools": [], "timings": {},
}  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """Who talks, as whoever let them in knows it."""

    tenant: str = "default"
    visitor: str = ""  # the integrator's own id of the person; "": nobody said
    client: str = ""  # what they came with: page, sdk, …


class Minutes:
    """Belongs to one conversation; its methods are for the session's loop and never raise or wait."""

    def __init__(
        self,
        recorder: Recorder,
        conversation: str,
        visit: Visit,
        *,
        persona: str,
        pack: str,
        kind: str,
        allowed: bool = True,
        taken_over: Callable[[], None] = lambda: None,
    ) -> None:
        """`allowed` False: nothing is written until the person agrees. `taken_over`: a human speaks from now on."""
        self._recorder, self._allowed, self._taken_over = recorder, allowed, taken_over
        self.id, self.visit = conversation, visit
        self._header = {
            "id": conversation, "tenant": visit.tenant, "visitor": person_id(visit.visitor or conversation),
            "persona": persona, "pack": pack, "kind": kind, "client": visit.client, "started": now(),
            "labelled": None, "ended": None,
        }  # fmt: skip
        self._turns: OrderedDict[int, dict[str, Any]] = OrderedDict()
        self._with_human = False
        self._kept = False  # the conversation is on the disk; if it is missing there later, it was erased
        self._put(None)

    @property
    def visitor(self) -> str:
        return self._header["visitor"]

    @property
    def kind(self) -> str:
        """Which row of the retention matrix counts."""
        return self._header["kind"]

    def record(self, record: TurnRecord) -> None:
        """How a turn came about, as the mind tells it."""
        self._safely(self._record, record)

    def observe(self, event: SessionEvent | LabelShown) -> None:
        """What the session tells."""
        self._safely(self._observe, event)

    def end(self) -> None:
        self._header["ended"] = now()
        self._put(None)

    def forget(self) -> None:
        """Write nothing more; what is written is deleted by whoever calls."""
        self._allowed = False
        self._kept = True  # for what still waits to be written

    def allow(self) -> None:
        """The person agrees: write down what is said from now on."""
        if not self._allowed:
            self._turns.clear()
            self._allowed, self._kept = True, False
            self._put(None)

    def _safely(self, note: Any, what: Any) -> None:
        try:
            note(what)
        except Exception as problem:
            logs.failure("minutes_failed", problem, session=self.id)

    def _observe(self, event: SessionEvent | LabelShown) -> None:
        match event:
            case LabelShown():
                self._header["labelled"] = now()
                self._put(None)
            case ReplyStarted(turn):
                self._turn(turn)
            case SentenceOut(turn, _, text, language, source, citations, handoff):
                sentence = {"text": text, "language": language, "source": source, "handoff": handoff}
                sentence["citations"] = [asdict(citation) for citation in citations]
                self._turn(turn)["answer"].append(sentence)
            case ReplyDone(turn, _, status, reason, _, heard, timings):
                said = {"status": status, "reason": reason, "heard": heard, "timings": dict(timings)}
                self._turn(turn).update(said)
                self._put(turn)

    def _record(self, record: TurnRecord) -> None:
        if record.route in ("with_human", "from_human") and not self._with_human:
            self._with_human = True
            self._taken_over()
        turn = self._turn(record.turn)
        if record.route == "from_human":  # a colleague's words, said after the turn's own
            turn["answer"] += [{"text": text, "language": record.language, "source": "human"} for text in record.said]
        else:
            turn.update(
                language=record.language, question=record.question, masked=list(record.masked), route=record.route,
                rule=record.rule, guarded=[asdict(each) for each in record.interventions], items=list(record.items),
                matches=[list(match) for match in record.matches], model=record.model, error=record.error,
                flow=record.flow, state=record.state, handoff=record.handoff,
                tools=[asdict(call) | {"arguments": dict(call.arguments)} for call in record.tools],
            )  # fmt: skip
        self._put(record.turn)

    def _turn(self, number: int) -> dict[str, Any]:
        if number not in self._turns:
            empty = {name: value.copy() if isinstance(value, list | dict) else value for name, value in _EMPTY.items()}
            self._turns[number] = {"number": number, "started": now(), **empty}
            while len(self._turns) > KEPT:
                self._turns.popitem(last=False)
        return self._turns[number]

    # --- what the writer does ----------------------------------------------------------------------------------------

    def _put(self, turn: int | None) -> None:
        if not self._allowed:
            return
        header = dict(self._header)
        values = dict(self._turns[turn]) if turn is not None else None
        if values:
            values["answer"] = list(values["answer"])
        self._recorder.put(lambda session: self._write(session, header, values), self._is_kept)

    def _write(self, session: Session, header: dict[str, Any], turn: dict[str, Any] | None) -> None:
        row = session.get(ConversationRow, self.id)
        if row is None:
            if self._kept:
                return
            row = ConversationRow(**header)
            session.add(row)
            session.flush()
        row.labelled, row.ended = header["labelled"], header["ended"]
        if turn is not None:
            session.merge(TurnRow(conversation=self.id, **_fitting(masked(turn))))

    def _is_kept(self) -> None:
        self._kept = True


def _fitting(turn: dict[str, Any]) -> dict[str, Any]:
    """Cut to the columns' lengths: PostgreSQL refuses what is longer."""
    limits = {column.name: getattr(column.type, "length", None) for column in TurnRow.__table__.columns}
    return {
        name: value[: limits[name]] if isinstance(value, str) and limits[name] else value
        for name, value in turn.items()
    }
