"""The store of clauses spoken before."""

from __future__ import annotations

import numpy as np
import pytest

from speech.types import Speech
from speech.voices.cache import SpeechCache


def _clause(samples: int) -> tuple[Speech, ...]:
    return (Speech(np.zeros(samples, np.int16), (), (), "zh"),)


def test_what_was_put_is_got_and_cannot_be_changed() -> None:
    cache = SpeechCache()
    cache.put("a", _clause(10))
    made = cache.get("a")
    assert made is not None
    with pytest.raises(ValueError):
        made[0].pcm[0] = 1
    assert cache.get("b") is None


def test_the_least_recently_used_goes_first_and_the_bound_holds() -> None:
    cache = SpeechCache(max_bytes=2000 * 2)
    cache.put("a", _clause(900))
    cache.put("b", _clause(900))
    cache.get("a")
    cache.put("c", _clause(900))
    assert cache.get("b") is None
    assert cache.get("a") and cache.get("c")
    assert cache.bytes <= 4000


def test_replacing_does_not_count_twice_and_what_is_too_large_is_not_kept() -> None:
    cache = SpeechCache(max_bytes=4000)
    cache.put("a", _clause(900))
    cache.put("a", _clause(900))
    assert cache.bytes == 1800
    cache.put("b", _clause(5000))
    assert cache.get("b") is None and cache.get("a")
