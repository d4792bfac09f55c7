"""How long a session may stay: in virtual time, since it is about hours."""

from __future__ import annotations

import asyncio

import pytest
from virtual_time import run_virtual

from models.errors import QuotaExceeded, ServiceStopped, SessionExpired, SessionIdle, ShurenError, Unauthorized
from server.access.caller import Caller, Limits
from server.access.in_process import InProcess
from server.access.kill import KillSwitch
from server.access.stay import Stay

MIDNIGHT = 1_789_948_800.0  # UTC


class World:
    """One process: a ledger, a kill switch, and a clock that follows the loop."""

    def __init__(self) -> None:
        self.kill, self.ledger = KillSwitch(None), InProcess(self.now)
        self.last_talk = 0.0

    def now(self) -> float:
        return MIDNIGHT + asyncio.get_running_loop().time()

    def stay(self, *, idle: float = 0, longest: float = 0, caller: Caller | None = None, **limits: int) -> Stay:
        who = {"tenant:bank": Limits(**limits)}
        caller = caller or Caller("bank")
        return Stay(self.ledger, self.kill, caller, who, idle_s=idle, longest_s=longest, now=self.now)

    async def end(self, stay: Stay, name: str = "s") -> tuple[ShurenError, float]:
        await stay.enter(name)
        began = asyncio.get_running_loop().time()
        why = await stay.watch(lambda: self.last_talk)
        await stay.leave()
        return why, asyncio.get_running_loop().time() - began


def test_a_session_ends_when_it_has_lasted_as_long_as_one_may() -> None:
    async def main() -> None:
        world = World()
        why, seconds = await world.end(world.stay(longest=3600))
        assert isinstance(why, SessionExpired) and seconds == 3600

    run_virtual(main())


def test_silence_ends_a_session_and_talk_keeps_it() -> None:
    async def main() -> None:
        world = World()

        async def talk() -> None:
            for _ in range(5):
                await asyncio.sleep(100)
                world.last_talk = asyncio.get_running_loop().time()

        talking = asyncio.create_task(talk())
        why, seconds = await world.end(world.stay(idle=120))
        await talking
        assert isinstance(why, SessionIdle) and seconds == 620

    run_virtual(main())


def test_the_days_minutes_end_a_session_bar_the_next_and_come_back_at_midnight() -> None:
    async def main() -> None:
        world = World()
        why, seconds = await world.end(world.stay(minutes_per_day=10))
        assert isinstance(why, QuotaExceeded) and seconds == pytest.approx(600)
        with pytest.raises(QuotaExceeded) as refused:
            await world.stay(minutes_per_day=10).enter("next")
        assert refused.value.retry_after_s == 86_400 - 600
        await asyncio.sleep(refused.value.retry_after_s)
        await world.stay(minutes_per_day=10).enter("tomorrow")

    run_virtual(main())


def test_two_sessions_use_up_the_same_minutes() -> None:
    async def main() -> None:
        world = World()
        ends = await asyncio.gather(*(world.end(world.stay(minutes_per_day=10), name) for name in "ab"))
        assert all(isinstance(why, QuotaExceeded) for why, _ in ends)
        assert all(300 <= seconds <= 320 for _, seconds in ends)  # within one renewal

    run_virtual(main())


def test_what_was_talked_since_the_last_count_is_counted_when_a_session_is_left() -> None:
    async def main() -> None:
        world = World()
        stay = world.stay(minutes_per_day=10)
        await stay.enter("short")
        watching = asyncio.create_task(stay.watch(lambda: 0.0))
        await asyncio.sleep(27)
        watching.cancel()
        await asyncio.wait([watching])
        await stay.leave()
        assert await world.ledger.spent(["tenant:bank"]) == [pytest.approx(27)]

    run_virtual(main())


def test_a_place_is_free_again_when_a_session_is_left() -> None:
    async def main() -> None:
        world = World()
        first = world.stay(sessions=1)
        await first.enter("first")
        with pytest.raises(QuotaExceeded, match="tenant"):
            await world.stay(sessions=1).enter("second")
        await first.leave()
        await world.stay(sessions=1).enter("second")

    run_virtual(main())


def test_a_token_that_was_used_takes_no_place() -> None:
    async def main() -> None:
        world = World()
        caller = Caller("bank", token="tok_1", token_expires=int(MIDNIGHT) + 600)
        first = world.stay(sessions=1, caller=caller)
        await first.enter("first")
        await first.leave()
        with pytest.raises(Unauthorized, match="been used"):
            await world.stay(sessions=1, caller=caller).enter("again")
        await world.stay(sessions=1).enter("another")

    run_virtual(main())


def test_a_stop_ends_a_session_at_once_and_bars_the_next() -> None:
    async def main() -> None:
        world = World()
        asyncio.get_running_loop().call_later(7, world.kill.engage, "operator", "wrong rates")
        why, seconds = await world.end(world.stay())
        assert isinstance(why, ServiceStopped) and seconds == 7
        with pytest.raises(ServiceStopped):
            await world.stay().enter("next")
        world.kill.lift()
        await world.stay().enter("next")

    run_virtual(main())
