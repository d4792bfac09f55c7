"""Tenants and API keys in the database. Calls block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.errors import RequestInvalid, StorageError, Unauthorized
from server.access.caller import Limits
from server.access.credentials import INCLUDES, NewKey, Scope, hashed, id_of, new_key, same
from server.access.tables import ApiKeyRow, TenantRow
from server.storage.audit import Action, Audit
from server.storage.database import Database, now

USED_EVERY = timedelta(minutes=1)  # `used` is written no more often


@dataclass(frozen=True)
class Tenant:
    id: str
    origins: tuple[str, ...] = ()
    limits: Limits = Limits()


@dataclass(frozen=True)
class KeyInfo:
    """What may be told of a key."""

    id: str
    tenant: str
    name: str
    scope: Scope
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    used: datetime | None

    def state(self, at: datetime) -> str:
        """`active`, `revoked` or `expired`."""
        if self.revoked and self.revoked <= at:
            return "revoked"
        return "expired" if self.expires and self.expires <= at else "active"


class Keys:
    """Makes, finds and revokes keys."""

    def __init__(
        self, database: Database, secret: bytes, audit: Audit | None = None, now: Callable[[], datetime] = now
    ) -> None:
        self._database, self._secret, self._audit, self._now = database, secret, audit, now
        self._any, self._actor = False, "shuren keys"

    def by(self, actor: str) -> Keys:
        """The same keys, in the hands of somebody the audit log is to name."""
        theirs = copy(self)
        theirs._actor = actor
        return theirs

    # --- keys ------------------------------------------------------------------------------------------------------

    def create(self, tenant: str, scope: Scope, *, name: str = "", lasts: timedelta | None = None) -> NewKey:
        """A new key, whose secret is nowhere but in the answer. Makes the tenant where there is none of that name.

        Raises RequestInvalid.
        """
        if scope not in INCLUDES:
            raise RequestInvalid(f"There is no scope {scope!r}.", hint=f"Scopes: {', '.join(INCLUDES)}.")
        with self._database.session() as session:
            self._tenant(session, tenant)
            return self._add(session, tenant, scope, name[:128], lasts)

    def rotate(self, key_id: str, *, grace: timedelta = timedelta()) -> NewKey:
        """A new key in the place of an old one, which is good for `grace` more. Raises RequestInvalid."""
        with self._database.session() as session:
            row = self._row(session, key_id)
            at = self._now()
            if _info(row).state(at) != "active":
                raise RequestInvalid(f"The key {key_id} is not active any more.", hint="Make a new one.")
            lasts = row.expires - row.created if row.expires else None
            row.revoked = at + grace
            self._note(session, "key.revoked", row, until=row.revoked.isoformat(timespec="seconds"))
            return self._add(session, row.tenant, row.scope, row.name, lasts)

    def revoke(self, key_id: str) -> None:
        """It and the tokens minted with it are refused from now on. Raises RequestInvalid."""
        with self._database.session() as session:
            row = self._row(session, key_id)
            if not row.revoked or row.revoked > self._now():
                row.revoked = self._now()
                self._note(session, "key.revoked", row)

    def list(self) -> Sequence[KeyInfo]:
        with self._database.reading() as session:
            return [_info(row) for row in session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.created))]

    def any(self) -> bool:
        """Whether a key was ever made, revoked ones too."""
        if not self._any:
            with self._database.reading() as session:
                self._any = session.scalar(select(ApiKeyRow.id).limit(1)) is not None
        return self._any

    def check(self, key: str) -> tuple[KeyInfo, Tenant]:
        """Whose key it is. Raises Unauthorized: unknown, revoked or expired."""
        key_id = id_of(key)
        with self._database.reading() as session:
            row = session.get(ApiKeyRow, key_id) if key_id else None
            if row is None or not same(row.hash, hashed(key, self._secret)):
                raise Unauthorized("This API key is not one of ours.", hint="shuren keys list")
            found = self._active(session, row)
        self._note_use(found[0])
        return found

    def by_id(self, key_id: str) -> tuple[KeyInfo, Tenant]:
        """The key a token was minted with. Raises Unauthorized."""
        with self._database.reading() as session:
            row = session.get(ApiKeyRow, key_id)
            if row is None:
                raise Unauthorized("The key this token was minted with is gone.")
            return self._active(session, row)

    # --- tenants ---------------------------------------------------------------------------------------------------

    def tenants(self) -> Sequence[Tenant]:
        with self._database.reading() as session:
            return [_tenant(row) for row in session.scalars(select(TenantRow).order_by(TenantRow.id))]

    def set_tenant(self, tenant: str, *, origins: Sequence[str] | None = None, **limits: int) -> Tenant:
        """Change what is given; makes the tenant where there is none of that name. Raises RequestInvalid."""
        with self._database.session() as session:
            row = self._tenant(session, tenant)
            row.origins = list(row.origins if origins is None else origins)
            for name, value in limits.items():
                setattr(row, name, value)
            self._note(session, "config.changed", row, origins=row.origins, **limits)
            return _tenant(row)

    # --- the rest --------------------------------------------------------------------------------------------------

    def _add(self, session: Session, tenant: str, scope: str, name: str, lasts: timedelta | None) -> NewKey:
        key, at = new_key(), self._now()
        expires = at + lasts if lasts else None
        kept = hashed(key.secret, self._secret)
        row = ApiKeyRow(id=key.id, tenant=tenant, name=name, scope=scope, hash=kept, created=at, expires=expires)
        session.add(row)
        self._note(session, "key.made", row, scope=scope)
        return key

    def _note(self, session: Session, action: Action, row: ApiKeyRow | TenantRow, **details: Any) -> None:
        """In the audit log, together with what was done or not at all."""
        if self._audit:
            tenant = row.tenant if isinstance(row, ApiKeyRow) else row.id
            self._audit.append(session, action, tenant=tenant, actor=self._actor, subject=row.id, **details)

    def _tenant(self, session: Session, tenant: str) -> TenantRow:
        if not tenant.isascii() or not tenant.replace("-", "").isalnum() or len(tenant) > 64:
            raise RequestInvalid(f"{tenant[:80]!r} is no name for a tenant.", hint="Letters, digits and hyphens.")
        row = session.get(TenantRow, tenant)
        if row is None:
            none = {"sessions": 0, "minutes_per_day": 0, "requests_per_minute": 0}
            row = TenantRow(id=tenant, created=self._now(), origins=[], **none)
            session.add(row)
            session.flush()
        return row

    def _row(self, session: Session, key_id: str) -> ApiKeyRow:
        row = session.get(ApiKeyRow, key_id.removeprefix("shuren_").removesuffix("_…"))
        if row is None:
            raise RequestInvalid(f"There is no key {key_id[:40]!r}.", hint="shuren keys list")
        return row

    def _active(self, session: Session, row: ApiKeyRow) -> tuple[KeyInfo, Tenant]:
        info = _info(row)
        if (state := info.state(self._now())) != "active":
            raise Unauthorized(f"This API key is {state}.", hint="shuren keys create")
        return info, _tenant(session.get_one(TenantRow, row.tenant))

    def _note_use(self, info: KeyInfo) -> None:
        """A full disk or a busy database keeps nobody out."""
        at = self._now()
        if info.used is None or at - info.used >= USED_EVERY:
            with suppress(StorageError), self._database.session() as session:
                session.execute(update(ApiKeyRow).where(ApiKeyRow.id == info.id).values(used=at))


def _info(row: ApiKeyRow) -> KeyInfo:
    return KeyInfo(row.id, row.tenant, row.name, row.scope, row.created, row.expires, row.revoked, row.used)


def _tenant(row: TenantRow) -> Tenant:
    limits = Limits(row.sessions, row.minutes_per_day, row.requests_per_minute)
    return Tenant(row.id, tuple(row.origins), limits)
