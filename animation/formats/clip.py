"""A performance kept in a file, `.shuren`: what a client received, message for message.

    magic "SHUREN1\\n", then records: length u32 little-endian, kind u8 ("j" JSON text, "b" binary message), content

The first record is a JSON header (`ClipHeader`). After it come the wire's own messages (docs/protocol.md): events as
JSON, audio and frames as binary. A recorder may append while a conversation goes on; if it is cut off, everything up to
the last whole record is still there.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np

from animation import codec
from animation.types import FIELDS, FPS, HANDS, JOINTS, RATE, SAMPLES_PER_FRAME, SHAPES, Frames
from models.errors import ClipInvalid

MAGIC = b"SHUREN1\n"
LABEL = "数字人 · 内容由AI生成"
_HEAD = struct.Struct("<Ic")
_JSON, _BINARY = b"j", b"b"
RECORD_LIMIT = 1 << 24  # bytes; a longer record is damage


@dataclass(frozen=True)
class ClipHeader:
    """What a player must know before the first message. `label` is to be shown: the content is generated."""

    avatar: str = ""
    persona: str = ""
    text: str = ""
    label: str = LABEL
    rate: int = RATE
    fps: int = FPS
    shapes: tuple[str, ...] = SHAPES
    joints: tuple[str, ...] = JOINTS
    hands: tuple[str, ...] = HANDS
    made: dict[str, Any] = field(default_factory=dict)  # program, voice, date …
    aigc: dict[str, str] = field(default_factory=dict)  # the implicit label of GB 45438-2025


@dataclass(frozen=True)
class Clip:
    """A clip in memory.

    pcm: int16 [samples] at RATE, from the first frame's pts on. events: JSON events in the order they came.
    truncated: the file ended within a record.
    """

    header: ClipHeader
    frames: Frames
    pcm: np.ndarray
    events: tuple[dict[str, Any], ...] = ()
    truncated: bool = False

    @property
    def seconds(self) -> float:
        return len(self.frames) / FPS


class ClipWriter:
    """Writes a clip record by record; each is on its way to the disk when the call returns.

    Raises OSError when the disk is full or the path cannot be written; what was written before stays readable.
    """

    def __init__(self, path: Path | str, header: ClipHeader) -> None:
        self._file: BinaryIO = open(path, "wb")  # noqa: SIM115 (closed in close)
        self._file.write(MAGIC)
        self.event({"type": "shuren.clip"} | asdict(header))

    def event(self, event: dict[str, Any]) -> None:
        """Append a JSON event."""
        self._record(_JSON, json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))

    def message(self, message: bytes) -> None:
        """Append a binary message of the wire."""
        self._record(_BINARY, message)

    def close(self) -> None:
        self._file.close()

    def _record(self, kind: bytes, content: bytes) -> None:
        self._file.write(_HEAD.pack(len(content), kind) + content)
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def write_clip(path: Path | str, clip: Clip, *, batch: int = 8) -> None:
    """Write a whole performance: audio and frames interleaved in messages of `batch` frames."""
    with ClipWriter(path, clip.header) as writer:
        for event in clip.events:
            writer.event(event)
        frames, seq = clip.frames, 0
        for first in range(0, len(frames), batch):
            part = frames[first : first + batch]
            start = first * SAMPLES_PER_FRAME
            pcm = clip.pcm[start : start + len(part) * SAMPLES_PER_FRAME]
            if len(pcm):
                writer.message(codec.encode_audio(pcm, turn=1, seq=seq, pts=part.pts, first=not first))
                seq += 1
            writer.message(codec.encode_frames(part, turn=1, seq=seq, first=not first))
            seq += 1


def read_records(path: Path | str) -> Iterator[dict[str, Any] | bytes]:
    """Every whole record: events as dicts (the header first), messages as bytes. Raises ClipInvalid."""
    with _opened(path) as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise ClipInvalid(
                f"{path} is no clip of Shuren.", hint="Clips end in .shuren; `shuren clip make` makes them."
            )
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            size, kind = _HEAD.unpack(head)
            if size > RECORD_LIMIT or kind not in (_JSON, _BINARY):
                raise ClipInvalid(f"{path} is damaged: a record of {size} bytes of kind {kind!r}.")
            content = file.read(size)
            if len(content) < size:
                return
            yield content if kind == _BINARY else _event(content, path)


def read_clip(path: Path | str) -> Clip:
    """The clip as frames and sound. What an interruption took back is left out; gaps in the sound are silence, gaps
    between frames hold the last one. Raises ClipInvalid."""
    records = read_records(path)
    header = _header(next(records, None), path)
    events: list[dict[str, Any]] = []
    runs: list[tuple[int, Frames]] = []
    sounds: list[tuple[int, int, np.ndarray]] = []
    for record in records:
        if isinstance(record, dict):
            events.append(record)
            if record.get("type") == "shuren.interrupted":
                turn, pts = int(record["turn"]), int(record["pts"])
                runs = [(t, run) for t, whole in runs if len(run := _before(whole, pts))]
                sounds = [(t, at, pcm[: max(0, pts - at)] if t == turn else pcm) for t, at, pcm in sounds]
            continue
        message = codec.decode(record)
        if message.frames is not None:
            runs.append((message.turn, message.frames))
        elif message.pcm is not None:
            sounds.append((message.turn, message.pts, message.pcm))
    if not runs:
        raise ClipInvalid(f"{path} holds no animation.")
    frames = _gathered([run for _, run in runs])
    return Clip(header, frames, _mixed(sounds, frames), tuple(events), _truncated(path))


def _gathered(runs: list[Frames]) -> Frames:
    """One run of frames from pts 0; where two say something about the same time the later one counts."""
    start = min(run.pts for run in runs) // SAMPLES_PER_FRAME
    stop = max(run.pts // SAMPLES_PER_FRAME + len(run) for run in runs)
    source = np.full(stop - start, -1)
    offset = 0
    for run in runs:
        at = run.pts // SAMPLES_PER_FRAME - start
        source[at : at + len(run)] = np.arange(offset, offset + len(run))
        offset += len(run)
    filled = np.flatnonzero(source >= 0)
    chosen = source[filled[np.searchsorted(filled, np.arange(len(source)), side="right") - 1]]
    fields = (np.concatenate([getattr(run, field) for run in runs])[chosen] for field in FIELDS)
    return Frames(start * SAMPLES_PER_FRAME, *fields)


def _mixed(sounds: list[tuple[int, int, np.ndarray]], frames: Frames) -> np.ndarray:
    pcm = np.zeros(len(frames) * SAMPLES_PER_FRAME, np.int16)
    for _, at, part in sounds:
        start = at - frames.pts
        part = part[max(0, -start) :]
        start = max(0, start)
        part = part[: max(0, len(pcm) - start)]
        pcm[start : start + len(part)] = part
    return pcm


def _before(frames: Frames, pts: int) -> Frames:
    return frames[: max(0, -(-(pts - frames.pts) // SAMPLES_PER_FRAME))]


def _opened(path: Path | str) -> BinaryIO:
    try:
        return open(path, "rb")
    except OSError as error:
        raise ClipInvalid(f"Cannot read {path}: {error.strerror}.") from error


def _event(content: bytes, path: Path | str) -> dict[str, Any]:
    try:
        event = json.loads(content)
    except ValueError as error:
        raise ClipInvalid(f"{path} is damaged: an event is no JSON.") from error
    if not isinstance(event, dict):
        raise ClipInvalid(f"{path} is damaged: an event is no object.")
    return event


def _header(record: Any, path: Path | str) -> ClipHeader:
    if not isinstance(record, dict) or record.get("type") != "shuren.clip":
        raise ClipInvalid(f"{path} does not begin with a header.")
    known = {name: record[name] for name in ClipHeader.__dataclass_fields__ if name in record}
    header = ClipHeader(**{k: tuple(v) if isinstance(v, list) else v for k, v in known.items()})
    if (header.shapes, header.joints, header.hands) != (SHAPES, JOINTS, HANDS):
        raise ClipInvalid(f"{path} was recorded with other channels.", hint="Record it again with this version.")
    return header


def _truncated(path: Path | str) -> bool:
    with _opened(path) as file:
        file.seek(len(MAGIC))
        end = Path(path).stat().st_size
        while file.tell() + _HEAD.size <= end:
            size, _ = _HEAD.unpack(file.read(_HEAD.size))
            file.seek(size, 1)
        return file.tell() != end
