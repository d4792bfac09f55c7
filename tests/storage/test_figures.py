"""The figures of the console are counted alike in both databases, and hold nobody's words."""

from __future__ import annotations

from datetime import timedelta

from server.console.figures import counted, quantile
from server.storage.database import Database, now
from server.storage.minutes import _EMPTY
from server.storage.tables import ConversationRow, TurnRow


def talk(database: Database, name: str, turns: list[dict], *, tenant: str = "default", days_ago: int = 0) -> None:
    at = now() - timedelta(days=days_ago)
    with database.session() as session:
        who = {"tenant": tenant, "visitor": name, "persona": "bank-teller", "pack": "p", "kind": "finance"}
        session.add(ConversationRow(id=name, client="page", started=at, **who))
        session.flush()
        for number, turn in enumerate(turns, start=1):
            given = {"conversation": name, "number": number, "started": at, "question": "我叫王小明，怎么挂失"}
            session.add(TurnRow(**_EMPTY | given | turn))


def test_questions_are_counted_by_day_and_outcome_with_their_waits(database: Database) -> None:
    guarded = [{"rule": "number", "words": "5%", "sentence": "利率是5%。"}]
    timed = [{"route": "approved", "timings": {"first_audio_ms": ms}} for ms in (400.0, 600.0, 2000.0)]
    others = [{"route": "unknown"}, {"route": "which"}, {"route": "unknown", "handoff": "unanswered"}]
    humans = [{"route": "with_human"}, {"route": "from_human", "question": ""}]
    talk(database, "a", [*timed, *others, *humans, {"route": "chat", "guarded": guarded * 2}])
    talk(database, "b", [{"route": "approved"}], days_ago=1)
    talk(database, "old", [{"route": "approved"}], days_ago=20)
    talk(database, "c", [{"route": "unknown"}], tenant="other-bank")
    found = counted(database, 14, "default")
    assert len(found["days"]) == 14
    yesterday, today = found["rows"]
    assert (yesterday["questions"], yesterday["p50_ms"], yesterday["day"]) == (1, None, found["days"][-2])
    assert today == {
        "day": found["days"][-1], "persona": "bank-teller", "questions": 7, "answered": 4, "again": 1, "declined": 1,
        "handed": 1, "p50_ms": 600, "p95_ms": 2000,
    }  # fmt: skip
    assert found["interventions"] == [{"rule": "number", "count": 2}]
    assert "王小明" not in str(found)
    assert sum(row["questions"] for row in counted(database, 14)["rows"]) == 9  # of all tenants


def test_a_quantile_is_one_of_the_values() -> None:
    assert [quantile([], 0.5), quantile([7], 0.95), quantile([1, 2, 3, 4], 0.5), quantile([1, 2, 3, 4], 0.95)] == [
        None, 7, 2, 4,
    ]  # fmt: skip
