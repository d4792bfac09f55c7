"""Writes numbers down and says each that was confirmed, to be killed: `python -m bench.faults.writer FILE`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bench.faults.database import keep
from server.storage.database import Database
from server.storage.recorder import Recorder

if __name__ == "__main__":
    recorder = Recorder(Database(f"sqlite:///{Path(sys.argv[1])}"))
    recorder.open()
    for number in range(1_000_000):
        recorder.put(
            lambda session, number=number: keep(session, number), lambda number=number: print(number, flush=True)
        )
        time.sleep(0.002)
