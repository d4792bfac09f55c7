"""`shuren animate`: a recorded voice to face and body."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def animate(
    file: Annotated[Path, typer.Argument(help="A recording of one voice, wav or flac.")],
    out: Annotated[Path, typer.Option("--out", "-o", help=".shuren .csv .json .vrma .glb .wav")],
    avatar: Annotated[str, typer.Option(help="Whose mouth it is made for; an ordinary head when left out.")] = "",
    mood: Annotated[
        str, typer.Option(help="neutral, warm, glad, serious, sorry …; as much of it as the voice is excited.")
    ] = "neutral",
) -> None:
    """Perform the voice in FILE: nobody needs to know its words."""
    from animation.formats.clip import write_clip
    from animation.rig import Rig
    from avatar.exports import Export, clip_of, export
    from avatar.inspect.load import load_rig
    from server.cli.serve import settings_of
    from server.marking import mark_of, signer_of
    from speech.audio import read_wav, to_int16
    from speech.types import OUTPUT_RATE, Speech

    voice = Speech(to_int16(read_wav(file, rate=OUTPUT_RATE)), (), (), "zh")
    settings = settings_of()
    mark, signer = mark_of(settings), signer_of(settings)
    folder = settings.avatars / avatar if avatar else None
    rig = load_rig(folder) if folder else Rig.generic()
    clip = clip_of([voice], rig, mood=mood, avatar=avatar, made={"from": file.name}, aigc=mark.as_dict())
    if out.suffix == ".shuren":
        write_clip(out, clip)
    else:
        export(Export(clip, folder, mark=mark, signer=signer), out)
    typer.echo(f"{out}: {clip.seconds:.1f} s of face and body")
