"""`shuren chat`: talk with a persona in the terminal, in text."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dialogue.mind import Mind
    from dialogue.talk import Talk
    from dialogue.tools.toolbox import Toolbox
    from dialogue.types import Sentence


def chat(
    persona: Annotated[str, typer.Option(help="Whom to talk with: an id, or the folder of a pack.")] = "bank-teller",
    language_model: Annotated[str, typer.Option(help="llama, openai or none; the service's setting by default.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per sentence.")] = False,
) -> None:
    """Talk with a persona in the terminal. Each line you type is an utterance; end with Ctrl-D."""
    from server.cli.minds import load_mind, pack_folder, toolbox_of
    from server.settings import Settings

    settings = Settings()
    folder = pack_folder(persona, settings)
    tools = toolbox_of(folder, settings)
    mind = load_mind(folder, settings, language_model, tools)
    asyncio.run(_talk(mind, tools, as_json))


async def _talk(mind: Mind, tools: Toolbox, as_json: bool) -> None:
    from dialogue.types import Utterance

    show = _show_json if as_json else _show_text
    conversation = mind.converse()
    tools.warm()
    try:
        for sentence in conversation.greeting():
            show(0, sentence)
        turn = 0
        while (line := await asyncio.to_thread(_read)) is not None:
            if not line.strip():
                continue
            turn += 1
            await _answer(conversation, Utterance(line, "zh", typed=True), turn, show)
    finally:
        await conversation.aclose()
        await mind.aclose()
        await tools.aclose()


async def _answer(conversation: Talk, said: Any, turn: int, show: Any) -> None:
    spoken = []
    async for sentence in conversation.reply(said, turn=turn):
        show(turn, sentence)
        spoken.append(sentence.text)
    conversation.heard(turn, "".join(spoken), interrupted=False)


def _read() -> str | None:
    """The next line, None at the end. The prompt shows only to a person at a keyboard."""
    if sys.stdin.isatty():
        try:
            return input("> ")
        except EOFError:
            return None
    return sys.stdin.readline() or None


def _show_text(_turn: int, sentence: Sentence) -> None:
    sources = "; ".join(f"{c.title}, {c.source}" + (f", {c.as_of}" if c.as_of else "") for c in sentence.citations)
    notes = [sentence.source, *([sources] if sources else []), *(["a human is offered"] if sentence.handoff else [])]
    print(f"{sentence.text}\n    ({' · '.join(notes)})", flush=True)


def _show_json(turn: int, sentence: Sentence) -> None:
    print(json.dumps({"turn": turn} | asdict(sentence), ensure_ascii=False), flush=True)
