"""Speech as a file or a stream of bytes, marked as generated wherever the format has a place for it.

The implicit label is the AIGC JSON of `avatar.render.aigc`: an ID3 TXXX frame in MP3 and AAC, a Vorbis comment in Opus
and FLAC, a chunk of its own right after `fmt ` in WAV. Raw PCM has no place; there the HTTP header `AIGC` bears it.
A `Signer` adds Content Credentials (C2PA) to MP3, FLAC and WAV.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from avatar.render.aigc import KEY, Mark, wav
from speech.types import OUTPUT_RATE

if TYPE_CHECKING:
    from avatar.render.credentials import Signer

Format = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]
MEDIA_TYPES: dict[Format, str] = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
# FFmpeg's container, codec, sample format, bits a second (0: as it comes), options of the container.
_CODED: dict[str, tuple[str, str, str, int, dict[str, str]]] = {
    "mp3": ("mp3", "libmp3lame", "s16p", 64_000, {}),
    "opus": ("ogg", "libopus", "s16", 32_000, {}),
    "aac": ("adts", "aac", "fltp", 64_000, {"write_id3v2": "1"}),
    "flac": ("flac", "flac", "s16", 0, {}),
}


class Encoder(Protocol):
    """Takes int16 samples at OUTPUT_RATE, gives bytes as soon as there are some. Not for the event loop's thread."""

    def push(self, pcm: np.ndarray) -> bytes: ...

    def close(self) -> bytes:
        """What is left."""
        ...


def encoder(form: Format, mark: Mark, signer: Signer | None = None) -> Encoder:
    """WAV and FLAC give everything at the end, since their headers tell the length, and so does what `signer` signs;
    the others stream."""
    if form == "pcm":
        return _Raw()
    inner = _Wav(mark) if form == "wav" else _Coded(form, mark)
    return _Signed(inner, MEDIA_TYPES[form], signer) if signer and signer.signs(MEDIA_TYPES[form]) else inner


class _Raw:
    def push(self, pcm: np.ndarray) -> bytes:
        return pcm.astype("<i2").tobytes()

    def close(self) -> bytes:
        return b""


class _Wav:
    def __init__(self, mark: Mark) -> None:
        self._mark, self._parts = mark, [np.zeros(0, np.int16)]

    def push(self, pcm: np.ndarray) -> bytes:
        self._parts.append(pcm.astype(np.int16))
        return b""

    def close(self) -> bytes:
        return wav(np.concatenate(self._parts), OUTPUT_RATE, self._mark)


class _Signed:
    """A signature covers the whole file, so nothing is given before its end."""

    def __init__(self, inner: Encoder, media_type: str, signer: Signer) -> None:
        self._inner, self._kind, self._signer, self._data = inner, media_type, signer, bytearray()

    def push(self, pcm: np.ndarray) -> bytes:
        self._data += self._inner.push(pcm)
        return b""

    def close(self) -> bytes:
        return self._signer.signed(bytes(self._data + self._inner.close()), self._kind)


class _Stream:
    """Where FFmpeg writes when it cannot go back; what is written is taken away piece by piece."""

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def take(self) -> bytes:
        data, self._data = bytes(self._data), bytearray()
        return data


class _Whole(io.BytesIO):
    """Where FFmpeg may go back and write the length into the header."""

    def take(self) -> bytes:
        return b""


class _Coded:
    def __init__(self, form: Format, mark: Mark) -> None:
        import av

        container, codec, layout, rate, options = _CODED[form]
        self._sink = _Whole() if form == "flac" else _Stream()
        self._file: Any = av.open(self._sink, "w", format=container, options=options)
        self._file.metadata[KEY] = mark.as_json()
        self._stream = self._file.add_stream(codec, rate=OUTPUT_RATE, layout="mono", format=layout)
        if form == "opus":
            self._stream.metadata[KEY] = mark.as_json()  # an Ogg file has comments for each stream, and no others
        if rate:
            self._stream.bit_rate = rate
        self._resampler = av.AudioResampler(format=layout, layout="mono", rate=self._stream.rate)
        self._at = 0

    def push(self, pcm: np.ndarray) -> bytes:
        import av

        if not len(pcm):
            return b""
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm, np.int16)[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts = OUTPUT_RATE, self._at
        self._at += len(pcm)
        for part in self._resampler.resample(frame):
            self._file.mux(self._stream.encode(part))
        return self._sink.take()

    def close(self) -> bytes:
        for part in self._resampler.resample(None):
            self._file.mux(self._stream.encode(part))
        self._file.mux(self._stream.encode(None))
        self._file.close()
        return self._sink.getvalue() if isinstance(self._sink, _Whole) else self._sink.take()
