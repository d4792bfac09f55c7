"""The gate: who a request comes from, whether it may come, and whether it comes too often."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from ipaddress import IPv6Address, ip_address

from starlette.requests import HTTPConnection

from models.errors import OriginRefused, RateLimited, StorageError, Unauthorized
from server.access import origins
from server.access.caller import DEFAULT_TENANT, Caller, Limits
from server.access.credentials import same
from server.access.keys import KeyInfo, Keys, Tenant
from server.access.kill import KillSwitch
from server.access.limits import Ledger, Rate
from server.access.settings import Access as Settings
from server.access.settings import Quota
from server.access.stay import Stay, token_used
from server.access.tokens import PREFIX, Mint, Token

BROWSER_KEY = "openai-insecure-api-key."  # what OpenAI's browser clients offer as a subprotocol
BOOTSTRAP = "SHUREN_API_KEY"  # the id under which the key of the settings is counted
WRONG_PER_MINUTE = 60  # wrong keys and tokens from one address
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")  # set by proxies, which speak for other machines
REMEMBER_S = 300.0  # how long a key that was checked stays good while the database is away
TENANTS_EVERY_S = 5.0


class Gate:
    """One for each application."""

    def __init__(
        self,
        settings: Settings,
        *,
        api_key: str,
        keys: Keys | None,
        mint: Mint,
        ledger: Ledger,
        kill: KillSwitch,
        signed_in: Callable[[HTTPConnection], Awaitable[Caller | None]] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`api_key`: the one of the settings, "" for none. `keys`: those of the database.
        `signed_in`: the person a request's cookie stands for."""
        self._settings, self._api_key, self._keys, self._now = settings, api_key, keys, now
        self.mint, self.ledger, self.kill = mint, ledger, kill
        self._signed_in = signed_in
        self._checked: dict[str, tuple[float, KeyInfo, Tenant]] = {}
        self._tenants: tuple[float, Sequence[Tenant]] = (-math.inf, ())

    # --- who -------------------------------------------------------------------------------------------------------

    async def admit(self, connection: HTTPConnection, *, returning: bool = False) -> Caller:
        """`returning`: to a session that lost its connection, where a token was used and may have expired since: what
        lets its client back in is the session's own secret.

        Raises Unauthorized, OriginRefused or RateLimited.
        """
        address = _address(connection)
        late_s = (self._settings.longest_s or math.inf) if returning else 0.0
        try:
            caller = replace(await self._who(connection, late_s), address=address)
            if not returning:
                await self._check_unused(caller, connection)
        except Unauthorized:
            await self._within([Rate(f"wrong:{address}", WRONG_PER_MINUTE)])
            raise
        if not caller.trusted:
            limited = [(who, each.requests_per_minute) for who, each in self.limits(caller).items()]
            await self._within([Rate(who, most) for who, most in limited if most])
        return caller

    async def open(self) -> bool:
        """No key was ever made: only this machine may use the service."""
        return not self._api_key and not (self._keys and await asyncio.to_thread(self._keys.any))

    async def _who(self, connection: HTTPConnection, late_s: float) -> Caller:
        given = next(_credentials(connection), "")
        if given.startswith(PREFIX):
            return await self._of_token(self.mint.read(given, late_s=late_s), connection)
        if not given and self._signed_in and (person := await self._signed_in(connection)):
            return person
        if await self.open():
            return self._local(connection)
        if not given:
            return self._visitor(connection)
        if self._api_key and same(given, self._api_key):
            _check_origin(connection, self._settings.origins)
            return Caller(scope="admin", key=BOOTSTRAP)
        info, tenant = await self._key(given)
        _check_origin(connection, self._origins(tenant))
        return Caller(tenant.id, info.scope, info.id, limits=tenant.limits)

    async def _of_token(self, token: Token, connection: HTTPConnection) -> Caller:
        tenant = await self._minted_by(token)
        if token.origins and not connection.headers.get("origin"):
            raise OriginRefused("This token is for a page, and no page sent it.")
        _check_origin(connection, token.origins or self._origins(tenant), own=not token.origins)
        return Caller(
            tenant.id,
            token.scope,
            token.key,
            token=token.id,
            persona=token.persona,
            visitor=token.visitor,
            token_expires=token.expires,
            limits=tenant.limits,
        )

    async def _check_unused(self, caller: Caller, connection: HTTPConnection) -> None:
        """The lists of REST may be read again; a session begins once. Raises Unauthorized.

        Only a look, so that nobody loses a token to a service that is full: a stay uses it (`Stay.enter`)."""
        if caller.token and connection.scope["type"] == "websocket" and await self.ledger.used(caller.token):
            raise token_used()

    async def _minted_by(self, token: Token) -> Tenant:
        """Raises Unauthorized where the key it was minted with is no more."""
        if not token.key and await self.open() or token.key == BOOTSTRAP and self._api_key:
            return Tenant(DEFAULT_TENANT)
        if not token.key or self._keys is None:
            raise Unauthorized("The key this token was minted with is gone.")
        return (await self._looked_up(token.key, self._keys.by_id))[1]

    async def _key(self, given: str) -> tuple[KeyInfo, Tenant]:
        if self._keys is None:
            raise Unauthorized("This API key is not the service's.", hint="It is set by SHUREN_API_KEY.")
        return await self._looked_up(given, self._keys.check)

    async def _looked_up(self, what: str, find: Callable[[str], tuple[KeyInfo, Tenant]]) -> tuple[KeyInfo, Tenant]:
        """From the database, or, while that is away, as it was a few minutes ago."""
        try:
            info, tenant = await asyncio.to_thread(find, what)
        except StorageError:
            at, info, tenant = self._checked.get(what, (-math.inf, None, None))
            if self._now() - at > REMEMBER_S:
                raise
            return info, tenant
        except Unauthorized:
            self._checked.pop(what, None)
            raise
        self._checked[what] = (self._now(), info, tenant)
        return info, tenant

    def _local(self, connection: HTTPConnection) -> Caller:
        """Without any key: this machine's own programs and pages. A page of elsewhere could reach it through the
        visitor's browser, by its address or by a name that leads here; both are told by what the browser sends."""
        host = connection.headers.get("host", "")
        if host and not origins.local(host) or any(name in connection.headers for name in FORWARDED):
            raise Unauthorized("This service has no key yet, and is for its own machine only.", hint=MAKE_A_KEY)
        origin = connection.headers.get("origin", "")
        if origin and not origins.local_page(origin) and origin.lower() not in self._settings.origins:
            raise _refused(origin)
        return Caller(scope="admin", trusted=True)

    def _visitor(self, connection: HTTPConnection) -> Caller:
        """Nobody in particular, where the operator lets people talk without a key."""
        if not self._settings.visitors:
            raise Unauthorized("This service wants an API key or a token.", hint="Authorization: Bearer KEY")
        _check_origin(connection, self._settings.origins)
        return Caller(scope="visitor")

    # --- how much ----------------------------------------------------------------------------------------------------

    def limits(self, caller: Caller) -> dict[str, Limits]:
        """What counts for a caller, by whom it is counted for. An address is only limited where no key speaks."""
        settings, own = self._settings, caller.limits
        tenant = Limits(
            own.sessions or settings.tenant.sessions,
            own.minutes_per_day or settings.tenant.minutes_per_day,
            own.requests_per_minute or settings.tenant.requests_per_minute,
        )
        found = {f"tenant:{caller.tenant}": tenant}
        if caller.key:
            found[f"key:{caller.key}"] = _limits(settings.key)
        if caller.token or not caller.key:
            found[f"address:{caller.address}"] = _limits(settings.address)
        return found

    def stay(self, caller: Caller) -> Stay:
        """What a session of this caller has to keep to."""
        limits = {} if caller.trusted else self.limits(caller)
        longest = 0.0 if caller.trusted else self._settings.longest_s
        idle = 0.0 if caller.trusted else self._settings.idle_s
        return Stay(self.ledger, self.kill, caller, limits, idle_s=idle, longest_s=longest, now=self._now)

    async def often(self, what: str, connection: HTTPConnection, per_minute: int) -> None:
        """Count what needs no key, by address. Raises RateLimited."""
        await self._within([Rate(f"{what}:{_address(connection)}", per_minute)])

    async def _within(self, rates: list[Rate]) -> None:
        wait = await self.ledger.request(rates) if rates else 0.0
        if wait:
            raise RateLimited("Too many requests.", retry_after_s=math.ceil(wait))

    # --- which pages -------------------------------------------------------------------------------------------------

    def _origins(self, tenant: Tenant) -> tuple[str, ...]:
        return (*tenant.origins, *(self._settings.origins if tenant.id == DEFAULT_TENANT else ()))

    async def pages(self, tenant: str | None = None) -> tuple[str, ...]:
        """Origins of a tenant's pages; of every tenant's, where none is named."""
        found = [each for each in await self._all_tenants() if tenant in (None, each.id)]
        if all(each.id != DEFAULT_TENANT for each in found) and tenant in (None, DEFAULT_TENANT):
            found.append(Tenant(DEFAULT_TENANT))
        return tuple(dict.fromkeys(origin for each in found for origin in self._origins(each)))

    async def _all_tenants(self) -> Sequence[Tenant]:
        at, known = self._tenants
        if self._keys and self._now() - at >= TENANTS_EVERY_S:
            try:
                known = await asyncio.to_thread(self._keys.tenants)
            except StorageError:
                pass  # as it was
            self._tenants = (self._now(), known)
        return known


MAKE_A_KEY = "shuren keys create --scope admin"


def _credentials(connection: HTTPConnection) -> Iterator[str]:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        yield token.strip()
    for name in connection.scope.get("subprotocols", []):
        if name.startswith(BROWSER_KEY):
            yield name.removeprefix(BROWSER_KEY)


def _check_origin(connection: HTTPConnection, allowed: Sequence[str], *, own: bool = True) -> None:
    """`own`: pages this service has served may ask too. Raises OriginRefused."""
    origin, host = connection.headers.get("origin", ""), connection.headers.get("host", "")
    if not origins.allowed(origin, host if own else "", allowed):
        raise _refused(origin)


def _refused(origin: str) -> OriginRefused:
    hint = "The operator allows it by shuren keys tenant NAME --origin, or SHUREN_ACCESS__ORIGINS."
    return OriginRefused(f"Pages of {origin[:80]} may not use this service.", hint=hint)


def _limits(quota: Quota) -> Limits:
    return Limits(**quota.model_dump())


def _address(connection: HTTPConnection) -> str:
    """Of IPv6 the network of one household, /64: a visitor may change the rest at will."""
    host = connection.client.host if connection.client else ""
    try:
        ip = ip_address(host.split("%")[0])
    except ValueError:
        return host
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped) if ip.ipv4_mapped else ":".join(ip.exploded.split(":")[:4])
    return str(ip)
