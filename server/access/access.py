"""Access, put together from the settings."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from typing import TYPE_CHECKING

from models.errors import KeyRequired, StorageError
from server import logs
from server.access.fallback import Fallback
from server.access.gate import MAKE_A_KEY, Gate
from server.access.in_process import InProcess
from server.access.keys import Keys
from server.access.kill import KillSwitch
from server.access.limits import Ledger
from server.access.origins import LOOPBACK
from server.access.secret import service_secret
from server.access.tokens import Mint
from server.oidc.routes import SignIn
from server.oidc.signed_in import SignedIn

if TYPE_CHECKING:
    from server.settings import Settings
    from server.storage.audit import Action
    from server.storage.keeping import Keeping


class Access:
    """Who may use the service. One for each application: `open` when it starts, `aclose` when it stops."""

    def __init__(self, settings: Settings, keeping: Keeping | None = None) -> None:
        """Without `keeping` the only key is that of the settings, and a stop ends with the process."""
        own = settings.access
        self._settings, self._keeping = settings, keeping
        self.database = keeping.database if keeping else None
        given = own.secret.get_secret_value()
        secret = service_secret(given, settings.home) if keeping else secrets.token_bytes(32)
        self.keys = Keys(keeping.database, secret, keeping.audit) if keeping else None
        self._secret = secret
        self.kill = KillSwitch(settings.home if keeping else None)
        self.ledger = _ledger(own.redis.get_secret_value())
        audit = keeping.audit if keeping else None
        people = SignedIn(settings.oidc, self.database, audit, self.derived("signed in"))
        self.sign_in = SignIn(settings.oidc, people, self.derived("sign-in"))
        self.gate = Gate(
            own,
            api_key=settings.api_key.get_secret_value(),
            keys=self.keys,
            mint=Mint(secret),
            ledger=self.ledger,
            kill=self.kill,
            signed_in=people.caller,
        )
        self._following: asyncio.Task[None] | None = None

    def check_host(self, host: str) -> None:
        """Raises KeyRequired where other machines could come and no key was ever made."""
        if host in LOOPBACK or self._settings.api_key.get_secret_value():
            return
        if self._keeping:
            self._keeping.database.migrate()
        if not (self.keys and self.keys.any()):
            raise KeyRequired(
                f"Without an API key the service is for this machine only, not for {host}.", hint=MAKE_A_KEY
            )

    async def open(self) -> None:
        if self._keeping:
            try:
                await asyncio.to_thread(self._keeping.database.migrate)
            except StorageError as problem:  # keys are refused until it is back
                logs.failure("keys_unavailable", problem)
        self._following = asyncio.create_task(self.kill.run(), name="kill switch")

    async def aclose(self) -> None:
        if self._following:
            self._following.cancel()
            await asyncio.wait([self._following])
        await self.ledger.aclose()

    def derived(self, name: str) -> bytes:
        """A secret of its own for each name, from the service's."""
        return hmac.digest(self._secret, name.encode(), "sha256")

    def limits(self) -> str:
        """`ready`, or how limits are counted meanwhile."""
        degraded = isinstance(self.ledger, Fallback) and self.ledger.degraded
        return "redis cannot be reached; this process counts for itself" if degraded else "ready"

    async def note(self, action: Action, *, tenant: str = "", actor: str = "", **details: str) -> None:
        """Into the audit log, if it can be written: what was done stands."""
        if not self._keeping:
            return
        try:
            await asyncio.to_thread(self._keeping.audit.add, action, tenant=tenant, actor=actor, **details)
        except StorageError as problem:
            logs.failure("audit_not_written", problem, action=action)


def _ledger(url: str) -> Ledger:
    if not url:
        return InProcess()
    from server.access.in_redis import InRedis

    return Fallback(InRedis(url))
