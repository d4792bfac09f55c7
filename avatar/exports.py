"""From speech to a recorded performance, and from that to the files of other programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from animation.formats.clip import Clip, ClipHeader
from animation.rig import Rig
from animation.types import FIELDS, FPS, HANDS, JOINTS, RATE, SHAPES, Phone
from avatar.perform import LEAD, perform_frames, perform_pcm
from avatar.render.aigc import KEY, Mark, wav
from models.errors import AvatarInvalid, ClipInvalid
from speech.types import Speech

if TYPE_CHECKING:
    from avatar.render.credentials import Signer

PHONES = "shuren.phones"  # event of a clip made from speech: [[symbol, start, end], …] in samples from `pts`


def clip_of(
    speech: Sequence[Speech], rig: Rig | None = None, *, mood: str = "neutral", seed: int = 0, **header: Any
) -> Clip:
    """Speech performed by a body. `header`: fields of ClipHeader. Captions, phones and a label go with it."""
    frames = perform_frames(speech, rig, mood=mood, seed=seed)
    events, at = [], LEAD
    for clause in speech:
        words = [{"text": word.text, "start": word.start, "end": word.end} for word in clause.words]
        events.append({"type": "shuren.caption", "pts": at, "words": words})
        phones = [[phone.symbol, phone.start, phone.end] for phone in clause.phones]
        events.append({"type": PHONES, "pts": at, "phones": phones})
        at += clause.samples
    text = "".join(word.text for clause in speech for word in clause.words)
    header = {"text": text, "aigc": Mark().as_dict()} | header
    return Clip(ClipHeader(**header), frames, perform_pcm(speech), tuple(events))


@dataclass(frozen=True)
class Export:
    """What an export may need beside the clip: the avatar's folder (avatar.glb, rig.json) and a frame rate."""

    clip: Clip
    avatar: Path | None = None
    fps: int = 0  # 0: the format's own
    mark: Mark = field(default_factory=Mark)  # of the one file that is written
    signer: Signer | None = None

    @property
    def label(self) -> dict[str, Any]:
        return {KEY: self.mark.as_dict()}

    def rig(self) -> dict[str, Any]:
        """The parsed rig.json; {} for a clip of no avatar in particular."""
        if self.avatar is None:
            return {}
        try:
            return json.loads((self.avatar / "rig.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise AvatarInvalid(
                f"Cannot read {self.avatar / 'rig.json'}.", hint="Run `shuren avatar build`."
            ) from error

    def phones(self) -> list[Phone]:
        """All phones on the clip's clock, from its first frame. Raises ClipInvalid where it has none."""
        found = [
            Phone(symbol, event["pts"] + start - self.clip.frames.pts, event["pts"] + end - self.clip.frames.pts)
            for event in self.clip.events
            if event.get("type") == PHONES
            for symbol, start, end in event["phones"]
        ]
        if not found:
            raise ClipInvalid("The clip has no phones: it was recorded from a session, not made from speech.")
        return found


def _csv(job: Export, out: Path) -> None:
    from animation.formats.table import write_table

    write_table(out, job.clip.frames)


def _vrma(job: Export, out: Path) -> None:
    from animation.formats.vrma import vrm_animation

    out.write_bytes(vrm_animation(job.clip.frames, job.rig(), fps=job.fps or 30, extras=job.label))


def _glb(job: Export, out: Path) -> None:
    from animation.formats.gltf import animated

    if job.avatar is None:
        raise AvatarInvalid("A GLB needs an avatar.", hint="Name one with --avatar.")
    avatar, fps = job.avatar / "avatar.glb", job.fps or FPS
    out.write_bytes(animated(avatar, job.rig(), job.clip.frames, fps=fps, extras=job.label))


def _wav(job: Export, out: Path) -> None:
    out.write_bytes(wav(job.clip.pcm, RATE, job.mark))


def _json(job: Export, out: Path) -> None:
    frames = job.clip.frames
    names = {"shapes": list(SHAPES), "joints": list(JOINTS), "hands": list(HANDS)}
    rows = [
        {"t": round(k / FPS, 4)} | {name: np.round(getattr(frames, name)[k], 4).tolist() for name in FIELDS}
        for k in range(len(frames))
    ]
    out.write_text(json.dumps(job.label | {"fps": FPS} | names | {"frames": rows}), encoding="utf-8")


def _azure(job: Export, out: Path) -> None:
    from animation.formats.azure import animation_events, viseme_events

    start = job.clip.frames.pts
    visemes = viseme_events(job.phones(), start)
    _lines(out, [*visemes, *animation_events(job.clip.frames)])


def _oculus(job: Export, out: Path) -> None:
    from animation.formats.oculus import OCULUS, oculus_track

    track = oculus_track(job.phones(), len(job.clip.frames))
    content = job.label | {"fps": FPS, "visemes": list(OCULUS), "frames": np.round(track, 4).tolist()}
    out.write_text(json.dumps(content), encoding="utf-8")


def _lines(out: Path, rows: Iterable[dict[str, Any]]) -> None:
    out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


FORMATS: dict[str, Callable[[Export, Path], None]] = {
    "csv": _csv, "vrma": _vrma, "glb": _glb, "wav": _wav, "json": _json, "azure": _azure, "oculus": _oculus,
}  # fmt: skip


def export(job: Export, out: Path, name: str = "") -> None:
    """Write the clip as `name`, by default what the file's suffix says; with the AIGC label where the format has a
    place for it (CSV and Azure's events have none), and signed where there is a signer and the format can be.

    Raises ClipInvalid for a format that is none, SigningFailed, OSError when the file cannot be written.
    """
    chosen = name or out.suffix.removeprefix(".")
    if chosen not in FORMATS:
        raise ClipInvalid(f"There is no format {chosen!r}.", hint=f"Known: {', '.join(FORMATS)}.")
    out.parent.mkdir(parents=True, exist_ok=True)
    FORMATS[chosen](job, out)
    if job.signer:
        job.signer.sign(out)
