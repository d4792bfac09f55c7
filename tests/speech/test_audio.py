"""Formats and rates: what cannot be used says why, what can keeps its sound."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import AudioInvalid
from speech.audio import StreamResampler, read_wav, resample, to_float, to_int16, write_wav


def tone(rate: int, seconds: float = 0.5, hz: float = 440.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)).astype(np.float32)


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=50))
def test_int16_survives_the_way_to_float_and_back(samples: list[int]) -> None:
    pcm = np.array(samples, np.int16)
    assert np.array_equal(to_int16(to_float(pcm)), pcm)


@pytest.mark.parametrize("rates", [(24_000, 16_000), (48_000, 16_000), (8_000, 24_000), (44_100, 16_000)])
def test_resampling_keeps_pitch_and_level(rates: tuple[int, int]) -> None:
    from_rate, to_rate = rates
    out = resample(tone(from_rate), from_rate, to_rate)
    assert abs(len(out) - to_rate // 2) <= 2
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    assert abs(spectrum.argmax() * to_rate / len(out) - 440) <= 3
    assert abs(np.abs(out[len(out) // 4 : -len(out) // 4]).max() - 0.5) < 0.02


@given(st.lists(st.integers(20, 2000), min_size=1, max_size=20))
def test_streaming_in_any_chunks_gives_the_same_samples(sizes: list[int]) -> None:
    audio = tone(24_000, 1.0)
    whole = StreamResampler(24_000, 16_000).push(audio)
    stream, parts, at = StreamResampler(24_000, 16_000), [], 0
    while at < len(audio):
        size = sizes[at % len(sizes)]
        parts.append(stream.push(audio[at : at + size]))
        at += size
    assert np.allclose(np.concatenate(parts), whole, atol=1e-6)


def test_wav_of_another_rate_and_two_channels_is_read(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", ""))
        file.writeframes(np.repeat(to_int16(tone(44_100)), 2).tobytes())
    assert abs(len(read_wav(path)) - 8000) <= 2


def test_what_is_written_can_be_read() -> None:
    memory = io.BytesIO()
    write_wav(memory, tone(16_000), 16_000)
    assert np.allclose(read_wav(memory.getvalue()), tone(16_000), atol=1e-4)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not a wav at all, really not" * 10])
def test_what_is_no_wav_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(AudioInvalid) as refused:
        read_wav(content)
    assert len(str(refused.value)) > 10


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises((AudioInvalid, FileNotFoundError)):
        read_wav(tmp_path / "nothing.wav")
