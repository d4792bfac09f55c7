"""Renders what a pack says word for word, whether the pack is in use or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from server import engines, rendering

if TYPE_CHECKING:
    from dialogue.pack import Pack
    from models.store import Store
    from server.settings import Settings
    from speech.types import Voice


async def build(
    pack: Pack,
    voice: Voice | None,
    settings: Settings,
    store: Store,
    *,
    quiet: rendering.Quiet,
    tell: Callable[[rendering.Progress], None],
) -> rendering.Progress | None:
    """`voice`: a loaded one that speaks as the pack wants; None: one is loaded for this. Returns None where it cannot
    be rendered ahead. May be cancelled; what is made by then is kept."""
    if voice:
        shelved = await asyncio.to_thread(rendering.with_shelf, rendering.live(voice), pack, settings, store)
        return await rendering.of_pack(pack, shelved, quiet=quiet, tell=tell, check=True)
    own = await asyncio.to_thread(engines.load_voice, settings, store, pack)
    try:
        return await rendering.of_pack(pack, own, quiet=quiet, tell=tell, check=True)
    finally:
        await own.aclose()
