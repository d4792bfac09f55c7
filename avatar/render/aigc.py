"""What marks a file as generated beside the text seen in its picture: the implicit label in its metadata.

Fields, characters and the rule that a file bears one label are those of GB 45438-2025; video files carry the fields as
JSON under the key `AIGC` (TC260 practice guide on implicit labels in file metadata, 2025).
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from pathlib import Path

KEY = "AIGC"
GENERATED = "1"  # 属于; "2" 可能 and "3" 疑似 are for those who find, not for those who make
_ALLOWED = re.compile(r"[!#-\[\]-}]*")  # printable ASCII without space, quotation mark and backslash (and ~)


def new_id() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Mark:
    """The implicit label. Raises ValueError for characters that the standard does not allow.

    producer: the service's registered code (0011, the operator's 18-character 统一社会信用代码, 5 of the service), or a
    name while there is none. produce_id belongs to one file only. The first propagator is the producer.
    """

    producer: str = "Shuren"
    produce_id: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        for value in (self.producer, self.produce_id):
            if not value or not _ALLOWED.fullmatch(value):
                raise ValueError(
                    f"{value!r} cannot stand in an AIGC label: printable ASCII without space, quote or \\."
                )

    def as_json(self) -> str:
        values = {
            "Label": GENERATED,
            "ContentProducer": self.producer,
            "ProduceID": self.produce_id,
            "ReservedCode1": "",
            "ContentPropagator": self.producer,
            "PropagateID": self.produce_id,
            "ReservedCode2": "",
        }
        return json.dumps(values, separators=(",", ":"))


def read_mark(path: Path) -> dict[str, str] | None:
    """The implicit label of a video file as it stands there; None without one. Lenient: other makers' files differ."""
    import av

    with av.open(str(path)) as file:
        text = {key.upper(): value for key, value in file.metadata.items()}.get(KEY)
    if text is None:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return {"Label": text}
    return found.get(KEY, found) if isinstance(found, dict) else {"Label": text}
