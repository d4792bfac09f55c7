"""PCM helpers that ears, mouth and server share: sample formats, rates, wav files.

Audio is mono throughout: float32 in [-1, 1] or int16. What cannot be used raises AudioInvalid with a sentence that
says why.
"""

from __future__ import annotations

import io
from math import ceil, gcd
from pathlib import Path

import numpy as np

from models.errors import AudioInvalid
from speech.types import INPUT_RATE

MAX_FILE_SECONDS = 3600.0


def to_float(pcm: np.ndarray) -> np.ndarray:
    """int16 (n,) to float32 (n,) in [-1, 1)."""
    return pcm.astype(np.float32) / np.float32(32768)


def to_int16(audio: np.ndarray) -> np.ndarray:
    """Float (n,) to int16 (n,); what lies outside [-1, 1] is clipped, never wrapped."""
    return np.clip(np.round(np.asarray(audio) * 32768), -32768, 32767).astype(np.int16)


def checked(audio: np.ndarray) -> np.ndarray:
    """`audio` as float32 in [-1, 1], or AudioInvalid if it is not one channel of finite floating-point samples."""
    audio = np.asarray(audio)
    if audio.ndim != 1 or audio.dtype.kind != "f":
        raise AudioInvalid(f"Audio must be one channel of floating-point samples, not {audio.dtype} {audio.shape}.")
    if not np.isfinite(audio).all():
        raise AudioInvalid("Audio holds values that are not numbers.")
    return np.clip(audio, -1.0, 1.0).astype(np.float32, copy=False)


def resample(audio: np.ndarray, from_rate: int, to_rate: int) -> np.ndarray:
    """A whole recording (n,) at another rate."""
    if from_rate == to_rate or not len(audio):
        return audio
    import soxr

    return soxr.resample(audio, from_rate, to_rate)


class StreamResampler:
    """Resamples a stream of any chunking without seams; delays it by `delay` seconds (under 2 ms) and no more.

    A polyphase windowed-sinc filter (Kaiser, about 80 dB; Smith, "Digital Audio Resampling"). soxr's own stream is
    not used here because it holds back up to 37 ms, which a person would wait for at every turn.
    """

    ZEROS = 20  # zero crossings of the sinc on either side: transition band about 1.9 kHz at 16 kHz
    KAISER_BETA = 7.86  # 80 dB

    def __init__(self, from_rate: int, to_rate: int) -> None:
        common = gcd(from_rate, to_rate)
        self._up, self._down = to_rate // common, from_rate // common
        cutoff = min(1.0, to_rate / from_rate) * 0.92  # of the input's Nyquist; the band's middle lies just below
        self._half = ceil(self.ZEROS / cutoff)
        self._filters = self._phases(cutoff)
        self.delay = self._half / from_rate
        self._tail = np.zeros(2 * self._half - 1, np.float32)
        self._next = 0  # position of the next output in 1/up input samples, counted from the start of `_tail`

    def push(self, audio: np.ndarray) -> np.ndarray:
        """float32 (n,) in, float32 (about n · to/from,) out; the count differs by at most one from chunk to chunk."""
        if self._up == self._down:
            return audio
        taps = 2 * self._half
        samples = np.concatenate((self._tail, audio.astype(np.float32, copy=False)))
        ready = len(samples) - taps + 1  # windows that fit
        positions = np.arange(self._next, ready * self._up, self._down)
        self._next += len(positions) * self._down - ready * self._up
        self._tail = samples[ready:]
        if not len(positions):
            return np.zeros(0, np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(samples, taps)[positions // self._up]
        return np.einsum("nt,nt->n", windows, self._filters[positions % self._up])

    def _phases(self, cutoff: float) -> np.ndarray:
        """(up, taps): the filter sampled at each fraction of an input sample, each row summing to one."""
        fractions = np.arange(self._up)[:, None] / self._up
        t = np.arange(2 * self._half)[None, :] - (self._half - 1) - fractions
        window = np.i0(self.KAISER_BETA * np.sqrt(np.clip(1 - (t / self._half) ** 2, 0, 1)))
        filters = np.sinc(cutoff * t) * window
        return (filters / filters.sum(axis=1, keepdims=True)).astype(np.float32)


def read_wav(source: Path | bytes, *, rate: int = INPUT_RATE, max_seconds: float = MAX_FILE_SECONDS) -> np.ndarray:
    """The recording as float32 (n,) at `rate`, channels averaged.

    Raises AudioInvalid when there is no such file, it is no audio, empty, longer than `max_seconds` or not finite.
    """
    import soundfile

    name = "The upload" if isinstance(source, bytes) else str(source)
    if isinstance(source, Path) and not source.is_file():
        raise AudioInvalid(f"{name}: no such file.")
    try:
        with soundfile.SoundFile(io.BytesIO(source) if isinstance(source, bytes) else source) as file:
            if file.frames == 0:
                raise AudioInvalid(f"{name} holds no sound.")
            if file.frames > max_seconds * file.samplerate:
                seconds = file.frames / file.samplerate
                raise AudioInvalid(f"{name} is {seconds:.0f} s long, more than the {max_seconds:.0f} s allowed.")
            audio, from_rate = file.read(dtype="float32", always_2d=True), file.samplerate
    except soundfile.LibsndfileError as error:
        raise AudioInvalid(f"{name} is no audio file that can be read.", hint="Give a wav or flac file.") from error
    return checked(resample(audio.mean(axis=1), from_rate, rate))


def write_wav(target: Path | io.BytesIO, audio: np.ndarray, rate: int) -> None:
    """Write (n,) float or int16 samples as 16-bit wav."""
    import soundfile

    pcm = audio if audio.dtype == np.int16 else to_int16(audio)
    soundfile.write(target, pcm, rate, format="WAV", subtype="PCM_16")
