"""What people asked and got no answer to, put together by meaning: where a pack's next items come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import or_, select

from server.console.figures import AGAIN, DECLINED
from server.storage.database import Database, now
from server.storage.tables import ConversationRow, TurnRow

MOST = 2000  # questions looked at, the newest
ALIKE = 0.62  # cosine from which on two questions mean the same
SHOWN = 8  # phrasings of one group

Encode = Callable[[Sequence[str]], np.ndarray]
"""Questions as rows of length 1."""


@dataclass(frozen=True)
class Asked:
    question: str  # masked when it was stored
    persona: str
    language: str
    route: str
    nearest: str  # item
    at: Any


@dataclass
class Group:
    """Questions that mean the same."""

    members: list[Asked] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The commonest wording first."""
        wordings = Counter(each.question for each in self.members)
        return {
            "persona": self.members[0].persona,
            "count": len(self.members),
            "phrasings": [question for question, _ in wordings.most_common(SHOWN)],
            "routes": dict(Counter(each.route for each in self.members)),
            "nearest": next((each.nearest for each in self.members if each.nearest), ""),
            "last": max(each.at for each in self.members).isoformat(timespec="seconds"),
        }


def unanswered(database: Database, days: int, *, tenant: str | None = None, persona: str = "") -> list[Asked]:
    """Declined, asked again or handed over for want of an answer; the newest first. Raises StorageError."""
    why = or_(TurnRow.route.in_((*AGAIN, *DECLINED)), TurnRow.handoff == "unanswered")
    wanted = select(TurnRow, ConversationRow.persona).join(ConversationRow, ConversationRow.id == TurnRow.conversation)
    wanted = wanted.where(why, TurnRow.question != "", TurnRow.started >= now() - timedelta(days=days))
    if tenant is not None:
        wanted = wanted.where(ConversationRow.tenant == tenant)
    if persona:
        wanted = wanted.where(ConversationRow.persona == persona)
    with database.reading() as session:
        rows = session.execute(wanted.order_by(TurnRow.started.desc()).limit(MOST)).all()
        return [
            Asked(
                turn.question,
                whose,
                turn.language,
                turn.route,
                turn.matches[0][0] if turn.matches else "",
                turn.started,
            )
            for turn, whose in rows
        ]


def grouped(asked: Sequence[Asked], encode: Encode | None) -> list[Group]:
    """The largest first. Without `encode` only the same words are the same question."""
    wordings = list(dict.fromkeys((each.persona, each.question) for each in asked))
    labels = _labels(wordings, encode)
    groups: dict[int, Group] = {}
    for each in asked:
        groups.setdefault(labels[each.persona, each.question], Group()).members.append(each)
    return sorted(groups.values(), key=lambda group: -len(group.members))


def _labels(wordings: Sequence[tuple[str, str]], encode: Encode | None) -> dict[tuple[str, str], int]:
    """Each wording joins the group of the most alike centre, or begins one."""
    if not wordings or encode is None:
        return {wording: number for number, wording in enumerate(wordings)}
    vectors = np.asarray(encode([question for _, question in wordings]), np.float32)
    labels: dict[tuple[str, str], int] = {}
    centres: list[tuple[str, np.ndarray]] = []
    for (persona, question), vector in zip(wordings, vectors, strict=True):
        likeness = [float(centre @ vector) / float(np.linalg.norm(centre)) if whose == persona else -1.0
                    for whose, centre in centres]  # fmt: skip
        best = int(np.argmax(likeness)) if likeness else -1
        if best >= 0 and likeness[best] >= ALIKE:
            centres[best] = (persona, centres[best][1] + vector)
        else:
            centres.append((persona, vector))
            best = len(centres) - 1
        labels[persona, question] = best
    return labels
