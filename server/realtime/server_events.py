"""Every event the service sends, with what it always holds. `asyncapi.py` publishes it; a test holds the code to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Told:
    """One server event: what it means, and the JSON Schema of each field that is always there."""

    summary: str
    fields: Mapping[str, Any]
    on_stage: bool = False  # followers of a stage get it too
    maybe: Mapping[str, Any] = field(default_factory=dict)  # of fields that are there only where there is something


TEXT, WHOLE, NUMBER, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}
THING, LIST, MAYBE = {"type": "object"}, {"type": "array"}, {"type": ["string", "null"]}
NAMES = {"type": "array", "items": TEXT}
ITEM = {"item": THING, "previous_item_id": MAYBE}
HEARD = {"item_id": TEXT, "content_index": WHOLE}
OUTPUT = {"response_id": TEXT, "output_index": WHOLE, "item": THING}
PART = {"response_id": TEXT, "item_id": TEXT, "output_index": WHOLE, "content_index": WHOLE}
CALL = {"response_id": TEXT, "item_id": TEXT, "output_index": WHOLE, "call_id": TEXT}
MOMENT = {"turn": WHOLE, "item_id": TEXT}
ASR = "conversation.item.input_audio_transcription"

SERVER_EVENTS: dict[str, Told] = {
    "session.created": Told("The first event: the effective session.", {"session": THING}),
    "session.updated": Told("The effective session after `session.update`.", {"session": THING}),
    "error": Told("What could not be done, and why; the socket stays.", {"error": THING}, on_stage=True),
    "input_audio_buffer.speech_started": Told("A voice is heard.", {"item_id": TEXT, "audio_start_ms": WHOLE}),
    "input_audio_buffer.speech_stopped": Told("The voice has ended.", {"item_id": TEXT, "audio_end_ms": WHOLE}),
    "input_audio_buffer.committed": Told("The audio is an item.", {"item_id": TEXT, "previous_item_id": MAYBE}),
    "input_audio_buffer.cleared": Told("The audio was forgotten.", {}),
    "conversation.item.added": Told("An item began.", ITEM),
    "conversation.item.done": Told("An item has its final form; once for each.", ITEM),
    "conversation.item.retrieved": Told("The item asked for.", {"item": THING}),
    "conversation.item.deleted": Told("An answer was forgotten.", {"item_id": TEXT}),
    "conversation.item.truncated": Told(
        "An answer was cut at what was heard.", {"item_id": TEXT, "content_index": WHOLE, "audio_end_ms": WHOLE}
    ),
    f"{ASR}.delta": Told("More of what the person says; it only grows.", HEARD | {"delta": TEXT}),
    f"{ASR}.completed": Told("What the person said.", HEARD | {"transcript": TEXT}),
    f"{ASR}.failed": Told("It could not be understood.", HEARD | {"error": THING}),
    "response.created": Told("An answer begins; one at a time.", {"response": THING}),
    "response.output_item.added": Told("The answer has something to say, or to ask of the client.", OUTPUT),
    "response.output_item.done": Told("That is over.", OUTPUT),
    "response.content_part.added": Told("Its voice begins.", PART | {"part": THING}),
    "response.content_part.done": Told("Its voice is over.", PART | {"part": THING}),
    "response.output_audio.delta": Told("Voice, base64 PCM16 at 24 kHz.", PART | {"delta": TEXT}, on_stage=True),
    "response.output_audio.done": Told("No more voice.", PART),
    "response.output_audio_transcript.delta": Told("What she says; it only grows.", PART | {"delta": TEXT}),
    "response.output_audio_transcript.done": Told("All she said.", PART | {"transcript": TEXT}),
    "response.function_call_arguments.delta": Told("What the client is asked.", CALL | {"delta": TEXT}),
    "response.function_call_arguments.done": Told(
        "All of it; the client answers with a `function_call_output`.", CALL | {"name": TEXT, "arguments": TEXT}
    ),
    "response.done": Told("The answer is over; once for each.", {"response": THING}),
    "shuren.label.required": Told(
        "Show this, all the time.", {"text": TEXT, "text_en": TEXT}, on_stage=True, maybe={"identity_code": TEXT}
    ),
    "shuren.resumed": Told(
        "The first event after a lost connection; what was missed follows the label.",
        {"session": THING, "seq": WHOLE, "missed": WHOLE, "complete": FLAG},
    ),
    "shuren.animation.header": Told(
        "How to read frames.",
        {"shapes": NAMES, "joints": NAMES, "hands": NAMES, "fps": WHOLE, "rate": WHOLE},
        on_stage=True,
    ),
    "shuren.animation.delta": Told(
        "Frames, base64.", {"turn": WHOLE, "seq": WHOLE, "pts": WHOLE, "n": WHOLE, "frames": TEXT}, on_stage=True
    ),
    "shuren.state": Told("What she does.", {"state": TEXT, "turn": WHOLE, "pts": WHOLE}, on_stage=True),
    "shuren.sentence": Told(
        "A sentence is about to be spoken.",
        MOMENT | {"text": TEXT, "language": TEXT, "source": TEXT, "citations": LIST, "handoff": FLAG},
        on_stage=True,
    ),
    "shuren.caption": Told("When its words are heard.", MOMENT | {"pts": WHOLE, "words": LIST}, on_stage=True),
    "shuren.interrupted": Told("Stop this turn.", MOMENT | {"pts": WHOLE, "final": FLAG}, on_stage=True),
    "shuren.pong": Told("What a `shuren.ping` gets back.", {"nonce": WHOLE, "frames_dropped": WHOLE}),
    "shuren.timings": Told("Milliseconds by stage of the turn.", {"turn": WHOLE}),
    "shuren.card": Told("Show a card beside her.", {"card": THING}, on_stage=True),
}
