"""The service survives what clients, networks, disks and other processes do to it, and loses nothing it confirmed."""

from __future__ import annotations

import pytest

from bench.faults.run import one, run

# Those that take a second or two; `shuren bench faults` tries all of them.
QUICK = (
    "disconnect_storm",
    "malformed_messages",
    "hostile_neighbours",
    "clock_jump",
    "full_disk",
    "killed_writer",
    "killed_model_server",
    "killed_model_process",
)


@pytest.mark.parametrize("name", QUICK)
async def test_a_fault_is_survived_and_nothing_confirmed_is_lost(name: str) -> None:
    outcome = await one(name)
    assert outcome.survived, outcome
    assert outcome.lost == 0, outcome


async def test_what_does_not_end_is_ended_and_has_not_survived() -> None:
    told = await run(["clock_jump", "full_disk"], limit=0.001)
    assert (told["faults_tried"], told["survived"]) == (2, 0)
    assert {each["seen"] for each in told["faults"].values()} == {"hung, and had to be killed"}
