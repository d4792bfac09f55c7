"""Who asks, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass

from models.errors import Forbidden
from server.access.credentials import INCLUDES, Scope

DEFAULT_TENANT = "default"


@dataclass(frozen=True)
class Limits:
    """Of one tenant, key or address; 0: none."""

    sessions: int = 0  # at the same time
    minutes_per_day: int = 0  # of talk, UTC days
    requests_per_minute: int = 0


@dataclass(frozen=True)
class Caller:
    """Whom a key, a token or nothing at all stands for."""

    tenant: str = DEFAULT_TENANT
    scope: Scope = "visitor"
    key: str = ""  # public id of the API key behind it
    token: str = ""  # id of a browser's token, which begins one session
    persona: str = ""  # the only one a token may talk to; "": any
    person: str = ""  # an operator who signed in with an account, by name
    visitor: str = ""  # the page's own id of the person
    token_expires: int = 0  # s since 1970
    address: str = ""
    limits: Limits = Limits()  # of the tenant
    trusted: bool = False  # this machine, before the first key is made: no limits

    @property
    def name(self) -> str:
        """For the audit log."""
        if self.person:
            return f"person {self.person}"
        return f"key {self.key}" if self.key else "this machine" if self.trusted else "visitor"

    def may(self, scope: Scope) -> bool:
        return scope in INCLUDES[self.scope]

    def need(self, *scopes: Scope) -> None:
        """One of them. Raises Forbidden."""
        if not any(map(self.may, scopes)):
            wanted = " or ".join(scopes)
            raise Forbidden(f"This needs a key of scope {wanted}.", hint=f"The one sent has the scope {self.scope}.")

    @property
    def of_the_house(self) -> bool:
        """The operator of the service itself, not of one tenant."""
        return self.scope == "admin" and self.tenant == DEFAULT_TENANT

    def sees(self, tenant: str) -> bool:
        """Whether sessions of a tenant are the caller's business."""
        return tenant == self.tenant or self.of_the_house

    def whom(self, asked: str) -> str:
        """The persona to talk to, "" for the default one. Raises Forbidden where the token is for another."""
        if self.persona and asked not in ("", self.persona):
            raise Forbidden("This token is for another persona.", hint=f"Ask for {self.persona!r}, or for none.")
        return self.persona or asked
