"""A card inside a picture: PNG text chunks, read without decoding the picture."""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

from models.errors import PackInvalid

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORDS = ("ccv3", "chara")  # version 3 goes before version 2
LARGEST = 32 << 20  # bytes of a picture


def card_in(picture: bytes) -> bytes:
    """The JSON of the card in a PNG picture. Raises PackInvalid where there is none or the picture is broken."""
    found: dict[str, bytes] = {}
    for kind, data in _chunks(picture):
        keyword, separator, text = data.partition(b"\0")
        if kind == b"tEXt" and separator:
            found.setdefault(keyword.decode("latin-1"), text)
    for keyword in KEYWORDS:
        if keyword in found:
            try:
                return base64.b64decode(found[keyword], validate=True)
            except binascii.Error:
                raise PackInvalid(f"The picture's {keyword} chunk is not base64.") from None
    raise PackInvalid("There is no character card in this picture.", hint="It needs a ccv3 or chara text chunk.")


def with_card(picture: bytes, card: bytes) -> bytes:
    """The picture as PNG with the card in it. Raises PackInvalid for what is no picture."""
    from PIL import Image, UnidentifiedImageError
    from PIL.PngImagePlugin import PngInfo

    chunks = PngInfo()
    chunks.add_text("ccv3", base64.b64encode(card).decode("ascii"))
    try:
        with Image.open(BytesIO(picture)) as image:
            written = BytesIO()
            image.convert("RGB").save(written, "PNG", pnginfo=chunks)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        raise PackInvalid("This is no picture that can be read.", hint="Give a PNG or JPEG file.") from error
    return written.getvalue()


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not picture.startswith(SIGNATURE) or len(picture) > LARGEST:
        raise PackInvalid(f"This is no PNG picture of at most {LARGEST >> 20} MB.")
    at = len(SIGNATURE)
    while at + 12 <= len(picture):
        length, kind = struct.unpack_from(">I4s", picture, at)
        data = picture[at + 8 : at + 8 + length]
        check = picture[at + 8 + length : at + 12 + length]
        if check != struct.pack(">I", zlib.crc32(kind + data)):
            raise PackInvalid("The picture is broken: a chunk's check sum is wrong.")
        yield kind, data
        if kind == b"IEND":
            return
        at += 12 + length
