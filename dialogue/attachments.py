"""Pictures and documents a procedure asks for (slots of type photo and document), as long as it needs them.

A file is held in memory only and is gone with its procedure. What stands in the talk, its records and its transcript is
a mark such as 📎1.jpg; the file itself is put in its place where a tool is called, as a data: URL.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dialogue.flows.types import FILES, Progress
from dialogue.flows.values import MARK
from dialogue.pack import Text
from dialogue.tools.types import ToolResult, Tools, ToolSpec
from models.errors import FileNotAsked

MOST = 4  # files of one procedure, corrections included


@dataclass(frozen=True)
class Wanted:
    """The file she is waiting for: `kind` is photo or document, `run` and `slot` tell whose it is."""

    kind: str
    label: Text
    run: str
    slot: str


class Attachments:
    """Of one talk. Belongs to one event loop."""

    def __init__(self, under_way: Callable[[], Progress | None]) -> None:
        """`under_way`: the procedure, while she leads through one."""
        self.offered = False  # whether the person's client can send files; if not, none is asked for
        self._under_way = under_way
        self._files: dict[str, str] = {}  # mark → data: URL
        self._run = ""  # the procedure they belong to
        self._count = 0

    @property
    def wanted(self) -> Wanted | None:
        """The file she is waiting for."""
        progress = self._under_way() if self.offered else None
        slot = progress.flow.slots.get(progress.slot) if progress and progress.waits == "slot" else None
        if progress is None or slot is None or slot.type not in FILES:
            return None
        return Wanted(slot.type, slot.label, progress.run, slot.name)

    def keep(self, content: bytes, media_type: str, kind: str) -> str:
        """The mark of a file that was just sent: the words that answer her. Raises FileNotAsked unless she waits for
        one of this kind."""
        self.settle()
        wanted = self.wanted
        if wanted is None or wanted.kind != kind:
            raise FileNotAsked(
                f"Nobody asked for a {kind}.", hint="Files are taken only while she asks for one (shuren.card, file)."
            )
        if len(self._files) >= MOST:
            raise FileNotAsked(f"There are {MOST} files already.", hint="Go on without, or ask for a human.")
        self._count += 1
        self._run = wanted.run
        mark = f"📎{self._count}.{media_type.rpartition('/')[2].replace('jpeg', 'jpg')}"
        self._files[mark] = f"data:{media_type};base64,{base64.b64encode(content).decode()}"
        return mark

    def known(self, text: str) -> str:
        """The text without marks that stand for nothing."""
        return MARK.sub(lambda match: match[0] if match[0] in self._files else "", text)

    def settle(self) -> None:
        """Forget what belongs to no procedure under way."""
        progress = self._under_way()
        if self._files and (progress is None or progress.run != self._run):
            self._files.clear()

    def over(self, tools: Tools | None) -> Tools | None:
        """The tools, called with the files where their marks stand."""
        return _Filled(tools, self._files) if tools else None


class _Filled:
    def __init__(self, tools: Tools, files: Mapping[str, str]) -> None:
        self._tools = tools
        self._files = files

    @property
    def specs(self) -> Mapping[str, ToolSpec]:
        return self._tools.specs

    async def call(self, name: str, arguments: dict[str, Any], *, key: str) -> ToolResult:
        filled = {
            each: self._files.get(value, value) if isinstance(value, str) else value
            for each, value in arguments.items()
        }
        return await self._tools.call(name, filled, key=key)
