"""What marks a file as generated beside the text seen in its picture: the implicit label in its metadata.

Fields, characters and the rule that a file bears one label are those of GB 45438-2025; where they stand in a file is
TC260's practice guide on implicit labels in file metadata (2025) where it speaks of the format:

    MP4          key `AIGC` of the metadata          MP3, AAC    ID3 frame TXXX:AIGC
    WAV          chunk `AIGC` right after `fmt `     Ogg, FLAC   Vorbis comment AIGC
    .shuren      `aigc` of the header                GLB, VRMA   `asset.extras.AIGC`         JSON   `AIGC`
"""

from __future__ import annotations

import json
import re
import struct
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

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

    def as_dict(self) -> dict[str, str]:
        return {
            "Label": GENERATED,
            "ContentProducer": self.producer,
            "ProduceID": self.produce_id,
            "ReservedCode1": "",
            "ContentPropagator": self.producer,
            "PropagateID": self.produce_id,
            "ReservedCode2": "",
        }

    def as_json(self) -> str:
        return json.dumps(self.as_dict(), separators=(",", ":"))


def wav(pcm: np.ndarray, rate: int, mark: Mark) -> bytes:
    """A labelled wav file of int16 samples (n,), one channel."""
    form = struct.pack("<HHIIHH", 1, 1, rate, 2 * rate, 2, 16)  # PCM, one channel, 16 bits
    data = np.ascontiguousarray(pcm, "<i2").tobytes()
    label = mark.as_json().encode("ascii")
    return _chunk(b"RIFF", b"WAVE" + _chunk(b"fmt ", form) + _chunk(KEY.encode(), label) + _chunk(b"data", data))


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def read_mark(path: Path) -> dict[str, str] | None:
    """The implicit label of a file as it stands there; None without one. Lenient: other makers' files differ.

    Raises ValueError for a file of which no label can be read, OSError where it cannot be opened.
    """
    with path.open("rb") as file:
        head = file.read(12)
    if head[:4] == b"RIFF" and head[8:] == b"WAVE":
        return _parsed(_of_wav(path.read_bytes()))
    if head.startswith(b"SHUREN1\n"):
        from animation.formats.clip import read_records

        return _parsed(next(iter(read_records(path)), {}).get("aigc"))
    if head.startswith(b"glTF"):
        from animation.formats import glb

        return _parsed(glb.read(path)[0].get("asset", {}).get("extras", {}).get(KEY))
    if head.lstrip().startswith(b"{"):
        return _parsed(json.loads(path.read_text("utf-8")).get(KEY))
    return _parsed(_of_media(path))


def _of_wav(data: bytes) -> str | None:
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if name == KEY.encode():
            return data[at + 8 : at + 8 + size].decode("utf-8", "replace")
        at += 8 + size + size % 2
    return None


def _of_media(path: Path) -> str | None:
    import av

    try:
        with av.open(str(path)) as file:
            found = dict(file.metadata)
            for stream in file.streams:  # an Ogg file has comments for each stream, and no others
                found |= stream.metadata
    except av.FFmpegError as error:
        raise ValueError(f"{path} is no file that bears a label: {error}") from error
    return {key.upper(): value for key, value in found.items()}.get(KEY)


def _parsed(found: Any) -> dict[str, str] | None:
    """The fields, from JSON or already read, whether or not they stand below `AIGC`."""
    if not found:
        return None
    try:
        fields = json.loads(found) if isinstance(found, str) else found
    except ValueError:
        return {"Label": found}
    return fields.get(KEY, fields) if isinstance(fields, dict) else {"Label": str(found)}
