"""Live Link Face packets, read here byte by byte without the decoder that belongs to the encoder."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animation.formats import livelink
from animation.types import SHAPES
from models.errors import EventInvalid
from tests.formats.someone import somebody

DEVICE = "5a1f0c9e-8f0e-4a6e-9f7b-3d5b2a7c1e10"


def _by_hand(packet: bytes) -> dict:
    """The packet by plain offsets, from the layout Unreal Engine reads."""
    out = {"version": packet[0], "device": packet[5 : 5 + 36].decode("ascii")}
    assert packet[1:5] == b"\x00\x00\x00\x24"
    at = 41
    size = int.from_bytes(packet[at : at + 4], "big")
    out["subject"] = packet[at + 4 : at + 4 + size].decode("utf-8")
    at += 4 + size
    out["frame"], out["sub"], out["num"], out["den"] = struct.unpack(">ifii", packet[at : at + 16])
    out["count"] = packet[at + 16]
    out["values"] = struct.unpack(">61f", packet[at + 17 :])
    return out


@pytest.mark.parametrize("subject", ["Rongrong", "蓉蓉", ""])
def test_a_packet_has_the_layout_unreal_reads(subject: str) -> None:
    frames = somebody(3)
    packets = livelink.encode(frames, subject=subject, device=DEVICE)
    assert len(packets) == 3
    assert {len(packet) for packet in packets} == {270 + len(DEVICE) + len(subject.encode())}
    read = _by_hand(packets[2])
    assert (read["version"], read["device"], read["subject"]) == (6, DEVICE, subject)
    assert (read["frame"], read["sub"], read["num"], read["den"], read["count"]) == (42, 0.0, 60, 1, 61)
    assert np.allclose(read["values"][:52], frames.shapes[2])
    assert read["values"][SHAPES.index("jawOpen")] == pytest.approx(float(frames.shapes[2, 17]))
    assert np.allclose(read["values"][52:], [*frames.head[2], *frames.eyes[2, :2], 0, *frames.eyes[2, 2:], 0])


def test_the_first_bytes_are_those_of_the_app() -> None:
    packet = livelink.encode(somebody(1), subject="A", device=DEVICE)[0]
    assert packet[:5].hex() == "0600000024"
    assert packet[41:46].hex() == "0000000141"
    assert packet[50:54].hex() == "00000000" and packet[54:62].hex() == "0000003c00000001"


@pytest.mark.parametrize(("rate", "kept"), [(60, 6), (30, 3), (20, 2), (12, 2)])
def test_below_sixty_a_second_frames_are_left_out_and_the_rate_says_so(rate: int, kept: int) -> None:
    packets = livelink.encode(somebody(6), subject="A", device=DEVICE, rate=rate)
    read = [_by_hand(packet) for packet in packets]
    assert len(packets) == kept
    assert {(r["num"], r["den"]) for r in read} == {(rate, 1)}
    assert [r["frame"] for r in read] == list(range(read[0]["frame"], read[0]["frame"] + kept))
    assert all(
        livelink.decode(packet).seconds == pytest.approx(r["frame"] / rate)
        for packet, r in zip(packets, read, strict=True)
    )


def test_a_rate_that_divides_no_frames_is_refused() -> None:
    with pytest.raises(ValueError, match="divisor"):
        livelink.encode(somebody(1), subject="A", device=DEVICE, rate=25)


def test_what_was_encoded_is_read_back() -> None:
    frames = somebody(2)
    packet = livelink.decode(livelink.encode(frames, subject="蓉蓉", device=DEVICE)[1])
    assert (packet.subject, packet.device, packet.frame) == ("蓉蓉", DEVICE, 41)
    assert packet.values is not None and np.array_equal(packet.values, livelink.channel_values(frames)[1])


def test_a_packet_without_a_face_ends_after_the_subject() -> None:
    packet = livelink.encode(somebody(1), subject="A", device=DEVICE)[0][:46]
    assert livelink.decode(packet).values is None


@given(st.binary(max_size=400) | st.binary(max_size=60).map(lambda b: b"\x06\x00\x00\x00\x02ab\x00\x00\x00\x01c" + b))
def test_damaged_packets_are_refused_and_never_crash(data: bytes) -> None:
    try:
        livelink.decode(data)
    except EventInvalid:
        pass


def test_cut_off_packets_are_refused_wherever_they_end() -> None:
    packet = livelink.encode(somebody(1), subject="A", device=DEVICE)[0]
    for size in range(len(packet)):
        if size == 46:  # exactly a packet without a face
            continue
        with pytest.raises(EventInvalid):
            livelink.decode(packet[:size])
