"""Tenants and API keys as they are kept. Of a key only its hash is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.database import Base, Moment

ID = String(64)


class TenantRow(Base):
    """A customer: whose pages may use the service, and how much. 0: no limit of its own."""

    __tablename__ = "tenants"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    created: Mapped[datetime] = mapped_column(Moment)
    origins: Mapped[list[str]] = mapped_column(JSON)
    sessions: Mapped[int] = mapped_column(Integer)
    minutes_per_day: Mapped[int] = mapped_column(Integer)
    requests_per_minute: Mapped[int] = mapped_column(Integer)


class ApiKeyRow(Base):
    """One key. Rows stay when a key is revoked, so that the service never opens again because its last key is gone."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(ID, primary_key=True)  # stands in the key itself and may be shown
    tenant: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    name: Mapped[str] = mapped_column(String(128))
    scope: Mapped[str] = mapped_column(ID)
    hash: Mapped[str] = mapped_column(ID)
    created: Mapped[datetime] = mapped_column(Moment)
    expires: Mapped[datetime | None] = mapped_column(Moment)
    revoked: Mapped[datetime | None] = mapped_column(Moment)
    used: Mapped[datetime | None] = mapped_column(Moment)  # to the minute
