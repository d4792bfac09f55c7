"""`shuren persona ask`: one talk with a pack, with everything that is behind each answer."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dialogue.mind import Mind
    from dialogue.records import TurnRecord
    from dialogue.tools.toolbox import Toolbox
    from dialogue.types import Sentence


def ask(
    pack: Annotated[str, typer.Argument(help="The id of a pack, or its folder.")],
    questions: Annotated[list[str], typer.Argument(metavar="QUESTION...", help="Several are turns of one talk.")],
    language_model: Annotated[str, typer.Option(help="llama, openai or none; the service's setting if empty.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per question.")] = False,
) -> None:
    """Ask a persona: its answer, what it cites, what the guard decided, how it came about and how long it took."""
    from server.cli.minds import load_mind, pack_folder, toolbox_of
    from server.cli.serve import settings_of

    settings = settings_of()
    began = perf_counter()
    folder = pack_folder(pack, settings)
    tools = toolbox_of(folder, settings)
    mind = load_mind(folder, settings, language_model, tools)
    load_ms = (perf_counter() - began) * 1000
    asyncio.run(_ask(mind, tools, questions, load_ms, _json if as_json else _text))


async def _ask(mind: Mind, tools: Toolbox, questions: list[str], load_ms: float, show: Any) -> None:
    from dialogue.text import language_of
    from dialogue.types import Utterance

    records: list[TurnRecord] = []
    tools.warm()
    talk = mind.converse(on_record=records.append)
    talk.likely(Utterance("你好", "zh"))  # dictionaries are read at the first question; a service has done so
    try:
        for turn, question in enumerate(questions, start=1):
            said = Utterance(question, language_of(question, "zh"), typed=True)
            sentences, first_ms, began = [], 0.0, perf_counter()
            async for sentence in talk.reply(said, turn=turn):
                first_ms = first_ms or (perf_counter() - began) * 1000
                sentences.append(sentence)
            times = {"load_ms": load_ms, "first_sentence_ms": first_ms, "whole_ms": (perf_counter() - began) * 1000}
            talk.heard(turn, "".join(sentence.text for sentence in sentences), interrupted=False)
            show(answer(sentences, records[-1], {name: round(ms, 1) for name, ms in times.items()}))
    finally:
        await talk.aclose()
        await mind.aclose()
        await tools.aclose()


def answer(sentences: list[Sentence], record: TurnRecord, timing: dict[str, float]) -> dict[str, Any]:
    """One turn, as it is printed with --json."""
    told = asdict(record)
    citations = {each.passage_id: asdict(each) for sentence in sentences for each in sentence.citations}
    return {
        "pack": told.pop("pack"),
        "turn": told.pop("turn"),
        "question": told.pop("question"),
        "language": told.pop("language"),
        "answer": "".join(sentence.text for sentence in sentences),
        "citations": list(citations.values()),
        "guard": {"kept_back": told.pop("interventions"), "masked": told.pop("masked")},
        "route": told.pop("route"),
        "handoff": any(sentence.handoff for sentence in sentences),
        "sentences": [asdict(sentence) for sentence in sentences],
        **{name: value for name, value in told.items() if name != "said"},
        "timing": timing,
    }


def _json(turn: dict[str, Any]) -> None:
    typer.echo(json.dumps(turn, ensure_ascii=False, default=str))


def _text(turn: dict[str, Any]) -> None:
    for sentence in turn["sentences"]:
        typer.echo(sentence["text"])
    for cited in turn["citations"]:
        typer.echo(f"    from {cited['title']} ({cited['source']}, {cited['as_of']})")
    for kept in turn["guard"]["kept_back"]:
        typer.echo(f"    the guard kept back, by rule {kept['rule']} ({kept['words']}): {kept['sentence']}")
    if turn["guard"]["masked"]:
        typer.echo(f"    masked: {', '.join(turn['guard']['masked'])}")
    for called in turn["tools"]:
        told = ", ".join(f"{name}: {value}" for name, value in called["arguments"].items())
        typer.echo(f"    called {called['tool']}({told}), {called['error'] or 'answered'} in {called['ms']} ms")
    near = ", ".join(f"{name} {score:.2f}" for name, score in turn["matches"])
    first, whole = turn["timing"]["first_sentence_ms"], turn["timing"]["whole_ms"]
    offered = " · a human is offered" if turn["handoff"] else ""
    if turn["flow"]:
        offered = f" {turn['flow']}: {turn['state']}{offered}"
    typer.echo(f"    {turn['route']}{offered} · nearest: {near or 'not looked up'} · {first:.0f} of {whole:.0f} ms")
