"""`shuren say`: text to a wav file, and to animation."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from avatar.render.aigc import Mark
    from avatar.render.credentials import Signer
    from speech.types import Speech


def say(
    text: Annotated[
        str, typer.Argument(help='What to say, in Mandarin or English, with tags such as <break time="1s"/>.')
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the sound goes, a wav file.")] = Path("speech.wav"),
    voice: Annotated[str, typer.Option(help="A Kokoro voice, such as zf_xiaoxiao, zm_yunjian or af_heart.")] = "",
    language: Annotated[str, typer.Option(help="zh or en; found from the text when not given.")] = "",
    speed: Annotated[float, typer.Option(min=0.5, max=2.0, help="1 is the voice's own pace.")] = 1.0,
    frames: Annotated[Path | None, typer.Option(help="Also write face and body as JSON, 60 a second.")] = None,
) -> None:
    """Speak TEXT into a wav file."""
    from avatar.render.aigc import KEY
    from server.cli.serve import settings_of
    from server.marking import mark_of, signer_of

    if language not in ("", "zh", "en"):
        raise typer.BadParameter("--language is zh or en")
    perform = _performer() if frames else None
    settings = settings_of()
    signer = signer_of(settings)
    spoken = asyncio.run(speak(text, voice, language, speed))
    if not spoken:
        raise typer.BadParameter("There is nothing to say.")
    seconds = _write(out, spoken, mark_of(settings), signer)
    typer.echo(f"{out}: {seconds:.1f} s, {sum(len(speech.phones) for speech in spoken)} phones")
    if frames and perform:
        label = {KEY: mark_of(settings).as_dict()}
        frames.write_text(json.dumps(label | perform(spoken), ensure_ascii=False), encoding="utf-8")
        typer.echo(f"{frames}: the face and body to it")


async def speak(text: str, voice: str, language: str, speed: float) -> list[Speech]:
    """All of `text`, spoken as its tags say. An empty `voice` is the default one, an empty `language` is found from the
    text. Raises MarkupInvalid for a tag that is wrong."""
    from models import markup
    from models.store import Store
    from speech.text.language import language_of
    from speech.voices import VOICES

    text = markup.read(text)
    tongue = language or language_of(text)
    chosen = {tongue: voice} if voice else {}
    speaker = VOICES.load("kokoro", store=Store.default(), speed=speed, **chosen)
    try:
        return [speech async for speech in speaker.say(text, language=tongue)]
    finally:
        await speaker.aclose()


def _write(out: Path, spoken: list[Speech], mark: Mark, signer: Signer | None) -> float:
    """Write all chunks as one file, labelled; returns its length in seconds."""
    import numpy as np

    from avatar.render.aigc import wav
    from speech.types import OUTPUT_RATE

    pcm = np.concatenate([speech.pcm for speech in spoken])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(wav(pcm, OUTPUT_RATE, mark))
    if signer:
        signer.sign(out, "audio/wav")
    return len(pcm) / OUTPUT_RATE


def _performer() -> Any:
    """Found before speaking, so that a missing part is told at once."""
    from models.errors import BackendUnavailable

    try:
        from avatar.perform import perform
    except ImportError as error:
        raise BackendUnavailable(
            f"Animation cannot be made: {error}", hint="Leave --frames out to write the sound alone."
        ) from error
    return perform
