"""`shuren bench faults`: put every fault into a running service, one after the other.

A process of its own tries them and says what became of each. What hangs, whatever else it blocks, is killed with its
process after TIME_LIMIT, and another process goes on with the next one; so the whole always ends.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import asdict
from typing import Any

from bench.faults import clients, database, models  # noqa: F401  they register their faults
from bench.faults.outcome import FAULTS, Outcome

TIME_LIMIT = 180.0  # s for one fault, where it takes 5 to 20; a limit on hanging


async def one(name: str, limit: float = TIME_LIMIT) -> Outcome:
    """What became of one fault, tried in this process; a service that hangs or breaks has not survived."""
    try:
        async with asyncio.timeout(limit):
            return await FAULTS[name]()
    except TimeoutError:
        return Outcome(False, seen="hung")
    except Exception as problem:
        logging.getLogger("shuren.bench").exception("fault %s", name)
        return Outcome(False, seen=f"broke: {type(problem).__name__}")


async def run(names: list[str] | None = None, limit: float = TIME_LIMIT) -> dict[str, Any]:
    """`names`: of the faults, all when omitted. `limit`: seconds for each."""
    left, outcomes = list(names or FAULTS), {}
    while left:
        outcomes |= await _tried(left, limit)
        left = [name for name in left if name not in outcomes]
    return {
        "faults_tried": len(outcomes),
        "survived": sum(outcome.survived for outcome in outcomes.values()),
        "confirmed_records": sum(outcome.confirmed for outcome in outcomes.values()),
        "confirmed_records_lost": sum(outcome.lost for outcome in outcomes.values()),
        "faults": {name: asdict(outcome) for name, outcome in outcomes.items()},
    }


async def _tried(names: list[str], limit: float) -> dict[str, Outcome]:
    """Those that one process came to the end of, and the one that ended it."""
    outcomes: dict[str, Outcome] = {}
    command = (sys.executable, "-m", "bench.faults.run", str(limit), *names)
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=DEVNULL)
    try:
        for name in names:
            try:
                line = await asyncio.wait_for(process.stdout.readline(), 1.5 * limit)  # it may report its end by itself
            except TimeoutError:
                return outcomes | {name: Outcome(False, seen="hung, and had to be killed")}
            if not line:
                return outcomes | {name: Outcome(False, seen="took its process with it")}
            outcomes[name] = Outcome(**json.loads(line))
        return outcomes
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


if __name__ == "__main__":
    for each in sys.argv[2:]:
        print(json.dumps(asdict(asyncio.run(one(each, float(sys.argv[1]))))), flush=True)
