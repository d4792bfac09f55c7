"""What is counted, in the process and in Redis alike; and that talk goes on while Redis is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from models.errors import BackendUnavailable
from server.access.fallback import RETRY_S, Fallback
from server.access.in_process import InProcess
from server.access.in_redis import InRedis
from server.access.limits import DAY_S, LEASE_S, Ledger, Place, Rate


@pytest.fixture(params=["process", "redis"])
async def ledger(request: pytest.FixtureRequest, clock) -> AsyncIterator[Ledger]:
    if request.param == "process":
        yield InProcess(clock)
        return
    server = request.getfixturevalue("redis_server")
    server.forget()
    ledger = InRedis(server.url, clock, patience_s=60)
    yield ledger
    await ledger.aclose()


async def test_a_minute_allows_its_number_of_requests_and_tells_when_the_next_one_fits(ledger: Ledger, clock) -> None:
    rate = [Rate("key:a", 6)]
    assert [await ledger.request(rate) for _ in range(6)] == [0] * 6
    assert await ledger.request(rate) == pytest.approx(10)
    clock.pass_(9.9)
    assert await ledger.request(rate) == pytest.approx(0.1, abs=1e-3)
    clock.pass_(0.11)
    assert await ledger.request(rate) == 0
    clock.pass_(3600)  # a long rest gives no more than a minute's worth
    assert [await ledger.request(rate) for _ in range(6)] == [0] * 6
    assert await ledger.request(rate) > 0


async def test_a_request_that_one_rate_refuses_costs_the_others_nothing(ledger: Ledger) -> None:
    assert await ledger.request([Rate("address:1", 1)]) == 0
    for _ in range(3):
        assert await ledger.request([Rate("tenant:t", 2), Rate("address:1", 1)]) > 0
    assert [await ledger.request([Rate("tenant:t", 2)]) for _ in range(2)] == [0, 0]


async def test_places_are_taken_together_or_not_at_all(ledger: Ledger) -> None:
    tenant, key = Place("tenant:t", 2), Place("key:k", 1)
    assert await ledger.enter("one", [tenant, key]) == ""
    assert await ledger.enter("two", [tenant, key]) == "key:k"
    assert await ledger.enter("two", [tenant]) == ""
    assert await ledger.enter("three", [tenant]) == "tenant:t"
    await ledger.leave("one", [tenant, key])
    assert await ledger.enter("three", [tenant, key]) == ""


async def test_two_who_race_for_the_last_place_do_not_both_get_it(ledger: Ledger) -> None:
    outcomes = await asyncio.gather(*(ledger.enter(f"s{i}", [Place("t", 3)]) for i in range(8)))
    assert sorted(outcomes) == [""] * 3 + ["t"] * 5


async def test_the_places_of_a_process_that_died_are_free_when_their_leases_run_out(ledger: Ledger, clock) -> None:
    place = [Place("t", 1)]
    await ledger.enter("dead", place)
    clock.pass_(LEASE_S - 1)
    assert await ledger.enter("new", place) == "t"
    clock.pass_(2)
    assert await ledger.enter("new", place) == ""


async def test_a_session_that_renews_its_lease_keeps_its_place(ledger: Ledger, clock) -> None:
    place = [Place("t", 1)]
    await ledger.enter("long", place)
    for _ in range(5):
        clock.pass_(LEASE_S / 2)
        await ledger.renew("long", place)
    assert await ledger.enter("new", place) == "t"


async def test_talk_is_summed_up_by_day(ledger: Ledger, clock) -> None:
    clock.at = clock.at // DAY_S * DAY_S + DAY_S - 60
    await ledger.spend(["tenant:t", "key:k"], 30.5)
    await ledger.spend(["tenant:t"], 10)
    assert await ledger.spent(["tenant:t", "key:k", "key:other"]) == pytest.approx([40.5, 30.5, 0])
    clock.pass_(61)
    assert await ledger.spent(["tenant:t", "key:k"]) == [0, 0]


async def test_a_token_is_used_once_however_many_try_at_the_same_time(ledger: Ledger, clock) -> None:
    expires = clock() + 300
    assert not await ledger.used("tok_a")
    assert sorted(await asyncio.gather(*(ledger.use("tok_a", expires) for _ in range(8)))) == [False] * 7 + [True]
    assert await ledger.used("tok_a") and not await ledger.used("tok_b")
    assert await ledger.use("tok_b", expires)


# --- Redis dies -------------------------------------------------------------------------------------------------------


async def test_when_redis_dies_counting_goes_on_here_and_when_it_is_back_there(
    redis_server, clock, caplog: pytest.LogCaptureFixture
) -> None:
    redis_server.forget()
    ledger, place = Fallback(InRedis(redis_server.url, clock, patience_s=60), clock, InProcess(clock)), [Place("t", 2)]
    assert await ledger.enter("one", place) == ""
    await ledger.spend(["t"], 60)
    redis_server.stop()
    try:
        await ledger.renew("one", place)  # a session under way notices nothing
        assert ledger.degraded
        assert await ledger.enter("two", place) == ""
        assert await ledger.enter("three", place) == "t"  # what this process let in before still counts
        await ledger.spend(["t"], 30)
        assert await ledger.spent(["t"]) == [90]
        assert await ledger.request([Rate("t", 1)]) == 0
        assert await ledger.request([Rate("t", 1)]) > 0
    finally:
        redis_server.start()
    clock.pass_(RETRY_S + 1)
    await ledger.renew("one", place)
    await ledger.renew("two", place)
    await ledger.spend(["t"], 1)
    assert not ledger.degraded
    assert await InRedis(redis_server.url, clock, patience_s=60).spent(["t"]) == [
        31
    ]  # it had forgotten the 60, not missed the 30
    assert await ledger.enter("three", place) == "t"
    await ledger.aclose()


async def test_a_token_used_before_redis_died_stays_used_and_so_does_one_used_meanwhile(redis_server, clock) -> None:
    redis_server.forget()
    ledger, expires = Fallback(InRedis(redis_server.url, clock, patience_s=60), clock, InProcess(clock)), clock() + 300
    assert await ledger.use("before", expires)
    redis_server.stop()
    try:
        assert await ledger.used("before") and not await ledger.use("before", expires)
        assert await ledger.use("meanwhile", expires) and not await ledger.use("meanwhile", expires)
    finally:
        redis_server.start()
    clock.pass_(RETRY_S + 1)
    assert await ledger.used("meanwhile") and not await ledger.use("meanwhile", expires)
    assert await ledger.use("after", expires) and not ledger.degraded
    await ledger.aclose()


async def test_a_ledger_that_is_away_is_not_asked_for_every_request(clock) -> None:
    asked = 0

    class Away(InProcess):
        async def request(self, rates) -> float:
            nonlocal asked
            asked += 1
            raise BackendUnavailable("away")

    ledger = Fallback(Away(), clock, InProcess(clock))
    for _ in range(20):
        assert await ledger.request([Rate("t", 100)]) == 0
    assert asked == 1
    clock.pass_(RETRY_S)
    await ledger.request([Rate("t", 100)])
    assert asked == 2


async def test_addresses_that_came_once_are_forgotten(clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.access.in_process.TIDY_EVERY", 100)
    ledger = InProcess(clock)
    for i in range(1000):
        clock.pass_(60)
        await ledger.request([Rate(f"address:{i}", 60)])
    assert len(ledger._full_at) <= 100
