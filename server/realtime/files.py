"""A picture or a document that she asked for, as it comes in an event, made safe to pass on.

A picture is decoded and written anew, so that nothing of the file but its pixels goes on: no place, no device, nothing
hidden. A PDF goes on as it is; whoever opens it looks at it as at any file of a stranger.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import warnings
from dataclasses import dataclass
from typing import Any

from dialogue.attachments import Wanted
from models.errors import FileInvalid

PICTURES = ("JPEG", "PNG", "WEBP")
LARGEST_SIDE = 2048  # pixels of the longer side that go on
MOST_PIXELS = 40_000_000  # of what is decoded: a phone's camera, not a bomb
_DATA = re.compile(r"data:(?P<type>[a-z]+/[a-z.+-]+);base64,(?P<content>[A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True)
class File:
    """`kind`: photo or document, the type of slot it can fill."""

    kind: str
    media_type: str
    content: bytes


def most_bytes(message_bytes: int) -> int:
    """How large a file may be, so that its event fits into a message."""
    return (message_bytes - 1024) * 3 // 4


def card(wanted: Wanted, message_bytes: int) -> dict[str, Any]:
    """What is shown where a file is asked for."""
    label = wanted.label
    return {
        "kind": "file",
        "title": label["zh"],
        "title_en": label["en"],
        "wants": wanted.kind,
        "most_bytes": most_bytes(message_bytes),
    }


def photo(url: str) -> File:
    """A picture in a data: URL as a JPEG of its pixels alone. Takes some 100 ms. Raises FileInvalid."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    raw = _content(url, "image/")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=PICTURES) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise FileInvalid(f"The picture has more than {MOST_PIXELS:,} pixels.", hint="Send a smaller one.")
                upright = ImageOps.exif_transpose(picture).convert("RGB")
                upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning) as error:
        raise FileInvalid("The picture cannot be read.", hint=f"Send a {', '.join(PICTURES)}.") from error
    upright.info.clear()  # a comment would be written again
    written = io.BytesIO()
    upright.save(written, "JPEG", quality=88)
    return File("photo", "image/jpeg", written.getvalue())


def document(url: str) -> File:
    """A PDF in a data: URL. Raises FileInvalid."""
    raw = _content(url, "application/pdf")
    if not raw.startswith(b"%PDF-") or b"%%EOF" not in raw[-2048:]:
        raise FileInvalid("The document is no whole PDF.", hint="Send a PDF.")
    return File("document", "application/pdf", raw)


def _content(url: str, kind: str) -> bytes:
    match = _DATA.fullmatch(url)
    if not match or not match["type"].startswith(kind):
        raise FileInvalid("A file comes as a data: URL in base64.", hint=f"data:{kind}…;base64,…")
    try:
        return base64.b64decode(match["content"], validate=True)
    except binascii.Error:
        raise FileInvalid("The file is not base64.") from None
