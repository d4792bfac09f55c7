"""What each client event does. A handler raises ShurenError where the event cannot be carried out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from avatar.events import InputFinal
from models import telemetry
from models.errors import AudioInvalid, EventInvalid, FileNotAsked, NothingToCancel, UnsupportedInstructions
from server.realtime import client_events as client
from server.realtime import files, wire
from server.realtime.config import Config
from server.realtime.host import Host, LiveSession
from server.realtime.ids import new_id
from server.realtime.translate import Translator
from server.storage.consents import Consents

Handler = Callable[["Talk", Any], Awaitable[None]]
HANDLERS: dict[type[client.ClientEvent], Handler] = {}

LONGEST_TEXT = 4000  # characters of one typed message


@dataclass
class Talk:
    """One connection's state, shared by its handlers."""

    host: Host
    session: LiveSession
    config: Config
    translator: Translator
    emit: Callable[[Iterable[wire.Event]], None]
    consents: Consents = field(default_factory=Consents)
    binary: bool = False  # of the connection: frames come unless the client says otherwise
    frames_dropped: Callable[[], int] = lambda: 0  # for the connection's slowness
    label_shown: bool = False
    label_hidden: bool = False  # it was shown and taken away: no voice either, whatever client it is
    on_label_hidden: Callable[[], None] = lambda: None
    uncommitted: int = 0  # samples pushed since the last commit or clear

    @property
    def animation(self) -> bool:
        """Whether the client wants frames."""
        return self.binary if self.config.animation is None else self.config.animation

    def as_session(self) -> dict[str, Any]:
        """The session object clients get."""
        session = self.config.as_session(self.session.id)
        session["shuren"] |= {"animation": self.animation, "consent": self.consents.as_session()}
        return session


def on(kind: type[client.ClientEvent]) -> Callable[[Handler], Handler]:
    """Register the handler of one client event."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


@on(client.SessionUpdate)
async def update_session(talk: Talk, event: client.SessionUpdate) -> None:
    merged = talk.config.merge(event.session)
    talk.session.set_listening(merged.listening)  # first: it may be refused, and then nothing changes
    talk.config = merged
    if talk.session.tools:
        talk.session.tools.offer([tool["name"] for tool in merged.tools])
    talk.translator.utterances.transcription = merged.transcription
    talk.session.set_turn_detection(
        enabled=merged.turn_detection is not None,
        create_response=merged.create_response,
        interrupt_response=merged.interrupt_response,
    )
    talk.session.set_speed(merged.speed)
    talk.session.files.offered = merged.files
    talk.emit([wire.event("session.updated", session=talk.as_session())])


# --- audio in ---------------------------------------------------------------------------------------------------------


@on(client.AudioAppend)
async def append_audio(talk: Talk, event: client.AudioAppend) -> None:
    talk.consents.need("mic_asr")
    pcm = client.decode_audio(event.audio)
    talk.uncommitted += len(pcm)
    telemetry.sound(pcm)
    await talk.session.push_audio(pcm)


@on(client.AudioCommit)
async def commit_audio(talk: Talk, event: client.AudioCommit) -> None:
    if not talk.uncommitted:
        raise AudioInvalid("There is no audio to commit.", hint="Append some first.")
    talk.uncommitted = 0
    item = await talk.session.commit_audio()
    talk.emit(talk.translator.utterances.committed(item))


@on(client.AudioClear)
async def clear_audio(talk: Talk, event: client.AudioClear) -> None:
    talk.uncommitted = 0
    talk.session.clear_audio()
    talk.emit([wire.event("input_audio_buffer.cleared")])


@on(client.OutputAudioClear)
async def clear_output(talk: Talk, event: client.OutputAudioClear) -> None:
    raise EventInvalid(
        "output_audio_buffer.clear is for WebRTC, where the server holds the audio being played.",
        hint="Over a WebSocket send response.cancel, and conversation.item.truncate with what was heard.",
    )


# --- items ------------------------------------------------------------------------------------------------------------


@on(client.ItemCreate)
async def create_item(talk: Talk, event: client.ItemCreate) -> None:
    item = event.item
    items = talk.translator.items
    if item.type == "function_call_output":
        return _take_output(talk, item)
    if item.type != "message" or item.role != "user":
        raise EventInvalid(
            f"Only messages of the user can be added, not {item.type} of {item.role}.",
            hint="What a persona knows and how it behaves is set by its pack.",
        )
    if item.id is not None and item.id in items:
        raise EventInvalid(f"There is already an item {item.id}.")
    if event.previous_item_id not in (None, items.last):
        raise EventInvalid("Items can only be added at the end.", hint="Leave previous_item_id out.")
    kinds = {part.type for part in item.content}
    if kinds == {"input_text"}:
        await _add_text(talk, item)
    elif kinds == {"input_audio"}:
        await _add_audio(talk, item)
    elif kinds in ({"input_image"}, {"input_file"}) and len(item.content) == 1:
        await _add_file(talk, item)
    else:
        good = "input_text, input_audio, or one input_image or input_file"
        raise EventInvalid(f"The content must be {good}, not {sorted(kinds) or 'empty'}.")


def _take_output(talk: Talk, item: client.NewItem) -> None:
    if item.call_id is None or item.output is None:
        raise EventInvalid("A function_call_output has a call_id and an output.")
    if talk.session.tools is None:
        raise EventInvalid(f"No function call {item.call_id[:80]!r} waits for its output.")
    talk.session.tools.answer(item.call_id, item.output)
    talk.emit(talk.translator.returned(item.call_id, item.id or new_id("item"), item.output))


async def _add_text(talk: Talk, item: client.NewItem) -> None:
    text = "\n".join(part.text or "" for part in item.content).strip()
    if not text or len(text) > LONGEST_TEXT:
        raise EventInvalid(f"A text message has 1 to {LONGEST_TEXT} characters, not {len(text)}.")
    item_id = await talk.session.add_text(text, item.id or new_id("item"))
    talk.emit(talk.translator.typed(item_id, text))


async def _add_audio(talk: Talk, item: client.NewItem) -> None:
    talk.consents.need("mic_asr")
    pcm = client.decode_audio("".join(part.audio or "" for part in item.content))
    item_id = item.id or new_id("item")
    heard = await talk.host.transcribe(pcm, talk.config.persona)
    if heard.text.strip():
        await talk.session.add_text(heard.text, item_id)
    final = InputFinal(
        item_id, heard.text, heard.language, heard.confidence, original=heard.original, words=heard.words
    )
    talk.emit(talk.translator.spoken(final))


async def _add_file(talk: Talk, item: client.NewItem) -> None:
    """What a procedure asked for. It stands in the talk as a mark, which answers her."""
    (part,) = item.content
    kind = "photo" if part.type == "input_image" else "document"
    wanted = talk.session.files.wanted
    if wanted is None or wanted.kind != kind:  # before it is looked at
        raise FileNotAsked(f"Nobody asked for a {kind}.", hint="Wait for the shuren.card of kind file.")
    url = part.image_url if kind == "photo" else part.file_data
    file = await asyncio.to_thread(files.photo if kind == "photo" else files.document, url or "")
    mark = talk.session.files.keep(file.content, file.media_type, kind)
    talk.emit(talk.translator.typed(await talk.session.add_text(mark, item.id or new_id("item")), mark))


@on(client.ItemRetrieve)
async def retrieve_item(talk: Talk, event: client.ItemRetrieve) -> None:
    talk.emit([wire.event("conversation.item.retrieved", item=_known(talk, event.item_id).item)])


@on(client.ItemDelete)
async def delete_item(talk: Talk, event: client.ItemDelete) -> None:
    entry = _known(talk, event.item_id)
    if entry.role != "assistant" or not entry.done:
        raise EventInvalid(
            "Only answers that are over can be deleted: what a person said has already been answered.",
            hint="Start a new session to forget everything.",
        )
    await talk.session.truncate(*talk.translator.calls.place(event.item_id, 0))
    talk.translator.items.remove(event.item_id)
    talk.emit([wire.event("conversation.item.deleted", item_id=event.item_id)])


@on(client.ItemTruncate)
async def truncate_item(talk: Talk, event: client.ItemTruncate) -> None:
    entry = _known(talk, event.item_id)
    if entry.role != "assistant":
        raise EventInvalid("Only answers can be truncated.")
    if entry.done and event.audio_end_ms > entry.audio_ms + 1:
        raise EventInvalid(f"The answer has {entry.audio_ms:.0f} ms of audio, not {event.audio_end_ms}.")
    await talk.session.truncate(*talk.translator.calls.place(event.item_id, event.audio_end_ms))
    if entry.done:
        talk.translator.items.truncate(event.item_id, event.audio_end_ms)
    fields = {"item_id": event.item_id, "content_index": 0, "audio_end_ms": event.audio_end_ms}
    talk.emit([wire.event("conversation.item.truncated", **fields)])


def _known(talk: Talk, item_id: str):
    entry = talk.translator.items.get(item_id)
    if entry is None:
        raise EventInvalid(f"There is no item {item_id[:80]!r} in this conversation.")
    return entry


# --- responses --------------------------------------------------------------------------------------------------------


@on(client.ResponseCreate)
async def create_response(talk: Talk, event: client.ResponseCreate) -> None:
    params = event.response or client.ResponseParams()
    if params.conversation not in (None, "auto") or params.input:
        raise EventInvalid("Answers outside the conversation are not offered.", hint="Leave out `input`.")
    if params.output_modalities not in (None, ["audio"]):
        raise EventInvalid('output_modalities can only be ["audio"].')
    if (params.instructions or "").strip():  # a client is not the operator: its words would bypass pack and guard
        raise UnsupportedInstructions(
            "A client cannot instruct a persona: her pack says how she answers.",
            hint="Leave out `instructions`. Operators set a mood or have her say a text by REST (docs/api.md).",
        )
    if talk.translator.calls.answered:
        return talk.emit(talk.translator.go_on(params.metadata))
    talk.translator.next_metadata = params.metadata
    try:
        await talk.session.respond()
    except Exception:
        talk.translator.next_metadata = None
        raise


@on(client.ResponseCancel)
async def cancel_response(talk: Talk, event: client.ResponseCancel) -> None:
    answer = talk.translator.answer
    if event.response_id is not None and (answer is None or answer.id != event.response_id):
        raise NothingToCancel(f"The response {event.response_id[:80]!r} is not under way.")
    if not await talk.session.cancel():
        raise NothingToCancel("No answer is under way.")


# --- Shuren's own -----------------------------------------------------------------------------------------------------


@on(client.LabelShown)
async def label_shown(talk: Talk, event: client.LabelShown) -> None:
    talk.label_shown, talk.label_hidden = True, False
    talk.session.label_shown()


@on(client.LabelHidden)
async def label_hidden(talk: Talk, event: client.LabelHidden) -> None:
    """No media until it is shown again, which is asked for at once."""
    if not talk.label_shown:
        return
    talk.label_shown, talk.label_hidden = False, True
    talk.on_label_hidden()
    await talk.session.cancel()
    talk.emit([wire.label_required(talk.config.label, talk.config.label_en, talk.config.identity_code)])


@on(client.ConsentDecided)
async def decide_consent(talk: Talk, event: client.ConsentDecided) -> None:
    talk.consents.decide(event.purpose, event.version, event.given)
    if event.purpose == "mic_asr" and not event.given:
        talk.uncommitted = 0
        talk.session.clear_audio()
    talk.emit([wire.event("session.updated", session=talk.as_session())])


@on(client.Playhead)
async def playhead(talk: Talk, event: client.Playhead) -> None:
    talk.session.playhead(event.pts, event.turn)
    if event.underruns:
        telemetry.note("underrun", "client", event.underruns)


@on(client.Ping)
async def ping(talk: Talk, event: client.Ping) -> None:
    """Answered behind all that waits to be sent: the time it takes is that of voice and frames."""
    talk.emit([wire.event("shuren.pong", nonce=event.nonce, frames_dropped=talk.frames_dropped())])
