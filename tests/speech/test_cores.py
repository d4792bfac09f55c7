"""What is made ahead of need gives way to what a person waits for."""

from __future__ import annotations

import asyncio
from functools import partial

from speech.cores import CORES, Cores
from speech.recognisers.lane import Lane


async def reached(task: asyncio.Task) -> bool:
    await asyncio.sleep(0.01)
    return task.done()


async def test_work_ahead_of_need_waits_for_all_that_is_urgent() -> None:
    cores, needed = Cores(), asyncio.Event()
    await cores.leisure(needed)  # nothing is urgent
    with cores.urgent():
        with cores.urgent():
            work = asyncio.create_task(cores.leisure(needed))
            assert not await reached(work)
        assert not await reached(work)
    assert await reached(work)


async def test_work_that_is_needed_now_waits_no_longer() -> None:
    cores, needed = Cores(), asyncio.Event()
    with cores.urgent():
        work = asyncio.create_task(cores.leisure(needed))
        assert not await reached(work)
        needed.set()
        assert await reached(work)


async def test_work_given_up_while_it_waits_leaves_nothing_behind() -> None:
    cores, needed = Cores(), asyncio.Event()
    with cores.urgent():
        work = asyncio.create_task(cores.leisure(needed))
        await asyncio.sleep(0)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    await cores.leisure(needed)
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


def told(began: asyncio.Event, end: asyncio.Event, loop: asyncio.AbstractEventLoop) -> None:
    """Work in a thread that says when it began and is told when to end."""
    loop.call_soon_threadsafe(began.set)
    asyncio.run_coroutine_threadsafe(end.wait(), loop).result()


async def test_a_final_is_urgent_and_a_partial_is_not() -> None:
    lane, needed = Lane("test"), asyncio.Event()
    for urgent in (True, False):
        began, end = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        run = asyncio.create_task(lane.run(partial(told, began, end, loop), urgent=urgent))
        await began.wait()
        work = asyncio.create_task(CORES.leisure(needed))
        assert await reached(work) is not urgent
        end.set()
        await run
        await work
    await lane.aclose()
