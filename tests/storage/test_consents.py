"""Consent is asked for by purpose, kept, and as easily withdrawn; who refuses one keeps everything else."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from test_recorder import answer, rows

from models.errors import ConsentRequired, EventInvalid
from server.storage.consents import Consents
from server.storage.database import Database
from server.storage.keeping import Keeping
from server.storage.minutes import Visit
from server.storage.tables import ConsentRow, ConversationRow


def test_only_a_known_purpose_with_the_text_of_now_can_be_agreed_to() -> None:
    consents = Consents(("mic_asr",))
    for purpose, version in (("everything", "1"), ("mic_asr", "0")):
        with pytest.raises(EventInvalid):
            consents.decide(purpose, version, True)
    with pytest.raises(ConsentRequired):
        consents.need("mic_asr")
    consents.need("store_transcript")  # not asked for here


def test_nothing_is_written_before_consent_and_nothing_is_left_after_its_withdrawal(database: Database) -> None:
    keeping = Keeping(database, asked=("store_transcript",))
    keeping.open()
    pack = SimpleNamespace(id="bank-teller", companion=None, domain="finance")
    talk = keeping.begin("sess_1", Visit("bank", "v-1"), pack, "")
    answer(talk, 1)
    keeping.recorder.do(lambda session: None).result(60)
    with database.reading() as session:
        assert session.query(ConversationRow).count() == 0
    keeping.consent(talk.id, "bank", "store_transcript", "1", True)
    answer(talk, 2)
    keeping.recorder.do(lambda session: None).result(60)
    assert [turn.number for turn in rows(database)] == [2]
    keeping.consent(talk.id, "bank", "store_transcript", "1", False)
    answer(talk, 3)
    keeping.end(talk.id)
    keeping.recorder.close()
    assert rows(database) == []
    with database.reading() as session:
        kept = [(row.visitor, row.purpose, row.given) for row in session.query(ConsentRow).order_by(ConsentRow.id)]
        assert session.query(ConversationRow).count() == 0
    assert kept == [("v-1", "store_transcript", True), ("v-1", "store_transcript", False)]
    assert [entry.action for entry in keeping.audit.entries()] == ["consent.given", "consent.withdrawn"]
