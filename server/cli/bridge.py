"""`shuren bridge`: a running session in Unreal Engine, a VRM program or anything that takes OSC."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from avatar.mirror import Target
    from server.client import Label

app = typer.Typer(no_args_is_help=True, help="Follow a running session and drive other programs with it.")
Session = Annotated[str, typer.Argument(help="Id of the session; left out: the only one under way.")]
Url = Annotated[str, typer.Option(help="The service.")]
Key = Annotated[str, typer.Option(envvar="SHUREN_API_KEY", help="Its API key, if it wants one.")]
To = Annotated[str, typer.Option(help="host:port of the receiver.")]
Rate = Annotated[int, typer.Option(help="Frames a second: 60, 30 or 20.")]
Sound = Annotated[bool, typer.Option("--sound", help="Write the voice to standard output: 24 kHz mono s16le.")]
Lead = Annotated[float, typer.Option(help="Milliseconds the voice is ahead of the face, for a slow sound device.")]
SERVICE = "http://127.0.0.1:8000"


@app.command()
def livelink(
    session: Session = "",
    url: Url = SERVICE,
    key: Key = "",
    to: To = "127.0.0.1:11111",
    subject: Annotated[str, typer.Option(help="Name of the Live Link subject.")] = "Shuren",
    rate: Rate = 60,
    sound: Sound = False,
    lead_ms: Lead = 0.0,
) -> None:
    """To Unreal's Live Link (Apple ARKit source): face, head and eyes."""
    from avatar.mirror import live_link

    _run(lambda: live_link(to, subject, rate=rate), session, url, key, sound, lead_ms)


@app.command()
def vmc(
    session: Session = "",
    url: Url = SERVICE,
    key: Key = "",
    to: To = "127.0.0.1:39539",
    vrm: Annotated[str, typer.Option(help="Names of the receiver's model: vrm0 or vrm1.")] = "vrm0",
    rig: Annotated[Path | None, typer.Option(help="rig.json of the avatar; left out: an ordinary adult.")] = None,
    rate: Rate = 60,
    sound: Sound = False,
    lead_ms: Lead = 0.0,
) -> None:
    """To VMC receivers (VSeeFace, Warudo, EVMC4U): face and body."""
    from avatar.mirror import vmc as to_vmc

    if vrm not in ("vrm0", "vrm1"):
        raise typer.BadParameter("vrm0 or vrm1", param_hint="--vrm")
    bones = json.loads(rig.read_text(encoding="utf-8")) if rig else {}
    _run(lambda: to_vmc(to, bones, names=vrm, rate=rate), session, url, key, sound, lead_ms)


@app.command()
def osc(
    session: Session = "",
    url: Url = SERVICE,
    key: Key = "",
    to: To = "127.0.0.1:9000",
    rate: Rate = 60,
    sound: Sound = False,
    lead_ms: Lead = 0.0,
) -> None:
    """To anything that takes OSC: every channel under an address of its own."""
    from avatar.mirror import osc as to_osc

    _run(lambda: to_osc(to, rate=rate), session, url, key, sound, lead_ms)


def _run(make: Callable[[], Target], session: str, url: str, key: str, sound: bool, lead_ms: float) -> None:
    try:
        target = make()
    except ValueError as problem:  # an address or a rate that is none
        raise typer.BadParameter(str(problem)) from problem
    try:
        asyncio.run(_follow(target, session, url, key, sound, lead_ms))
    except (KeyboardInterrupt, BrokenPipeError):
        pass


async def _follow(target: Target, session: str, url: str, key: str, sound: bool, lead_ms: float) -> None:
    from avatar.mirror import Mirror
    from server.bridge import VoiceStream, follow
    from server.client import Client

    seconds = asyncio.get_running_loop().time
    mirror = Mirror([target], seconds)
    voice = VoiceStream(sys.stdout.buffer, mirror, seconds, lead_s=lead_ms / 1000) if sound else None
    async with Client(url, key=key) as client:
        await follow(client, session or await _only(client), mirror, voice, _tell)


async def _only(client) -> str:
    under_way = [each["id"] for each in await client.sessions()]
    if len(under_way) != 1:
        raise typer.BadParameter(f"Name one of the sessions: {', '.join(under_way) or 'none is under way'}.")
    return under_way[0]


def _tell(label: Label) -> None:
    typer.echo(f"Show this in the scene, all the time: {label.text} · {label.text_en}", err=True)
