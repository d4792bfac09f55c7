"""What a client may set in `session.update`, and the session object it gets back.

The echoed session is always the effective one: a setting that has no effect here (tools, instructions, voice: a
persona's pack decides those) is not echoed as if it had, but listed in `shuren.ignored`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from animation.types import RATE
from avatar.listening import BargeIn, Listening
from models.errors import AudioInvalid, EventInvalid

SPEEDS = (0.5, 1.5)  # times the persona's own
PROTOCOL = 1  # grows when something that was there changes its meaning; what is new is a capability
CAPABILITIES = (
    "animation", "binary", "captions", "cards", "files", "functions", "listening", "ping", "puppet", "resume", "stage",
)  # fmt: skip
PCM = {"type": "audio/pcm", "rate": RATE}


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class TurnDetection(_Part):
    type: Literal["server_vad", "semantic_vad"] | None = None
    create_response: bool | None = None
    interrupt_response: bool | None = None
    threshold: float | None = Field(None, gt=0, lt=1)
    silence_duration_ms: float | None = Field(None, ge=100, le=10_000)
    eagerness: Literal["low", "medium", "high", "auto"] | None = None


class AudioFormat(_Part):
    type: str = "audio/pcm"
    rate: int = RATE


class Transcription(_Part):
    """Only whether it is wanted matters: the ears' recogniser is the service's choice."""


class AudioInput(_Part):
    format: AudioFormat | None = None
    transcription: Transcription | None = None
    turn_detection: TurnDetection | None = None


class AudioOutput(_Part):
    format: AudioFormat | None = None
    speed: float | None = None


class Audio(_Part):
    input: AudioInput | None = None
    output: AudioOutput | None = None


class ListeningPatch(_Part):
    """What OpenAI's events have no field for; see `avatar.listening`."""

    barge_in: BargeIn | None = None
    wake_word: bool | None = None
    min_speech_ms: float | None = Field(None, ge=32, le=1000)
    noise_floor: float | None = Field(None, ge=-90, le=0)
    near_field: bool | None = None
    one_speaker: bool | None = None


class Extension(_Part):
    animation: bool | None = None
    files: bool | None = None  # the client can send pictures and documents
    listening: ListeningPatch | None = None


class SessionPatch(_Part):
    """The `session` of a `session.update`; every field may be left out."""

    type: str = "realtime"
    output_modalities: list[str] | None = None
    audio: Audio | None = None
    tools: list[dict[str, Any]] | None = None
    shuren: Extension | None = None


@dataclass(frozen=True)
class Config:
    """The effective settings of one session."""

    persona: str
    voice: str
    recogniser: str
    label: str
    label_en: str
    identity_code: str = ""
    turn_detection: Literal["server_vad", "semantic_vad"] | None = "server_vad"
    create_response: bool = True
    interrupt_response: bool = True
    transcription: bool = True
    speed: float = 1.0
    listening: Listening = Listening()
    animation: bool | None = None  # None: as the subprotocol brings it
    files: bool = False  # whether the client can send any
    callable: frozenset[str] = frozenset()  # functions the client may answer
    tools: tuple[dict[str, Any], ...] = ()  # those it offers to
    ignored: tuple[str, ...] = ()

    def merge(self, patch: SessionPatch) -> Config:
        """The settings after an update. Raises EventInvalid or AudioInvalid, and then nothing changes."""
        if patch.type != "realtime":
            raise EventInvalid(f"A session of type {patch.type!r} is not offered.", hint='Use "realtime".')
        if patch.output_modalities not in (None, ["audio"]):
            raise EventInvalid(
                'output_modalities can only be ["audio"].', hint="The text comes as response.output_audio_transcript.*"
            )
        merged = replace(self, ignored=tuple(_ignored(patch)))
        if patch.tools is not None:
            merged = merged._with_tools(patch.tools)
        audio = patch.audio or Audio()
        if audio.input is not None:
            merged = merged._with_input(audio.input)
        if audio.output is not None:
            _check_format("output", audio.output.format)
            merged = replace(merged, speed=_speed(audio.output.speed, merged.speed))
        if patch.shuren is not None and patch.shuren.animation is not None:
            merged = replace(merged, animation=patch.shuren.animation)
        if patch.shuren is not None and patch.shuren.files is not None:
            merged = replace(merged, files=patch.shuren.files)
        if patch.shuren is not None and patch.shuren.listening is not None:
            merged = merged._with_listening(patch.shuren.listening)
        return merged

    def _with_tools(self, given: list[dict[str, Any]]) -> Config:
        """A persona's pack says which tools it uses; a client may offer to answer some of them."""
        if not all(isinstance(tool.get("name"), str) for tool in given):
            raise EventInvalid("Each tool has a name.", hint='{"type": "function", "name": …, "parameters": …}')
        taken = [tool for tool in given if tool.get("type") == "function" and tool["name"] in self.callable]
        left = [f"tools.{tool['name'][:80]}" for tool in given if tool not in taken] if taken else ["tools"]
        return replace(self, tools=tuple(taken), ignored=(*self.ignored, *(left if given else ())))

    def _with_listening(self, given: ListeningPatch) -> Config:
        fields = {name: getattr(given, name) for name in given.model_fields_set & set(ListeningPatch.model_fields)}
        learnt = {name: value for name, value in fields.items() if value is not None or name == "noise_floor"}
        return replace(self, listening=replace(self.listening, **learnt))

    def _with_input(self, given: AudioInput) -> Config:
        _check_format("input", given.format)
        merged = self
        if "transcription" in given.model_fields_set:
            merged = replace(merged, transcription=given.transcription is not None)
        if "turn_detection" not in given.model_fields_set:
            return merged
        if given.turn_detection is None:
            return replace(merged, turn_detection=None)
        wanted = given.turn_detection
        return replace(
            merged,
            listening=_with_turns(merged.listening, wanted),
            turn_detection=wanted.type or merged.turn_detection or "server_vad",
            create_response=_or(wanted.create_response, merged.create_response),
            interrupt_response=_or(wanted.interrupt_response, merged.interrupt_response),
        )

    def as_session(self, session_id: str) -> dict[str, Any]:
        """The session object of `session.created` and `session.updated`."""
        return {
            "type": "realtime",
            "object": "realtime.session",
            "id": session_id,
            "model": self.persona,
            "instructions": "",
            "output_modalities": ["audio"],
            "tools": list(self.tools),
            "tool_choice": "auto" if self.tools else "none",
            "max_output_tokens": "inf",
            "tracing": None,
            "truncation": "auto",
            "prompt": None,
            "include": None,
            "audio": {
                "input": {
                    "format": PCM,
                    "noise_reduction": None,
                    "transcription": {"model": self.recogniser} if self.transcription else None,
                    "turn_detection": self._turn_detection(),
                },
                "output": {"format": PCM, "voice": self.voice, "speed": self.speed},
            },
            "shuren": {
                "protocol": PROTOCOL,
                "capabilities": list(CAPABILITIES),
                "persona": self.persona,
                "label": self.label,
                "label_en": self.label_en,
                **({"identity_code": self.identity_code} if self.identity_code else {}),
                "animation": bool(self.animation),
                "files": self.files,
                "listening": self._listening(),
                "ignored": list(self.ignored),
            },
        }

    def _listening(self) -> dict[str, Any]:
        return {name: getattr(self.listening, name) for name in ListeningPatch.model_fields}

    def _turn_detection(self) -> dict[str, Any] | None:
        if self.turn_detection is None:
            return None
        return {
            "type": self.turn_detection,
            "create_response": self.create_response,
            "interrupt_response": self.interrupt_response,
        } | {name: value for name, value in self._turn_ends().items() if value is not None}

    def _turn_ends(self) -> dict[str, Any]:
        """What was set of when a turn ends, in OpenAI's names."""
        if self.turn_detection == "semantic_vad":
            return {"eagerness": self.listening.eagerness if self.listening.eagerness != "auto" else None}
        return {"threshold": self.listening.threshold, "silence_duration_ms": self.listening.silence_ms}


def _with_turns(listening: Listening, wanted: TurnDetection) -> Listening:
    """When a turn ends, as OpenAI's fields say it. null goes back to what Shuren has measured."""
    given = wanted.model_fields_set
    if "threshold" in given:
        listening = replace(listening, threshold=wanted.threshold)
    if "silence_duration_ms" in given:
        listening = replace(listening, silence_ms=wanted.silence_duration_ms)
    if "eagerness" in given:
        eagerness = {"low": "low", "high": "high"}.get(wanted.eagerness or "", "auto")
        listening = replace(listening, eagerness=eagerness)
    return listening


def _check_format(which: str, given: AudioFormat | None) -> None:
    if given is not None and given.model_dump() != PCM:
        raise AudioInvalid(
            f"The {which} audio format can only be audio/pcm at {RATE} Hz, not {given.type!r} at {given.rate} Hz.",
            hint="16-bit little-endian mono PCM, base64 in JSON events.",
        )


def _speed(given: float | None, old: float) -> float:
    if given is not None and not SPEEDS[0] <= given <= SPEEDS[1]:
        raise EventInvalid(
            f"A speed of {given:g} is not offered.",
            hint=f"Give {SPEEDS[0]} to {SPEEDS[1]}; 0.8 suits elderly listeners.",
        )
    return old if given is None else given


# Echoed with the value a client sends or with their only value: naming them would be noise.
_UNREMARKABLE = {"audio.input.format", "audio.output.format", "audio.input.noise_reduction"}


def _ignored(part: BaseModel, path: str = "") -> Iterator[str]:
    """Dotted names of what was sent, is not null, and has no effect."""
    for name, value in (part.model_extra or {}).items():
        if value is not None and path + name not in _UNREMARKABLE:
            yield path + name
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, BaseModel) and path + name not in _UNREMARKABLE:
            yield from _ignored(value, f"{path}{name}.")


def _or(given: bool | None, old: bool) -> bool:
    return old if given is None else given
