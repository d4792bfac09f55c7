"""Whatever leaves the house as a file says in its metadata that it is generated; others' readers find it there."""

from __future__ import annotations

import json
import struct
import wave
from pathlib import Path

import mutagen
import numpy as np
import pytest
from plain_voice import PlainVoice
from typer.testing import CliRunner

from animation.formats.clip import read_clip, write_clip
from avatar.exports import Export, clip_of, export
from avatar.inspect.gltf import Gltf
from avatar.render.aigc import Mark, read_mark, wav
from avatar.render.movie import write
from models.errors import ClipInvalid
from server.audio.encode import encoder
from server.cli.main import app
from speech.types import OUTPUT_RATE, Phone, Speech, Word
from speech.voices import VOICES

PRODUCER = "001191110102MAD55U9H0F10001"
MARK = Mark(PRODUCER)


def hum(seconds: float = 0.5) -> np.ndarray:
    return (6000 * np.sin(np.arange(round(seconds * OUTPUT_RATE)) / 20)).astype(np.int16)


@pytest.fixture
def clip_file(tmp_path: Path) -> Path:
    phones, words = (Phone("n", 0, 2400), Phone("i", 2400, 12_000)), (Word("你", 0, 12_000),)
    write_clip(tmp_path / "a.shuren", clip_of([Speech(hum(), phones, words, "zh")], aigc=MARK.as_dict()))
    return tmp_path / "a.shuren"


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VOICES, "load", lambda name, **settings: PlainVoice())
    monkeypatch.setenv("SHUREN_AUDIO__PRODUCER", PRODUCER)


@pytest.mark.parametrize("form", ["mp3", "aac", "opus", "flac", "wav"])
def test_sound_bears_the_label_where_other_readers_look_for_it(tmp_path: Path, form: str) -> None:
    coder = encoder(form, MARK)
    path = tmp_path / f"a.{form}"
    path.write_bytes(coder.push(hum()) + coder.close())
    found = {"wav": _of_riff, "aac": _of_id3}.get(form, _of_tags)(path)
    assert json.loads(found) == MARK.as_dict() == read_mark(path)


def _of_tags(path: Path) -> str:
    tags = mutagen.File(path).tags
    (key,) = (key for key in tags.keys() if key.upper().removeprefix("TXXX:") == "AIGC")
    return tags[key].text[0] if hasattr(tags[key], "text") else tags[key][0]


def _of_id3(path: Path) -> str:
    from mutagen.id3 import ID3

    return ID3(path)["TXXX:AIGC"].text[0]


def _of_riff(path: Path) -> str:
    with wave.open(str(path)) as file:  # it is a wav file for everybody
        assert file.getparams()[:4] == (1, 2, OUTPUT_RATE, len(hum()))
    data = path.read_bytes()
    names = []
    at = 12
    while at < len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        names.append((name, data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    assert [name for name, _ in names] == [b"fmt ", b"AIGC", b"data"]
    return names[1][1].decode("ascii")


def test_a_film_bears_it_among_the_keys_of_its_metadata(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write(path, [np.zeros((96, 64, 3), np.uint8)] * 5, hum(0.2), fps=25, mark=MARK)
    meta = _boxes(_boxes(_boxes(path.read_bytes())[b"moov"])[b"udta"])[b"meta"]
    inside = _boxes(meta[4:])  # after version and flags
    keys = inside[b"keys"]
    count = struct.unpack_from(">I", keys, 4)[0]
    names, at = [], 8
    for _ in range(count):
        size = struct.unpack_from(">I", keys, at)[0]
        names.append(keys[at + 8 : at + size].decode())
        at += size
    values = _boxes(inside[b"ilst"])
    place = struct.pack(">I", names.index("AIGC") + 1)
    assert json.loads(_boxes(values[place])[b"data"][8:]) == MARK.as_dict() == read_mark(path)


def _boxes(data: bytes) -> dict[bytes, bytes]:
    """ISO 14496-12 boxes by name."""
    out, at = {}, 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        out[name] = data[at + 8 : at + size]
        at += max(size, 8)
    return out


def test_every_export_of_a_performance_bears_a_label_of_its_own(clip_file: Path, tmp_path: Path) -> None:
    clip = read_clip(clip_file)
    assert clip.header.aigc == read_mark(clip_file) == MARK.as_dict()
    ids = {MARK.produce_id}
    for name, form in (("a.wav", ""), ("a.vrma", ""), ("a.json", ""), ("o.json", "oculus")):
        for _ in range(2):  # writing it again replaces the label
            export(Export(clip, mark=Mark(PRODUCER)), tmp_path / name, form)
            found = read_mark(tmp_path / name)
            assert found["ContentProducer"] == PRODUCER
            ids.add(found["ProduceID"])
    assert len(ids) == 9
    assert Gltf.read(tmp_path / "a.vrma").js["asset"]["extras"]["AIGC"]["Label"] == "1"


def test_a_voice_file_of_the_command_line_bears_the_services_producer(spoken: None, tmp_path: Path) -> None:
    out = tmp_path / "a.wav"
    done = CliRunner().invoke(app, ["say", "您好。", "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert read_mark(out)["ContentProducer"] == PRODUCER
    shown = CliRunner().invoke(app, ["label", str(out)])
    assert shown.exit_code == 0 and PRODUCER in shown.output and "C2PA: state none" in shown.output


def test_files_without_a_label_are_told_from_those_that_cannot_bear_one(tmp_path: Path) -> None:
    bare, text = tmp_path / "bare.wav", tmp_path / "text.mp3"
    with wave.open(str(bare), "wb") as file:
        file.setparams((1, 2, OUTPUT_RATE, 0, "NONE", ""))
        file.writeframes(hum().tobytes())
    text.write_text("no sound at all")
    assert read_mark(bare) is None
    assert CliRunner().invoke(app, ["label", str(bare)]).exit_code == 1
    with pytest.raises(ValueError):
        read_mark(text)
    (tmp_path / "broken.shuren").write_bytes(b"SHUREN1\n\xff\xff\xff\xffj")
    with pytest.raises(ClipInvalid):
        read_mark(tmp_path / "broken.shuren")


def test_a_thousand_files_have_a_thousand_ids() -> None:
    assert len({wav(np.zeros(2, np.int16), OUTPUT_RATE, Mark()) for _ in range(1000)}) == 1000
