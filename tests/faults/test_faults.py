"""The service survives what clients, networks, disks and other processes do to it, and loses nothing it confirmed."""

from __future__ import annotations

import pytest

from bench.faults.outcome import FAULTS
from bench.faults.run import one


@pytest.mark.parametrize("name", list(FAULTS))
async def test_a_fault_is_survived_and_nothing_confirmed_is_lost(name: str) -> None:
    outcome = await one(name)
    assert outcome.survived, outcome
    assert outcome.lost == 0, outcome
