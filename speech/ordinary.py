"""Ordinary Chinese: jieba's dictionary of 350 000 words with how often each occurs (MIT)."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def ordinary_words() -> Any:
    """jieba's default tokenizer, loaded: `.FREQ` counts by word, `.total`, `.cut(text, HMM=False)`."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    return jieba.dt
