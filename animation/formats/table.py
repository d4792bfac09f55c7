"""CSV as the Live Link Face app writes it, which Unreal, Blender and Maya importers read.

    Timecode,BlendShapeCount,EyeBlinkLeft,…,TongueOut,HeadYaw,HeadPitch,HeadRoll,LeftEyeYaw,…

Names are those of ARKit with a capital. The app puts JawRight before JawLeft and MouthRight before MouthLeft, unlike
the packets it sends; importers go by name or by place, so both are kept. Angles are in radians.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from animation.formats.livelink import CHANNELS, channel_values
from animation.types import FPS, SAMPLES_PER_FRAME, Frames
from models.errors import ClipInvalid

_SWAPPED = {"jawLeft": "jawRight", "jawRight": "jawLeft", "mouthLeft": "mouthRight", "mouthRight": "mouthLeft"}
ORDER: tuple[str, ...] = tuple(_SWAPPED.get(name, name) for name in CHANNELS)
COLUMNS: tuple[str, ...] = ("Timecode", "BlendShapeCount", *(name[0].upper() + name[1:] for name in ORDER))
_PLACES = [CHANNELS.index(name) for name in ORDER]


def write_table(path: Path | str, frames: Frames) -> None:
    """One row a frame, five decimals. Raises OSError."""
    values = channel_values(frames)[:, _PLACES]
    first = frames.pts // SAMPLES_PER_FRAME
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for k, row in enumerate(values):
            rows.writerow([_timecode(first + k), len(CHANNELS), *(f"{value:.5f}" for value in row)])


def read_table(path: Path | str) -> np.ndarray:
    """float32 [n, 61] in the order of `livelink.CHANNELS`, whatever the order of the columns; missing ones are 0.

    Raises ClipInvalid naming the row that is wrong.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            places = {name[:1].lower() + name[1:]: name for name in reader.fieldnames or ()}
            if not set(places) & set(CHANNELS):
                raise ClipInvalid(f"{path} has no column of a Live Link Face recording.")
            rows = [_values(row, places, path, reader.line_num) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ClipInvalid(f"Cannot read {path}: {error}.") from error
    return np.array(rows, np.float32).reshape(-1, len(CHANNELS))


def _values(row: dict[str, str], places: dict[str, str], path: Path | str, line: int) -> list[float]:
    try:
        return [float(row.get(places[name]) or 0.0) if name in places else 0.0 for name in CHANNELS]
    except ValueError as error:
        raise ClipInvalid(f"{path}, line {line}: {error}.") from error


def _timecode(frame: int) -> str:
    """HH:MM:SS:FF.mmm, frames counted within the second; the app writes thousandths of a frame after the point."""
    seconds, rest = divmod(frame, FPS)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}:{rest:02}.000"
