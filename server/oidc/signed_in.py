"""Who is signed in: a random cookie, whose keyed hash stands in the database until it is signed out or expires."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete
from starlette.requests import HTTPConnection, Request

from models.errors import StorageUnavailable
from server.access.caller import Caller
from server.access.credentials import hashed
from server.oidc.settings import Oidc
from server.oidc.tables import SignedInRow
from server.storage.audit import Audit
from server.storage.database import Database, now


class SignedIn:
    """The people at the console. What they may do is read from the settings at each request."""

    def __init__(
        self,
        settings: Oidc,
        database: Database | None,
        audit: Audit | None,
        secret: bytes,
        now: Callable[[], datetime] = now,
    ) -> None:
        self._settings, self._database, self._audit, self._secret, self._now = settings, database, audit, secret, now
        self.cookie = "__Host-shuren-session" if settings.secure else "shuren-session"

    async def begin(self, name: str, group: str) -> str:
        """Somebody of the group has signed in. The cookie's value. Raises StorageError."""
        value = secrets.token_urlsafe(32)
        await asyncio.to_thread(self._begin, value, name, group)
        return value

    async def caller(self, connection: HTTPConnection) -> Caller | None:
        """Whom the cookie of a request stands for; None where there is none that counts. Raises StorageError."""
        value = connection.cookies.get(self.cookie, "")
        if not value or not self._settings.issuer or not self._own_page(connection):
            return None
        row = await asyncio.to_thread(self._find, value)
        grant = self._settings.grants.get(row.group) if row else None
        return Caller(grant.tenant, grant.scope, person=row.name) if grant else None

    async def end(self, request: Request) -> None:
        """The cookie is good no more, wherever it was copied to. Raises StorageError."""
        caller = await self.caller(request)
        if caller:
            await asyncio.to_thread(self._end, request.cookies[self.cookie], caller)

    def _own_page(self, connection: HTTPConnection) -> bool:
        """Browsers send cookies along whoever's page asks, and never to a socket here: only our own pages count, and
        what changes something must say which page it is of."""
        if connection.scope["type"] != "http":
            return False
        origin, site = (connection.headers.get(name, "") for name in ("origin", "sec-fetch-site"))
        if origin not in ("", self._settings.url) or site not in ("", "same-origin", "none"):
            return False
        return connection.scope["method"] in ("GET", "HEAD") or bool(origin) or site == "same-origin"

    def _kept(self) -> Database:
        if self._database is None:
            raise StorageUnavailable("Sign-in needs the service's database.")
        return self._database

    def _hash(self, value: str) -> str:
        return hashed(value, self._secret)

    def _begin(self, value: str, name: str, group: str) -> None:
        expires = self._now() + timedelta(hours=self._settings.hours)
        grant = self._settings.grants[group]
        with self._kept().session() as session:
            session.execute(delete(SignedInRow).where(SignedInRow.expires <= self._now()))
            session.add(SignedInRow(hash=self._hash(value), name=name, group=group, expires=expires))
            if self._audit:
                who = Caller(grant.tenant, grant.scope, person=name).name
                self._audit.append(session, "person.signed_in", tenant=grant.tenant, actor=who, scope=grant.scope)

    def _find(self, value: str) -> SignedInRow | None:
        with self._kept().reading() as session:
            row = session.get(SignedInRow, self._hash(value))
            return row if row and row.expires > self._now() else None

    def _end(self, value: str, caller: Caller) -> None:
        with self._kept().session() as session:
            session.execute(delete(SignedInRow).where(SignedInRow.hash == self._hash(value)))
            if self._audit:
                self._audit.append(session, "person.signed_out", tenant=caller.tenant, actor=caller.name)
