"""Where a session's frames go besides its client: programs the operator names, such as Unreal Engine beside a kiosk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from avatar.events import FramesOut, Interrupted, SessionEvent
from avatar.mirror import Mirror, Target, live_link, vmc
from server import logs
from server.realtime.host import PersonaCard
from server.settings import Settings


async def mirror_of(settings: Settings, card: PersonaCard) -> Mirror | None:
    """A mirror for a new session of that persona; None if the operator named no receiver, or one that cannot be found:
    people talk on without it."""
    if not (settings.mirror.live_link or settings.mirror.vmc):
        return None
    try:
        targets = await asyncio.to_thread(_targets, settings, card)  # looks names up
    except ValueError as problem:
        logs.failure("mirror_failed", problem, persona=card.id)
        return None
    return Mirror(targets, asyncio.get_running_loop().time)


def _targets(settings: Settings, card: PersonaCard) -> list[Target]:
    chosen = settings.mirror
    targets = []
    if chosen.live_link:
        targets.append(live_link(chosen.live_link, card.name.get("zh") or card.id, rate=chosen.rate))
    if chosen.vmc:
        rig = _rig(settings.avatars / card.avatar / "rig.json")
        targets.append(vmc(chosen.vmc, rig, names=chosen.vrm, rate=chosen.rate))
    return targets


def show(mirror: Mirror, event: SessionEvent) -> None:
    """Pass on what moves the face."""
    if isinstance(event, FramesOut):
        mirror.put(event.frames)
    elif isinstance(event, Interrupted):
        mirror.cut(event.pts)


def _rig(path: Path) -> Mapping[str, Any]:
    """An avatar that is not built has the skeleton of an ordinary adult."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
