"""`shuren bench faults`: put every fault into a running service, one after the other."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import asdict
from typing import Any

from bench.faults import clients, database, models  # noqa: F401  they register their faults
from bench.faults.outcome import FAULTS, Outcome

TIME_LIMIT = 900.0  # s for one fault; a limit on hanging


async def one(name: str) -> Outcome:
    """What became of one fault; a service that hangs or breaks has not survived."""
    try:
        async with asyncio.timeout(TIME_LIMIT):
            return await FAULTS[name]()
    except TimeoutError:
        return Outcome(False, seen="hung")
    except Exception as problem:
        logging.getLogger("shuren.bench").exception("fault %s", name)
        return Outcome(False, seen=f"broke: {type(problem).__name__}")


async def run() -> dict[str, Any]:
    outcomes = {name: await one(name) for name in FAULTS}
    return {
        "faults_tried": len(outcomes),
        "survived": sum(outcome.survived for outcome in outcomes.values()),
        "confirmed_records": sum(outcome.confirmed for outcome in outcomes.values()),
        "confirmed_records_lost": sum(outcome.lost for outcome in outcomes.values()),
        "faults": {name: asdict(outcome) for name, outcome in outcomes.items()},
    }
