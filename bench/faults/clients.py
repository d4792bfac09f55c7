"""Faults that clients and networks bring."""

from __future__ import annotations

import asyncio
import json
import os
from unittest import mock

from bench.faults.house import Service, Visitor, served, visit, words
from bench.faults.outcome import Outcome, fault


async def _answers(visitor: Visitor, text: str) -> bool:
    response = await visitor.ask(text)
    return response["status"] == "completed" and text in words(response)


async def _still_open(service: Service, text: str = "还在吗") -> bool:
    async with visit(service) as visitor:
        return await _answers(visitor, text)


@fault("hostile_neighbours")
async def hostile_neighbours() -> Outcome:
    """Two hostile sessions side by side, each at the other's items and responses, and a third that only talks."""
    async with served() as service, visit(service) as one, visit(service) as two, visit(service) as quiet:
        first = await quiet.ask("我的秘密是向日葵")
        item, response = first["output"][0]["id"], first["id"]
        for hostile, other in ((one, two), (two, one)):
            theirs = (await other.ask("别人的话"))["output"][0]["id"]
            for victim in (item, theirs):
                await hostile.send(type="conversation.item.retrieve", item_id=victim)
                await hostile.until("error")
                await hostile.send(type="conversation.item.delete", item_id=victim)
                await hostile.until("error")
            await hostile.send(type="response.cancel", response_id=response)
            await hostile.until("error")
            for _ in range(100):
                await hostile.socket.send(os.urandom(64))
        fine = await _answers(quiet, "我的第二句话")
        fine = fine and await _answers(one, "甲") and await _answers(two, "乙")
        leaked = any("向日葵" in json.dumps(each, ensure_ascii=False) for each in (*one.got, *two.got))
        alien = any(word in json.dumps(quiet.got, ensure_ascii=False) for word in ("别人的话", "甲", "乙"))
        crossed = leaked or alien
        return Outcome(fine and not crossed, seen="something crossed" if crossed else "nothing crossed")


@fault("clock_jump")
async def clock_jump() -> Outcome:
    """The wall clock jumps a day ahead, then two back, in the middle of answers."""
    import time

    real = time.time
    async with served() as service, visit(service) as visitor:
        fine = True
        for jump in (86_400.0, -172_800.0):
            asking = asyncio.create_task(_answers(visitor, "现在几点"))
            await asyncio.sleep(0.05)
            with mock.patch("time.time", lambda jump=jump: real() + jump):
                fine = await asking and fine
        return Outcome(fine and await _still_open(service), seen="answers went on")
