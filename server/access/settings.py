"""Who may use the service, and how much."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr, field_validator


class Quota(BaseModel):
    """How much somebody may do; 0: no limit."""

    sessions: int = Field(0, ge=0)
    """At the same time."""

    minutes_per_day: int = Field(0, ge=0)
    """Of sessions, by UTC days."""

    requests_per_minute: int = Field(0, ge=0)
    """Requests and connections; as many at once, then evenly."""


class Access(BaseModel):
    """Who may use the service, and how much (docs/access.md)."""

    secret: SecretStr = SecretStr("")
    """Signs browsers' tokens and keys the hashes of API keys; the same for all that share a database. Empty: made once
    in `home`."""

    origins: list[str] = []
    """Sites whose pages may use the service and frame its page, beside its own: `["https://bank.example"]`."""

    visitors: bool = False
    """People may talk on the service's own page without a key or token."""

    four_eyes: bool = False
    """Nobody puts a version of a pack to use that they sent themselves, admins included."""

    redis: SecretStr = SecretStr("")
    """`redis://…`, where several processes share limits. Empty: each counts for itself."""

    tenant: Quota = Quota()
    """Of each tenant, where it has none of its own."""

    key: Quota = Quota()
    """Of each API key, with the tokens minted with it."""

    address: Quota = Quota(requests_per_minute=600)
    """Of each network address without a key: browsers with a token, and visitors."""

    idle_s: float = Field(1800.0, ge=0)
    """A session in which nobody says anything for so long ends; 0: none does."""

    longest_s: float = Field(14_400.0, ge=0)
    """A session ends after so long; 0: none does."""

    body_bytes: int = Field(1 << 20, ge=1024)
    """Largest body of a request; recordings have `AUDIO__UPLOAD_MB`."""

    @field_validator("origins")
    @classmethod
    def _as_browsers_write_them(cls, given: list[str]) -> list[str]:
        return [origin.strip().lower().rstrip("/") for origin in given]
