"""Who is signed in. Of a cookie only its hash is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.database import Base, Moment


class SignedInRow(Base):
    """One browser of one person, until it signs out or its time is over."""

    __tablename__ = "signed_in"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    group: Mapped[str] = mapped_column(Text)  # what it may do is what the settings grant this one
    expires: Mapped[datetime] = mapped_column(Moment, index=True)
