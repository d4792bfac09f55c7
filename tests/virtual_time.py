"""Conversations in virtual time; the loop itself is the benchmark's too."""

from bench.virtual_time import VirtualLoop, run_virtual

__all__ = ["VirtualLoop", "run_virtual"]
