"""VMC bundles, read here with a small OSC reader of our own, so that the library does not judge itself."""

from __future__ import annotations

import socket
import struct

import numpy as np
import pytest

from animation.formats.vmc import VmcEncoder, preset_weights
from animation.types import SHAPES
from tests.formats.someone import FINGERS, somebody

RIG = {"fingers": FINGERS, "rest_hands": [0.3] * 12}


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\0", at)
    return data[at:end].decode("utf-8"), (end // 4 + 1) * 4


def _read(data: bytes) -> list[tuple]:
    """Messages (address, *arguments) of a bundle."""
    assert data[:8] == b"#bundle\0" and data[8:16] == b"\0\0\0\0\0\0\0\1"
    at, out = 16, []
    while at < len(data):
        (size,) = struct.unpack_from(">i", data, at)
        part = data[at + 4 : at + 4 + size]
        address, k = _text(part, 0)
        tags, k = _text(part, k) if k < len(part) else (",", k)
        arguments: list = []
        for tag in tags[1:]:
            if tag == "s":
                text, k = _text(part, k)
                arguments.append(text)
            else:
                arguments.append(struct.unpack_from(">i" if tag == "i" else ">f", part, k)[0])
                k += 4
        out.append((address, *arguments))
        at += 4 + size
    return out


def _first(names: str = "vrm0", frames=None) -> list[tuple]:
    return _read(VmcEncoder(RIG, names=names).encode(frames or somebody(2))[0])


def test_a_frame_is_one_bundle_that_ends_with_apply() -> None:
    messages = _first()
    assert messages[0] == ("/VMC/Ext/OK", 1)
    assert messages[1][0] == "/VMC/Ext/T" and messages[1][1] == pytest.approx(40 / 60)
    assert messages[2][:2] == ("/VMC/Ext/Root/Pos", "root")
    assert messages[-1] == ("/VMC/Ext/Blend/Apply",)


def test_bones_bear_unitys_names_and_unit_rotations() -> None:
    bones = {m[1]: m[2:] for m in _first() if m[0] == "/VMC/Ext/Bone/Pos"}
    assert {
        "Hips",
        "Spine",
        "Chest",
        "Neck",
        "Head",
        "LeftUpperArm",
        "RightHand",
        "LeftEye",
        "LeftIndexProximal",
    } <= set(bones)
    for place in bones.values():
        assert len(place) == 7 and np.linalg.norm(place[3:]) == pytest.approx(1, abs=1e-5)
    assert bones["LeftUpperArm"][0] < 0 < bones["RightUpperArm"][0]  # Unity's x points to her right


def test_a_look_to_her_left_turns_the_other_way_round_in_a_left_handed_space() -> None:
    frames = somebody(2)
    bones = {m[1]: m[2:] for m in _first(frames=frames) if m[0] == "/VMC/Ext/Bone/Pos"}
    yaw = float(frames.eyes[0, 0])
    assert np.sign(bones["LeftEye"][4]) == -np.sign(yaw) and abs(yaw) > 1e-3


@pytest.mark.parametrize(("names", "vowel", "lid"), [("vrm0", "A", "Blink_L"), ("vrm1", "aa", "blinkLeft")])
def test_presets_have_the_names_of_the_models_vrm(names: str, vowel: str, lid: str) -> None:
    values = {m[1]: m[2] for m in _first(names) if m[0] == "/VMC/Ext/Blend/Val"}
    assert {vowel, lid, *SHAPES} <= set(values)
    assert all(0 <= value <= 1 for value in values.values())
    assert values["jawOpen"] == pytest.approx(float(somebody(2).shapes[0, 17]), abs=1e-6)


def test_vowels_are_told_apart_by_a_model_without_arkit_shapes() -> None:
    def face(**weights: float) -> np.ndarray:
        row = np.zeros(52)
        for name, value in weights.items():
            row[[k for k, shape in enumerate(SHAPES) if shape.startswith(name)]] = value
        return row

    faces = {
        "aa": face(jawOpen=0.45), "ou": face(jawOpen=0.08, mouthPucker=0.8), 
        "oh": face(jawOpen=0.3, mouthFunnel=0.5, mouthPucker=0.4),
        "ih": face(jawOpen=0.06, mouthStretch=0.4),
    }  # fmt: skip
    weights = preset_weights(np.array(list(faces.values())))
    for k, name in enumerate(faces):
        assert max(("aa", "ih", "ou", "ee", "oh"), key=lambda vowel, k=k: weights[vowel][k]) == name


def test_shut_lips_are_no_vowel() -> None:
    row = np.zeros((1, 52))
    row[0, SHAPES.index("jawOpen")] = row[0, SHAPES.index("mouthClose")] = 0.1
    assert preset_weights(row)["aa"][0] == 0


def test_half_the_rate_sends_half_the_frames() -> None:
    assert len(VmcEncoder(RIG, rate=30).encode(somebody(6))) == 3


def test_a_datagram_arrives_whole() -> None:
    """A bundle of about 60 bones and 62 expressions must pass through one UDP datagram."""
    data = VmcEncoder(RIG).encode(somebody(1))[0]
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        sender.sendto(data, receiver.getsockname())
        assert receiver.recv(65_535) == data
    assert len(data) < 9_000
