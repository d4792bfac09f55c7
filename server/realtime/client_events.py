"""The events a client may send, and their reading from JSON text.

Shapes follow OpenAI's Realtime reference (general availability, 2025); unknown fields are left alone, wrong ones are
refused with the field's name.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from animation.types import RATE
from models.errors import AudioInvalid, EventInvalid
from server.realtime.config import SessionPatch

LONGEST_AUDIO = 15 * RATE  # samples in one event


def _encodable(text: str) -> str:
    """JSON can name half a surrogate pair, which no text in UTF-8 can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("the text holds half of a surrogate pair") from None
    return text


Text = Annotated[str, AfterValidator(_encodable)]
ItemId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_\-]{1,64}$")]


class ClientEvent(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    event_id: str | None = None


class SessionUpdate(ClientEvent):
    session: SessionPatch


class AudioAppend(ClientEvent):
    audio: str


class AudioCommit(ClientEvent):
    pass


class AudioClear(ClientEvent):
    pass


class OutputAudioClear(ClientEvent):
    pass


class ContentPart(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    type: str
    text: Text | None = None
    audio: str | None = None
    image_url: str | None = None  # of input_image: a data: URL
    file_data: str | None = None  # of input_file: a data: URL


class NewItem(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    type: str
    role: str | None = None
    id: ItemId | None = None
    content: list[ContentPart] = []
    call_id: str | None = None
    output: Text | None = None


class ItemCreate(ClientEvent):
    item: NewItem
    previous_item_id: str | None = None


class ItemRetrieve(ClientEvent):
    item_id: str


class ItemDelete(ClientEvent):
    item_id: str


class ItemTruncate(ClientEvent):
    item_id: str
    content_index: Literal[0] = 0
    audio_end_ms: Annotated[int, Field(ge=0)]


class ResponseParams(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    instructions: Text | None = None
    conversation: str | None = None
    input: list[Any] | None = None
    output_modalities: list[str] | None = None
    metadata: dict[str, str] | None = None


class ResponseCreate(ClientEvent):
    response: ResponseParams | None = None


class ResponseCancel(ClientEvent):
    response_id: str | None = None


class LabelShown(ClientEvent):
    pass


class LabelHidden(ClientEvent):
    pass


class ConsentDecided(ClientEvent):
    purpose: Text
    version: Text
    given: bool


class Playhead(ClientEvent):
    pts: Annotated[int, Field(ge=0, lt=1 << 53)]
    turn: Annotated[int, Field(ge=0, lt=1 << 53)]
    underruns: Annotated[int, Field(ge=0, le=1000)] = 0  # since the report before


class Ping(ClientEvent):
    nonce: Annotated[int, Field(ge=0, lt=1 << 53)]


EVENTS: dict[str, type[ClientEvent]] = {
    "session.update": SessionUpdate,
    "input_audio_buffer.append": AudioAppend,
    "input_audio_buffer.commit": AudioCommit,
    "input_audio_buffer.clear": AudioClear,
    "output_audio_buffer.clear": OutputAudioClear,
    "conversation.item.create": ItemCreate,
    "conversation.item.retrieve": ItemRetrieve,
    "conversation.item.delete": ItemDelete,
    "conversation.item.truncate": ItemTruncate,
    "response.create": ResponseCreate,
    "response.cancel": ResponseCancel,
    "shuren.label.shown": LabelShown,
    "shuren.label.hidden": LabelHidden,
    "shuren.consent": ConsentDecided,
    "shuren.playhead": Playhead,
    "shuren.ping": Ping,
}


def parse_json(text: str, *, limit: int) -> dict[str, Any]:
    """A client's message as an object. Raises EventInvalid. `limit` is in UTF-8 bytes."""
    size = len(text) if len(text) > limit else len(text.encode("utf-8", "replace"))
    if size > limit:
        raise EventInvalid(
            f"The event is {size} bytes; at most {limit} are allowed.", hint="Send audio in pieces of a few 100 ms."
        )
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EventInvalid(f"The message is not JSON: {error}.") from None
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise EventInvalid('An event is a JSON object with a "type".')
    return value


def parse_event(value: dict[str, Any]) -> ClientEvent:
    """Check an event against its model. Raises EventInvalid."""
    kind = value["type"]
    model = EVENTS.get(kind)
    if model is None:
        raise EventInvalid(f"Unknown event type {kind[:80]!r}.", hint=f"Known: {', '.join(EVENTS)}")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EventInvalid(f"{kind}: {where}: {first['msg']}.") from None


def decode_audio(text: str) -> np.ndarray:
    """Base64 of 16-bit little-endian mono PCM at 24 kHz as int16 [n]. Raises AudioInvalid."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise AudioInvalid("The audio is not base64.") from None
    if not raw or len(raw) % 2:
        raise AudioInvalid(f"The audio has {len(raw)} bytes; 16-bit samples come in pairs of bytes.")
    if len(raw) // 2 > LONGEST_AUDIO:
        raise AudioInvalid(f"One event holds at most {LONGEST_AUDIO // RATE} s of audio.", hint="Send it in pieces.")
    return np.frombuffer(raw, dtype="<i2").astype(np.int16)
