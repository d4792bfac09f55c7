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


class Piece:
    """Work that counts how often it was begun and given up, and ends when told."""

    def __init__(self) -> None:
        self.begun = self.dropped = 0
        self.end = asyncio.Event()

    async def __call__(self) -> str:
        self.begun += 1
        try:
            await self.end.wait()
        except asyncio.CancelledError:
            self.dropped += 1
            raise
        return "made"


async def test_a_piece_made_ahead_stops_for_what_is_urgent_and_is_begun_anew() -> None:
    cores, piece = Cores(), Piece()
    work = asyncio.create_task(cores.spare(piece, asyncio.Event()))
    assert not await reached(work)
    with cores.urgent():
        assert not await reached(work)
        assert (piece.begun, piece.dropped) == (1, 1)
    piece.end.set()
    assert await work == "made" and piece.begun == 2


async def test_a_piece_that_somebody_listens_to_by_now_is_not_stopped() -> None:
    cores, piece, needed = Cores(), Piece(), asyncio.Event()
    work = asyncio.create_task(cores.spare(piece, needed))
    await asyncio.sleep(0)
    needed.set()
    with cores.urgent():
        assert not await reached(work)
    piece.end.set()
    assert await work == "made" and (piece.begun, piece.dropped) == (1, 0)


async def test_a_piece_nobody_wants_any_more_is_stopped_and_leaves_nothing_behind() -> None:
    cores, piece = Cores(), Piece()
    work = asyncio.create_task(cores.spare(piece, asyncio.Event()))
    assert not await reached(work)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await asyncio.sleep(0)
    assert piece.dropped == 1
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
