"""Films that leave the house: they last as long as their voice, and say in the file that they are generated."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from animation.types import FPS, RATE
from avatar.render.aigc import KEY, Mark, read_mark
from avatar.render.movie import FRAME_RATES, at_rate, write
from avatar.render.picture import standing

av = pytest.importorskip("av")
FIELDS = {
    "Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2",
}  # fmt: skip


def shots(count: int) -> list[np.ndarray]:
    return [np.full((96, 64, 3), 60 + 3 * k, np.uint8) for k in range(count)]


def tone(seconds: float) -> np.ndarray:
    return (8000 * np.sin(np.arange(round(seconds * RATE)) * 2 * np.pi * 440 / RATE)).astype(np.int16)


def sound_of(path: Path) -> np.ndarray:
    with av.open(str(path)) as file:
        return np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])


@pytest.mark.parametrize("fps", FRAME_RATES)
@pytest.mark.parametrize("voice", [0.5, 1.5], ids=["voice too short", "voice too long"])
def test_picture_and_voice_last_equally_long(tmp_path, fps, voice) -> None:
    path = tmp_path / "film.mp4"
    write(path, shots(fps), tone(voice), fps=fps)
    with av.open(str(path)) as file:
        picture, sound = file.streams.video[0], file.streams.audio[0]
        assert (picture.codec_context.name, sound.codec_context.name) == ("h264", "aac")
        assert picture.frames == fps
        length = float(picture.duration * picture.time_base)
        assert abs(length - 1.0) < 1 / fps
        assert abs(length - float(sound.duration * sound.time_base)) < 1 / fps


def test_a_film_that_was_broken_off_leaves_the_last_one_and_no_pieces(tmp_path) -> None:
    path = tmp_path / "film.mp4"
    write(path, shots(25), tone(1), fps=25)
    whole = path.read_bytes()

    def broken():
        yield from shots(5)
        raise RuntimeError("the browser is gone")

    with pytest.raises(RuntimeError, match="browser"):
        write(path, broken(), tone(1), fps=25)
    assert path.read_bytes() == whole and list(tmp_path.iterdir()) == [path]


def test_the_voice_begins_with_the_picture(tmp_path) -> None:
    path = tmp_path / "film.mp4"
    write(path, shots(25), np.concatenate([np.zeros(RATE // 2, np.int16), tone(0.5)]), fps=25)
    loud = np.flatnonzero(np.abs(sound_of(path)) > 0.05)[0] / 48_000
    assert abs(loud - 0.5) < 1 / 25


def test_a_film_says_in_its_metadata_that_it_is_generated(tmp_path) -> None:
    path = tmp_path / "film.mp4"
    mark = write(path, shots(5), tone(0.2), fps=25, mark=Mark("001191110102MAD55U9H0F10002"))
    found = read_mark(path)
    assert found.keys() == FIELDS
    assert found["Label"] == "1"
    assert found["ContentProducer"] == found["ContentPropagator"] == "001191110102MAD55U9H0F10002"
    assert found["ProduceID"] == found["PropagateID"] == mark.produce_id


def test_the_label_survives_being_copied_into_another_file_and_stays_the_only_one(tmp_path) -> None:
    first, second = tmp_path / "first.mp4", tmp_path / "second.mp4"
    mark = write(first, shots(5), tone(0.2), fps=25)
    with av.open(str(first)) as source, av.open(str(second), "w", options={"movflags": "use_metadata_tags"}) as out:
        out.metadata.update(source.metadata)
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    assert read_mark(second)["ProduceID"] == mark.produce_id
    assert second.read_bytes().count(b'"ProduceID"') == 1


def test_every_film_has_an_id_of_its_own(tmp_path) -> None:
    marks = {write(tmp_path / f"{k}.mp4", shots(2), tone(0.1), fps=25).produce_id for k in range(5)}
    assert len(marks) == 5


@pytest.mark.parametrize("producer", ["", "Two Words", 'quote"', "back\\slash", "蜀人", "line\n"])
def test_a_producer_that_the_standard_does_not_allow_is_refused(producer) -> None:
    with pytest.raises(ValueError):
        Mark(producer)


@pytest.mark.parametrize(("text", "label"), [("AIGC", "AIGC"), ('{"AIGC":{"Label":"2"}}', "2"), ('{"Label":"3"}', "3")])
def test_labels_of_other_makers_are_read_as_they_stand(tmp_path, text, label) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as out:
        out.metadata[KEY] = text
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 96, "yuv420p"
        out.mux(stream.encode(av.VideoFrame.from_ndarray(shots(1)[0], format="rgb24")))
        out.mux(stream.encode())
    assert read_mark(path)["Label"] == label


def test_a_file_without_a_label_has_none(tmp_path) -> None:
    path = tmp_path / "plain.wav"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=24_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone(0.1)[None], format="s16", layout="mono")
        frame.sample_rate = 24_000
        out.mux(stream.encode(frame))
    assert read_mark(path) is None


def test_the_label_is_json_without_spaces() -> None:
    text = Mark().as_json()
    assert " " not in text
    assert json.loads(text).keys() == FIELDS


@pytest.mark.parametrize("fps", FRAME_RATES)
def test_a_film_shows_the_pose_nearest_to_each_moment(fps) -> None:
    ramp = np.zeros((2 * FPS, 52), np.float32)
    ramp[:, 0] = np.arange(2 * FPS) / FPS  # seconds
    chosen = at_rate(standing(ramp), fps)
    assert len(chosen) == 2 * fps
    assert np.abs(chosen.shapes[:, 0] - np.arange(2 * fps) / fps).max() <= 0.5 / FPS + 1e-6
