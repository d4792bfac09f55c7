"""CSV for importers of the Live Link Face app."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from animation.formats.livelink import channel_values
from animation.formats.table import read_table, write_table
from models.errors import ClipInvalid
from tests.formats.someone import somebody


def test_the_header_is_that_of_the_app(tmp_path: Path) -> None:
    write_table(tmp_path / "a.csv", somebody(2))
    lines = (tmp_path / "a.csv").read_text().splitlines()
    columns = lines[0].split(",")
    assert columns[:5] == ["Timecode", "BlendShapeCount", "EyeBlinkLeft", "EyeLookDownLeft", "EyeLookInLeft"]
    assert columns[16:20] == ["JawForward", "JawRight", "JawLeft", "JawOpen"]
    assert columns[23:25] == ["MouthRight", "MouthLeft"]
    assert columns[53:57] == ["TongueOut", "HeadYaw", "HeadPitch", "HeadRoll"] and len(columns) == 63
    assert lines[1].split(",")[:2] == ["00:00:00:40.000", "61"]


def test_left_and_right_go_to_the_columns_of_their_names(tmp_path: Path) -> None:
    frames = somebody(1)
    shapes = frames.shapes.copy()
    shapes[0, 15], shapes[0, 16] = 0.125, 0.25  # jawLeft, jawRight
    write_table(tmp_path / "a.csv", type(frames)(0, shapes, frames.head, frames.eyes, frames.joints, frames.hands))
    header, row = (line.split(",") for line in (tmp_path / "a.csv").read_text().splitlines())
    assert dict(zip(header, row, strict=True))["JawLeft"] == "0.12500"
    assert dict(zip(header, row, strict=True))["JawRight"] == "0.25000"


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    frames = somebody(30)
    write_table(tmp_path / "a.csv", frames)
    assert np.allclose(read_table(tmp_path / "a.csv"), channel_values(frames), atol=1e-5)


def test_columns_of_a_recording_are_found_by_name_in_any_order(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\ufeffTimecode,MouthLeft,JawOpen\n0,0.1,0.5\n1,,0.25\n")
    values = read_table(tmp_path / "a.csv")
    assert values[:, 17].tolist() == [0.5, 0.25] and values[0, 21] == pytest.approx(0.1)


@pytest.mark.parametrize(("text", "said"), [("a,b\n1,2\n", "no column"), ("JawOpen\nwide\n", "line 2")])
def test_a_table_that_is_none_names_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(ClipInvalid, match=said):
        read_table(tmp_path / "a.csv")
