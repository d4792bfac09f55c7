"""Films: frames and voice as MP4 (H.264, AAC), the AI label in the picture and in the file's metadata.

    with Browser() as browser, browser.stage("lin", size=(540, 720), label=LABEL) as stage:
        film(Path("hello.mp4"), stage, frames, pcm)

Encoding goes through PyAV, whose wheel brings FFmpeg with x264 (docs/decisions.md).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from animation.types import FIELDS, FPS, RATE, Frames
from avatar.render.aigc import KEY, Mark
from models.errors import BackendUnavailable

if TYPE_CHECKING:
    from av import AudioFrame, VideoFrame

    from avatar.render.browser import Stage
    from avatar.render.credentials import Signer

FRAME_RATES = (24, 25, 30, 60)  # each a whole number of audio samples a frame
AUDIO_RATE = 48_000  # an AAC frame is 1024 samples: at 48 kHz shorter than a frame of film
_CRF = "22"  # x264's quality: lower is better, 23 its default


def film(
    path: Path,
    stage: Stage,
    frames: Frames,
    pcm: np.ndarray,
    *,
    fps: int = 25,
    mark: Mark | None = None,
    signer: Signer | None = None,
) -> Mark:
    """Draw `frames` (60 a second) with the voice `pcm` (int16, RATE) that begins with them. Returns the file's mark."""
    shots = stage.film(at_rate(frames, fps))
    return write(path, shots, pcm, fps=fps, mark=mark, signer=signer)


def at_rate(frames: Frames, fps: int) -> Frames:
    """Those of `frames` that are nearest to the times of a film of `fps`; for 30 every other one."""
    count = max(1, len(frames) * fps // FPS)
    chosen = np.floor(np.arange(count) * FPS / fps + 0.5).astype(int)
    return _picked(frames, np.minimum(chosen, len(frames) - 1))


def write(
    path: Path,
    shots: Iterable[np.ndarray],
    pcm: np.ndarray,
    *,
    fps: int,
    mark: Mark | None = None,
    signer: Signer | None = None,
) -> Mark:
    """Encode `shots` (uint8 [height, width, 3], even sides) and `pcm` (int16 mono, RATE); silence fills up what the
    voice lacks, and what it has too much is cut. The file appears when it is whole: an MP4 without its end cannot be
    played. Raises BackendUnavailable where FFmpeg has no H.264 encoder, SigningFailed."""
    mark = mark or Mark()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        _encode(unfinished, shots, pcm, fps, mark)
        if signer:
            signer.sign(unfinished, "video/mp4", title=path.name)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return mark


def _encode(path: Path, shots: Iterable[np.ndarray], pcm: np.ndarray, fps: int, mark: Mark) -> None:
    import av

    # use_metadata_tags keeps keys that are not Apple's; faststart lets a browser begin before all is there.
    options = {"movflags": "use_metadata_tags+faststart"}
    with av.open(str(path), "w", format="mp4", options=options) as out:
        out.metadata.update({KEY: mark.as_json(), "title": "Shuren"})
        try:
            picture = out.add_stream("libx264", rate=fps, options={"crf": _CRF})
        except ValueError as error:
            raise BackendUnavailable("This build of FFmpeg cannot write H.264.") from error
        picture.pix_fmt = "yuv420p"
        voice = out.add_stream("aac", rate=AUDIO_RATE, layout="mono", bit_rate=96_000)
        each = AUDIO_RATE // fps
        samples = _resampled(pcm)
        for k, shot in enumerate(shots):
            if not k:
                picture.height, picture.width = shot.shape[:2]
            out.mux(picture.encode(_picture(shot, k, fps)))
            out.mux(voice.encode(_voice(samples[k * each : (k + 1) * each], k * each, each)))
        out.mux(picture.encode())
        out.mux(voice.encode())


def _picture(shot: np.ndarray, k: int, fps: int) -> VideoFrame:
    import av

    frame = av.VideoFrame.from_ndarray(shot, format="rgb24")
    frame.pts, frame.time_base = k, Fraction(1, fps)
    return frame


def _voice(samples: np.ndarray, at: int, count: int) -> AudioFrame:
    """`count` samples of sound at sample `at`; silence where there are fewer."""
    import av

    frame = av.AudioFrame.from_ndarray(np.pad(samples, (0, count - len(samples)))[None], format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = AUDIO_RATE, at, Fraction(1, AUDIO_RATE)
    return frame


def _resampled(pcm: np.ndarray) -> np.ndarray:
    import soxr

    return soxr.resample(pcm, RATE, AUDIO_RATE)


def _picked(frames: Frames, index: np.ndarray) -> Frames:
    return Frames(frames.pts, *(getattr(frames, name)[index] for name in FIELDS))
