"""`shuren hear`: transcribe a wav file, whole or as if it were spoken now."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer


def hear(
    file: Annotated[Path, typer.Argument(help="A wav file of any rate.", exists=True, dir_okay=False)],
    language: Annotated[str, typer.Option(help="zh or en; detected where empty.")] = "",
    words: Annotated[str, typer.Option(help="Words that are likely, separated by commas.")] = "",
    stream: Annotated[bool, typer.Option("--stream", help="Follow it turn by turn, with partial transcripts.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Transcribe a wav file: text, language, confidence, timings."""
    if language not in ("", "zh", "en"):
        raise typer.BadParameter("zh or en", param_hint="--language")
    vocabulary = tuple(filter(None, words.replace("，", ",").split(",")))
    result = asyncio.run(_hear(file, language or None, vocabulary, stream, quiet=as_json))
    if as_json:
        print(json.dumps(result, ensure_ascii=False, indent=2))
    elif not result["turns"]:
        print("(nothing was said)")
    for turn in [] if as_json else result["turns"]:
        where = f"{turn['start_s']:.2f}–{turn['end_s']:.2f} s"
        print(f"{turn['text'] or '(not intelligible)'}   [{where}, {turn['language']}, {turn['confidence']:.2f}]")


async def _hear(file: Path, language: Any, words: tuple[str, ...], stream: bool, *, quiet: bool) -> dict[str, Any]:
    from models.store import Store
    from speech.audio import read_wav
    from speech.hearing import Ears
    from speech.types import INPUT_RATE, Heard, HearingFailed, Partial

    audio = read_wav(file)
    ears = Ears.load(Store.default())
    hearing = ears.listen(words, language)
    turns: list[dict[str, Any]] = []

    async def collect() -> None:
        async for event in hearing:
            match event:
                case Partial(text, stable) if stream and not quiet:
                    print(f"… {stable}|{text[len(stable) :]}")
                case Heard():
                    turns.append(_turn(event, INPUT_RATE))
                case HearingFailed(_, message):
                    raise RuntimeError(message)

    reader = asyncio.create_task(collect())
    try:
        await _play(hearing, audio, INPUT_RATE, real_time=stream)
        await hearing.settled()
    finally:
        await hearing.aclose()
        await reader
        await ears.aclose()
    return {"file": str(file), "seconds": round(len(audio) / INPUT_RATE, 2), "turns": turns} | _whole(turns)


async def _play(hearing: Any, audio: Any, rate: int, *, real_time: bool) -> None:
    """Push the file and a second of silence, which ends its last turn."""
    import numpy as np

    audio = np.concatenate((audio, np.zeros(rate, np.float32)))
    chunk = rate // 25
    for start in range(0, len(audio), chunk):
        await hearing.push(audio[start : start + chunk])
        await asyncio.sleep(chunk / rate if real_time else 0)
        if not real_time:
            await hearing.settled()  # a turn is recognised before the next one is read


def _turn(heard: Any, rate: int) -> dict[str, Any]:
    return {
        "text": heard.text,
        "language": heard.language,
        "confidence": round(heard.confidence, 3),
        "original": heard.original or heard.text,
        "words": [{"text": word.text, "confidence": round(word.confidence, 3)} for word in heard.words],
        "start_s": round(heard.start / rate, 3),
        "end_s": round(heard.end / rate, 3),
        "timings": {name: round(value, 1) for name, value in heard.timings.items()},
    }


def _whole(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """The file as one: text, language and confidence of all turns together."""
    said = [turn for turn in turns if turn["text"]]
    if not said:
        return {"text": "", "language": None, "confidence": 0.0}
    languages = [turn["language"] for turn in said]
    glue = " " if set(languages) == {"en"} else ""
    return {
        "text": glue.join(turn["text"] for turn in said),
        "language": max(set(languages), key=languages.count),
        "confidence": round(min(turn["confidence"] for turn in said), 3),
    }
