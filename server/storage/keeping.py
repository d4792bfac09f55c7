"""All the service keeps, put together from the settings: one database, one writer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from server.storage.audit import Action, Audit
from server.storage.database import Database
from server.storage.minutes import Minutes, Visit
from server.storage.recorder import Recorder

if TYPE_CHECKING:
    from dialogue.pack import Pack
    from server.settings import Settings

KINDS = {"finance": "finance", "health": "health", "commerce": "live"}  # a pack's domain → row of the retention matrix


class Keeping:
    """The service's memory. `open` starts the writer, which also makes the tables; nothing waits for it."""

    def __init__(self, database: Database, *, audit_key: bytes = b"") -> None:
        self.database = database
        self.recorder = Recorder(database)
        self.audit = Audit(database, key=audit_key)
        self._minutes: dict[str, Minutes] = {}  # of the conversations under way

    @classmethod
    def of(cls, settings: Settings) -> Keeping:
        """Raises StorageUnavailable where the URL names no database."""
        key = settings.storage.audit_key.get_secret_value().encode()
        return cls(Database(settings.database_url), audit_key=key)

    def open(self) -> None:
        self.recorder.open()

    async def aclose(self) -> None:
        """Write what is waiting, for some seconds at most."""
        await asyncio.to_thread(self.recorder.close)
        self.database.dispose()

    def note(self, action: Action, *, tenant: str = "", actor: str = "", subject: str = "", **details: Any) -> None:
        """Have an entry appended to the audit log soon; never waits or raises."""
        entry = {"tenant": tenant, "actor": actor, "subject": subject, **details}
        self.recorder.put(lambda session: self.audit.append(session, action, **entry))

    def begin(self, conversation: str, visit: Visit, pack: Pack, digest: str) -> Minutes:
        """Write down a conversation that begins now. `digest` names the state of the pack's files."""
        minutes = Minutes(self.recorder, conversation, visit, persona=pack.id, pack=digest, kind=kind_of(pack))
        self._minutes[conversation] = minutes
        return minutes

    def end(self, conversation: str) -> None:
        """The conversation is over; unknown ones are ignored."""
        if minutes := self._minutes.pop(conversation, None):
            minutes.end()


@contextmanager
def opened() -> Iterator[Keeping]:
    """For the command line: as the environment says, with all tables there, and no writer of its own."""
    from server.settings import Settings

    keeping = Keeping.of(Settings())
    keeping.database.migrate()
    try:
        yield keeping
    finally:
        keeping.database.dispose()


def kind_of(pack: Pack) -> str:
    """Which row of the retention matrix counts for talks with this persona."""
    return "companion" if pack.companion else KINDS.get(pack.domain, "general")
