"""An uploaded recording of any common kind to samples for the ears."""

from __future__ import annotations

import io
from itertools import chain

import numpy as np

from models.errors import AudioInvalid
from speech.types import INPUT_RATE


def decoded(data: bytes, max_seconds: float) -> np.ndarray:
    """float32 (n,) at INPUT_RATE, channels mixed: WAV, FLAC, MP3, Opus, Vorbis, AAC, and the sound of MP4 and WebM.

    Raises AudioInvalid for what is no audio, broken, silent of length, or longer than `max_seconds`. Not for the event
    loop's thread.
    """
    import av

    parts: list[np.ndarray] = []
    count, most = 0, int(max_seconds * INPUT_RATE)
    try:
        with av.open(io.BytesIO(data), metadata_errors="ignore") as file:
            if not file.streams.audio:
                raise AudioInvalid("The upload holds no sound.")
            resampler = av.AudioResampler(format="flt", layout="mono", rate=INPUT_RATE)
            for frame in chain(file.decode(file.streams.audio[0]), (None,)):
                for part in resampler.resample(frame):
                    parts.append(part.to_ndarray()[0])
                    count += len(parts[-1])
                if count > most:
                    raise AudioInvalid(f"The upload is longer than the {max_seconds:.0f} s allowed.")
    except av.error.FFmpegError as problem:
        raise AudioInvalid(
            "The upload is no audio file that can be read.", hint="Send flac, m4a, mp3, mp4, ogg, wav or webm."
        ) from problem
    if not count:
        raise AudioInvalid("The upload holds no sound.")
    return np.nan_to_num(np.clip(np.concatenate(parts), -1.0, 1.0)).astype(np.float32)
