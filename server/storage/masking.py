"""Personal data is masked once more at the door of the database, whoever forgot it before."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from dialogue.redaction import redact

LONGEST_ID = 128
# PostgreSQL takes no NUL, UTF-8 no half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with a mark for what a database cannot hold."""
    return _UNSTORABLE.sub("\ufffd", text)


def person_id(text: str) -> str:
    """An integrator's id of a person as it is kept: what is too long for its column stands there as its SHA-256."""
    text = storable(text)
    return text if len(text) <= LONGEST_ID else hashlib.sha256(text.encode()).hexdigest()


def masked(value: Any) -> Any:
    """The same text, or tree of dicts and lists, with personal data masked and nothing a database cannot hold.

    A text without personal data keeps its wording: reading it writes spoken digits as numbers, which is for finding.
    """
    if isinstance(value, str):
        text = storable(value)
        found = redact(text)
        return found.text if found.kinds else text
    if isinstance(value, dict):
        return {masked(key): masked(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked(each) for each in value]
    return value
