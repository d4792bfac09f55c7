"""`shuren render`: a film of an avatar who says a text or performs a recording."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import numpy as np

    from animation.types import Frames
    from speech.types import Speech


def render(
    source: Annotated[
        str, typer.Argument(help="What she says, or a recording: a voice (.wav, .flac) or a clip (.shuren).")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the film goes, an MP4.")] = Path("film.mp4"),
    avatar: Annotated[str, typer.Option(help="The look: see `shuren avatar list`.")] = "lin",
    voice: Annotated[str, typer.Option(help="A Kokoro voice, such as zf_xiaoxiao, zm_yunjian or af_heart.")] = "",
    language: Annotated[str, typer.Option(help="zh or en; found from the text when not given.")] = "",
    mood: Annotated[str, typer.Option(help="neutral, warm, glad, serious, sorry, worried, surprised, angry.")] = "warm",
    view: Annotated[str, typer.Option(help="chest, face or waist.")] = "chest",
    backdrop: Annotated[str, typer.Option(help="branch, mountain, clinic or studio.")] = "branch",
    size: Annotated[str, typer.Option(help="Pixels, both even.")] = "540x720",
    fps: Annotated[int, typer.Option(help="Frames a second: 24, 25, 30 or 60.")] = 25,
    producer: Annotated[
        str, typer.Option(envvar="SHUREN_AIGC_PRODUCER", help="ContentProducer of the AIGC label; else the service's.")
    ] = "",
) -> None:
    """Film SOURCE, with the AI label in the picture and in the file."""
    from animation.formats.clip import LABEL
    from avatar.render.aigc import Mark
    from avatar.render.browser import BACKDROPS, VIEWS, Browser, glb
    from avatar.render.movie import FRAME_RATES, film
    from server.cli.say import speak
    from server.cli.serve import settings_of
    from server.marking import signer_of

    width, height = _size(size)
    if view not in VIEWS:
        raise typer.BadParameter(f"--view is one of {', '.join(VIEWS)}")
    if backdrop not in BACKDROPS:
        raise typer.BadParameter(f"--backdrop is one of {', '.join(BACKDROPS)}")
    if fps not in FRAME_RATES:
        raise typer.BadParameter(f"--fps is one of {', '.join(map(str, FRAME_RATES))}")
    settings = settings_of()
    try:
        mark = Mark(producer or settings.audio.producer)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    signer = signer_of(settings)
    rig = glb(avatar).with_name("rig.json")
    if source.endswith(".shuren"):
        frames, pcm = _clip(Path(source))
    else:
        heard = source.endswith((".wav", ".flac"))
        spoken = _recorded(Path(source)) if heard else asyncio.run(speak(source, voice, language, 1.0))
        frames, pcm = _performed(spoken, rig, mood)
    begun = time.monotonic()
    scene = {"view": VIEWS[view], "backdrop": backdrop}
    with Browser() as browser, browser.stage(avatar, size=(width, height), label=LABEL, **scene) as stage:
        film(out, stage, frames, pcm, fps=fps, mark=mark, signer=signer)
    typer.echo(f"{out}: {len(frames) / 60:.1f} s, drawn in {time.monotonic() - begun:.0f} s, {mark.produce_id}")


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = map(int, text.split("x"))
    except ValueError as error:
        raise typer.BadParameter("--size is WIDTHxHEIGHT") from error
    if width % 2 or height % 2 or min(width, height) < 128:
        raise typer.BadParameter("--size: both sides even, at least 128 pixels")
    return width, height


def _clip(path: Path) -> tuple[Frames, np.ndarray]:
    from animation.formats.clip import read_clip

    clip = read_clip(path)
    return clip.frames, clip.pcm


def _recorded(path: Path) -> list[Speech]:
    """A voice nobody knows the words of."""
    from speech.audio import read_wav, to_int16
    from speech.types import OUTPUT_RATE, Speech

    return [Speech(to_int16(read_wav(path, rate=OUTPUT_RATE)), (), (), "zh")]


def _performed(spoken: list[Speech], rig: Path, mood: str) -> tuple[Frames, np.ndarray]:
    from avatar.inspect.load import load_rig
    from avatar.perform import perform_frames, perform_pcm

    if not spoken:
        raise typer.BadParameter("There is nothing to say.")
    return perform_frames(spoken, load_rig(rig.parent), mood=mood), perform_pcm(spoken)
