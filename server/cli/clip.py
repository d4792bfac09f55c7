"""`shuren clip`: performances recorded, looked into, exported to other programs' files and sent to them live."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from animation.formats.clip import Clip, ClipWriter

app = typer.Typer(no_args_is_help=True, help="Recorded performances (.shuren): make, look into, export, send.")
File = Annotated[Path, typer.Argument(help="A clip, .shuren.", exists=True, dir_okay=False)]
GREETING = 5.0  # s in which a greeting begins, if the persona greets
PATIENCE = 120.0  # s for an answer to begin and to end
QUIET = 2.0  # s kept after the last answer


@app.command()
def make(
    text: Annotated[str, typer.Argument(help="What to say, in Mandarin or English.")],
    out: Annotated[Path, typer.Argument(help="Where the clip goes, .shuren.")],
    voice: Annotated[str, typer.Option(help="A Kokoro voice, such as zf_xiaoxiao, zm_yunjian or af_heart.")] = "",
    avatar: Annotated[str, typer.Option(help="Whose mouth it is made for.")] = "lin",
    mood: Annotated[str, typer.Option(help="neutral, warm, glad, serious, sorry …")] = "neutral",
) -> None:
    """Perform TEXT: voice, face and body."""
    from animation.formats.clip import write_clip
    from avatar.exports import clip_of
    from avatar.inspect.load import load_rig
    from server.cli.say import speak
    from server.cli.serve import settings_of
    from server.marking import mark_of

    label = mark_of(settings_of()).as_dict()
    spoken = asyncio.run(speak(text, voice, "", 1.0))
    if not spoken:
        raise typer.BadParameter("There is nothing to say.")
    rig = load_rig(_folder(avatar))
    made = {"voice": voice or "default"}
    write_clip(out, clip_of(spoken, rig, mood=mood, avatar=avatar, made=made, aigc=label))
    info(out)


@app.command()
def record(
    out: Annotated[Path, typer.Argument(help="Where the clip goes, .shuren.")],
    ask: Annotated[list[str], typer.Option(help="A question in writing; give more than one for a conversation.")],
    url: Annotated[str, typer.Option(help="A running service.")] = "ws://127.0.0.1:8000/v1/realtime",
    persona: Annotated[str, typer.Option(help="Whom to ask.")] = "",
    key: Annotated[str, typer.Option(envvar="SHUREN_API_KEY", help="The service's API key, if it wants one.")] = "",
) -> None:
    """Ask a running service and keep what it answers, as it comes."""
    from websockets.exceptions import WebSocketException

    from animation.formats.clip import ClipHeader, ClipWriter
    from models.errors import BackendUnavailable
    from server.cli.serve import settings_of
    from server.marking import mark_of

    label = mark_of(settings_of()).as_dict()
    header = ClipHeader(persona=persona, text=" ".join(ask), made={"from": "session"}, aigc=label)
    with ClipWriter(out, header) as writer:
        try:
            asyncio.run(_record(writer, f"{url}?persona={persona}", ask, key))
        except (OSError, TimeoutError, WebSocketException) as error:
            raise BackendUnavailable(f"{url} did not answer: {error}", hint="Is `shuren serve` running?") from error
    info(out)


async def _record(writer: ClipWriter, url: str, questions: list[str], key: str) -> None:
    from websockets.asyncio.client import connect
    from websockets.typing import Subprotocol

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    binary = [Subprotocol("shuren.v1")]
    async with connect(url, subprotocols=binary, additional_headers=headers, max_size=1 << 24) as wire:
        if await _keep(wire, writer, "response.created", GREETING):
            await _keep(wire, writer, "response.done", PATIENCE)
        for question in questions:
            content = [{"type": "input_text", "text": question}]
            item = {"type": "message", "role": "user", "content": content}
            await wire.send(json.dumps({"type": "conversation.item.create", "item": item}))
            await wire.send(json.dumps({"type": "response.create"}))
            if not await _keep(wire, writer, "response.done", PATIENCE):
                raise TimeoutError(f"no answer to {question!r} within {PATIENCE:.0f} s")
        await _keep(wire, writer, "", QUIET)  # in which she comes to rest


async def _keep(wire: Any, writer: ClipWriter, until: str, seconds: float) -> bool:
    """Write what comes until an event of that type; False if none came in time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while (left := end - loop.time()) > 0:
        try:
            message = await asyncio.wait_for(wire.recv(), left)
        except TimeoutError:
            break
        if isinstance(message, bytes):
            writer.message(message)
            continue
        event = json.loads(message)
        writer.event(event)
        if event["type"] == "shuren.label.required":  # the clip's header carries the label
            await wire.send(json.dumps({"type": "shuren.label.shown"}))
        if event["type"] == until:
            return True
    return False


@app.command()
def info(file: File) -> None:
    """What is in a clip."""
    clip = _read(file)
    import numpy as np

    voiced = float((np.abs(clip.pcm.astype(np.int32)) > 300).mean()) if len(clip.pcm) else 0.0
    typer.echo(
        f"{file}: {clip.seconds:.1f} s, {len(clip.frames)} frames, {voiced:.0%} sound, {len(clip.events)} events"
    )
    for name, value in (("avatar", clip.header.avatar), ("persona", clip.header.persona), ("text", clip.header.text)):
        if value:
            typer.echo(f"  {name}: {value}")
    typer.echo(f"  label: {clip.header.label}")
    if clip.truncated:
        typer.echo("  The file was cut off within a message; what came before it is here.")


@app.command()
def export(
    file: File,
    out: Annotated[Path, typer.Argument(help="Where it goes: .csv .vrma .glb .wav .json")],
    to: Annotated[
        str, typer.Option("--format", help="csv vrma glb wav json azure oculus; by the suffix if left out.")
    ] = "",
    avatar: Annotated[str, typer.Option(help="The avatar whose skeleton counts; the clip's own if left out.")] = "",
    fps: Annotated[int, typer.Option(min=0, max=60, help="Frames a second of vrma and glb, a divisor of 60.")] = 0,
) -> None:
    """Write a clip in another program's format."""
    from avatar.exports import Export
    from avatar.exports import export as write
    from server.cli.serve import settings_of
    from server.marking import mark_of, signer_of

    if fps and 60 % fps:
        raise typer.BadParameter("--fps is a divisor of 60")
    clip = _read(file)
    name = avatar or clip.header.avatar
    settings = settings_of()
    job = Export(clip, _folder(name) if name else None, fps, mark_of(settings), signer_of(settings))
    write(job, out, to)
    typer.echo(str(out))


@app.command()
def replay(
    file: File,
    live_link: Annotated[
        str, typer.Option(help="host:port of Unreal Engine's Live Link, such as 127.0.0.1:11111.")
    ] = "",
    vmc: Annotated[str, typer.Option(help="host:port of a VMC receiver, such as 127.0.0.1:39539.")] = "",
    subject: Annotated[str, typer.Option(help="The name Live Link shows.")] = "Shuren",
    rate: Annotated[int, typer.Option(help="60, 30 or 20 frames a second.")] = 60,
    times: Annotated[int, typer.Option(min=1, help="How often.")] = 1,
) -> None:
    """Send a clip's face and body to other programs in real time, without sound."""
    from animation.types import FPS
    from avatar.exports import Export
    from avatar.mirror import Mirror
    from avatar.mirror import live_link as link
    from avatar.mirror import vmc as motion

    clip = _read(file)
    rig = Export(clip, _folder(clip.header.avatar) if clip.header.avatar else None).rig()
    try:
        targets = [link(live_link, subject, rate=rate)] if live_link else []
        targets += [motion(vmc, rig, rate=rate)] if vmc else []
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if not targets:
        raise typer.BadParameter("Say where to: --live-link or --vmc.")

    async def play() -> Mirror:
        mirror = Mirror(targets, asyncio.get_running_loop().time)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(mirror.run())
            for k in range(0, len(clip.frames), FPS):  # a second at a time: a mirror keeps no more than ten
                mirror.put(clip.frames[k : k + FPS])
                await asyncio.sleep(1.0)
            mirror.end()
        return mirror

    for _ in range(times):
        done = asyncio.run(play())
        typer.echo(f"{done.sent} datagrams sent" + (f", {done.failed} refused" if done.failed else ""))


def _read(file: Path) -> Clip:
    from animation.formats.clip import read_clip

    return read_clip(file)


def _folder(avatar: str) -> Path:
    from server.settings import Settings

    return Settings().avatars / avatar
