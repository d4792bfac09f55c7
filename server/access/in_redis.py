"""Counting for several processes, in Redis. What has to be decided at once is a script, which Redis runs alone.

All keys share one hash slot (`{shuren}`), so that a cluster can run the scripts too. The time comes from the caller:
machines that share a Redis need clocks that agree to a second.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from models.errors import BackendUnavailable
from server.access.limits import DAY_S, LEASE_S, MINUTE, Place, Rate

PREFIX = "{shuren}:"
PATIENCE_S = 0.5  # for one answer; a conversation waits for it

REQUEST = """
local now, window, wait = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
local full = {}
for i, key in ipairs(KEYS) do
  full[i] = math.max(tonumber(redis.call('GET', key) or 0), now) + window / tonumber(ARGV[i + 2])
  wait = math.max(wait, full[i] - now - window)
end
if wait > 1e-6 then return string.format('%.6f', wait) end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.6f', full[i]), 'PX', math.ceil((full[i] - now) * 1000))
end
return '0'
"""
ENTER = """
local now, lease, seconds = ARGV[1], ARGV[2], tonumber(ARGV[3])
for i, key in ipairs(KEYS) do
  local most = tonumber(ARGV[i + 3])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  if most > 0 and not redis.call('ZSCORE', key, lease) and redis.call('ZCARD', key) >= most then return i end
end
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + seconds, lease)
  redis.call('EXPIRE', key, 2 * seconds)
end
return 0
"""


class InRedis:
    """A `limits.Ledger` in Redis."""

    def __init__(self, url: str, now: Callable[[], float] = time.time, patience_s: float = PATIENCE_S) -> None:
        self._now = now
        self._redis = Redis.from_url(
            url, socket_timeout=patience_s, socket_connect_timeout=patience_s, retry=Retry(NoBackoff(), 0)
        )
        self._request, self._enter = map(self._redis.register_script, (REQUEST, ENTER))

    async def request(self, rates: Sequence[Rate]) -> float:
        keys = [f"{PREFIX}rate:{rate.who}" for rate in rates]
        async with _coded():
            return float(await self._request(keys, [self._now(), MINUTE, *(rate.per_minute for rate in rates)]))

    async def enter(self, lease: str, places: Sequence[Place]) -> str:
        arguments = [self._now(), lease, LEASE_S, *(place.most for place in places)]
        async with _coded():
            full = int(await self._enter(_rooms(places), arguments))
        return places[full - 1].who if full else ""

    async def renew(self, lease: str, places: Sequence[Place]) -> None:
        unlimited = [Place(place.who, 0) for place in places]
        await self.enter(lease, unlimited)

    async def leave(self, lease: str, places: Sequence[Place]) -> None:
        async with _coded(), self._redis.pipeline() as together:
            for room in _rooms(places):
                together.zrem(room, lease)
            await together.execute()

    async def spend(self, who: Sequence[str], seconds: float) -> None:
        async with _coded(), self._redis.pipeline() as together:
            for key in self._days(who):
                together.incrbyfloat(key, seconds)
                together.expire(key, 2 * DAY_S)
            await together.execute()

    async def spent(self, who: Sequence[str]) -> list[float]:
        async with _coded():
            return [float(value or 0) for value in await self._redis.mget(self._days(who))] if who else []

    async def use(self, token: str, expires: float) -> bool:
        seconds = max(1, int(expires - self._now()) + 1)
        async with _coded():
            return bool(await self._redis.set(f"{PREFIX}token:{token}", 1, nx=True, ex=seconds))

    async def used(self, token: str) -> bool:
        async with _coded():
            return bool(await self._redis.exists(f"{PREFIX}token:{token}"))

    async def aclose(self) -> None:
        await self._redis.aclose()

    def _days(self, who: Sequence[str]) -> list[str]:
        today = int(self._now() // DAY_S)
        return [f"{PREFIX}spent:{today}:{each}" for each in who]


def _rooms(places: Sequence[Place]) -> list[str]:
    return [f"{PREFIX}places:{place.who}" for place in places]


@asynccontextmanager
async def _coded() -> AsyncIterator[None]:
    try:
        yield
    except (RedisError, OSError) as problem:
        raise BackendUnavailable("Redis cannot be reached.", hint="Look at SHUREN_ACCESS__REDIS.") from problem
