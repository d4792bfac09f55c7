"""For all tests: property tests have no deadline, since this says nothing on a shared machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("shuren", deadline=None)
settings.load_profile("shuren")
