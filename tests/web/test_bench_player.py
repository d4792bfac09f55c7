"""What `shuren bench player` says of what it saw."""

from __future__ import annotations

from bench.player import Sample, summary

STATS = {"avOffsetsMs": [-8.0, 4.0, 12.0], "underruns": 1, "droppedFrames": 2, "pixelRatio": 0.7}
STEADY = [Sample(float(t), 24 if t % 2 else 12, bool(t % 2), 50.0) for t in range(61)]


def test_drawing_in_software_is_named() -> None:
    assert summary(STEADY, STATS, "ANGLE (Google, Vulkan 1.3 (SwiftShader Device))")["software_drawing"]
    assert not summary(STEADY, STATS, "ANGLE (Intel, Mesa Intel(R) UHD Graphics 630)")["software_drawing"]


def test_frames_are_told_apart_by_whether_she_speaks_and_offsets_count_either_way() -> None:
    told = summary(STEADY, STATS, "none")
    assert (told["fps_speaking"]["p50"], told["fps_silent"]["p50"]) == (24, 12)
    assert told["offset_ms"]["p50"] == 8 and told["offset_ms"]["max"] == 12
    assert told["underruns"] == 1 and told["heap_growth_mb_per_minute"] == 0


def test_memory_that_grows_by_six_megabytes_a_minute_is_seen() -> None:
    growing = [Sample(float(t), 24, True, 50 + t / 10) for t in range(61)]
    assert abs(summary(growing, STATS, "none")["heap_growth_mb_per_minute"] - 6) < 0.5
