"""`shuren bench`: measure a stage or the whole, as a table or one JSON object."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Measure. Each command prints one table, or with --json one object.",
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def turn(
    url: Annotated[str, typer.Option(help="A running server.")] = "ws://127.0.0.1:8000",
    persona: str = "bank-teller",
    turns: int = 24,
    interruptions: Annotated[int, typer.Option(help="Answers to talk over afterwards.")] = 6,
    languages: Annotated[str, typer.Option(help="zh, en or zh,en")] = "zh,en",
    as_json: Json = False,
) -> None:
    """Play spoken questions into a running server; time the answers from the end of speech, spoken live and rendered
    ahead (`shuren persona build`)."""
    import asyncio
    import sys

    import httpx

    from bench import turn as bench
    from bench.report import report
    from bench.speaker import Speaker

    def show(done: bench.Turn) -> None:
        first = done.at.get("first_audio_ms", float("nan"))
        print(f"{done.question}  →  {done.heard}  {first:.0f} ms", file=sys.stderr)

    chosen = tuple(languages.split(","))
    speaker = Speaker()
    questions = [(text, language) for language in chosen for text in bench.QUESTIONS[language]]
    speaker.prepare([*questions, bench.INTERRUPTION])
    url = url.replace("http", "ws", 1).rstrip("/") if url.startswith("http") else url.rstrip("/")
    ahead = httpx.get(f"{url.replace('ws', 'http', 1)}/readyz", timeout=30).json().get("rendered", {}).get(persona, {})
    if ahead.get("clauses", 0) < ahead.get("of", 1):
        print(f"Not all of {persona} is rendered ahead: shuren persona build {persona}", file=sys.stderr)
    address = f"{url}/v1/realtime?persona={persona}"

    async def measure() -> tuple[list[bench.Turn], list[float], list[bench.Turn]]:
        live = f"{address}&rendered=false"
        done, stops = await bench.measure(live, turns, chosen, speaker.speak, interruptions=interruptions, on_turn=show)
        rendered, _ = await bench.measure(address, turns, chosen, speaker.speak, on_turn=show)
        return done, stops, rendered

    settings = {"url": url, "persona": persona, "turns": turns, "cushion_ms": bench.CUSHION * 1000, "rendered": ahead}
    report(bench.summary(*asyncio.run(measure())), settings=settings, as_json=as_json)


@app.command()
def turns(
    final_ms: Annotated[float, typer.Option(help="What the final transcript takes, in virtual time.")] = 300,
    partial_ms: Annotated[float, typer.Option(help="What a partial one takes.")] = 200,
    sound: Annotated[bool, typer.Option(help="Ask Smart Turn, where it is installed.")] = True,
    as_json: Json = False,
) -> None:
    """Scripted dialogues in audio: pauses taken for an end, how soon an end is known, and what stops her speech."""
    from bench.report import report
    from bench.turns.modelled import Delays
    from bench.turns.run import run

    settings = {"final_ms": final_ms, "partial_ms": partial_ms, "sound": sound}
    delays = Delays(partial=partial_ms / 1000, final=final_ms / 1000)
    report(run(delays, by_sound=sound), settings=settings, as_json=as_json)


@app.command()
def faults(as_json: Json = False) -> None:
    """Put faults into a running service (clients, disk, database, language models): survived, and confirmed data lost.

    Exits with 1 where anything did not survive or was lost.
    """
    import asyncio

    from bench.faults.run import run
    from bench.report import report

    result = asyncio.run(run())
    report(result, settings={}, as_json=as_json)
    if result["survived"] < result["faults_tried"] or result["confirmed_records_lost"]:
        raise typer.Exit(1)


@app.command()
def hear(
    set_dir: Annotated[Path | None, typer.Option("--set", help="Recordings with transcripts.tsv.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many recordings, 0 = all.")] = 0,
    questions: Annotated[int, typer.Option(help="Role questions of each kind to ask in a noisy hall.")] = 60,
    noise: Annotated[Path | None, typer.Option(help="A folder of wav files without speech.", file_okay=False)] = None,
    as_json: Json = False,
) -> None:
    """Error and speed of the ears, clean and in noise; questions understood; words made of noise."""
    from bench.hear import run
    from bench.report import report

    result = run(set_dir, limit=limit, questions=questions, noise=noise)
    report(result, settings={"set": str(set_dir or "synthesised")}, as_json=as_json)


@app.command()
def find(
    personas: Annotated[str, typer.Option(help="Packs whose evals are asked, comma between; all when omitted.")] = "",
    large: Annotated[bool, typer.Option("--large", help="Only how fast a look-up among 10 000 passages is.")] = False,
    as_json: Json = False,
) -> None:
    """Is the right answer found: in other words, misheard, outside; per language and pack, and how fast."""
    from bench.find.run import run, run_large
    from bench.report import report

    chosen = personas.split(",") if personas else []
    report(run_large() if large else run(chosen), settings={"personas": chosen or "all"}, as_json=as_json)


@app.command()
def follow(
    language_model: Annotated[str, typer.Option(help="llama, openai or none.")] = "llama",
    personas: Annotated[str, typer.Option(help="Comma between; all of the set when omitted.")] = "",
    as_json: Json = False,
) -> None:
    """Questions that lean on the one before: with the rules alone, and completed by a language model."""
    import asyncio
    import sys

    from bench.follow import run
    from bench.report import report
    from dialogue.llm.openmp import wait_passively
    from dialogue.mind import load_model
    from models.store import Store
    from server.cli.serve import settings_of

    wait_passively()
    settings = settings_of()
    model = load_model(language_model, Store(settings.home), {"first_s": 600.0, "total_s": 600.0})
    chosen = personas.split(",") if personas else []
    told = asyncio.run(run(model, chosen, tell=lambda line: print(line, file=sys.stderr)))
    report(told, settings={"language_model": language_model}, as_json=as_json)


@app.command()
def voice(
    sentences: Annotated[int, typer.Option(help="Sentences for each voice.")] = 20,
    as_json: Json = False,
) -> None:
    """Intelligibility, speed and loudness of the voices."""
    import asyncio

    from bench.report import report
    from bench.voice import recogniser_of, run
    from models.store import Store

    async def measure() -> dict:
        store = Store.default()
        recogniser = recogniser_of(store)
        try:
            return await run(store=store, recogniser=recogniser, sentences=sentences)
        finally:
            await recogniser.aclose()

    report(asyncio.run(measure()), settings={"sentences": sentences}, as_json=as_json)


@app.command()
def seams(as_json: Json = False) -> None:
    """Joins between rendered parts of a sentence and a slot's phrase made live, against ordinary joins of clauses."""
    import asyncio

    from bench.report import report
    from bench.seams import TEMPLATES, run

    report(asyncio.run(run()), settings={"templates": len(TEMPLATES)}, as_json=as_json)


@app.command()
def lipsync(
    avatars: Annotated[str, typer.Option(help="Built avatars to measure, comma between; all when omitted.")] = "",
    every: Annotated[int, typer.Option(min=1, max=20, help="Take only every so many sentences.")] = 1,
    voice: Annotated[bool, typer.Option(help="Measure some sentences of the real voice too.")] = False,
    looks: Annotated[
        bool | None, typer.Option(help="Show the drawn faces to a face tracker; a run of all sentences does.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Do the lips say what is said: closed, smooth, in time, readable? Against OpenFaceFX where it is installed."""
    from bench.lipsync.run import built, run
    from bench.lipsync.table import show

    chosen = built(avatars.split(",") if avatars else None)
    seen = every == 1 if looks is None else looks
    made = run(chosen, every=every, voice=voice, looks=seen)
    show(made, settings={"avatars": list(chosen), "every": every, "looks": seen}, as_json=as_json)


@app.command()
def player(
    url: Annotated[str, typer.Option(help="A running server.")] = "http://127.0.0.1:8000",
    persona: str = "bank-teller",
    seconds: Annotated[float, typer.Option(min=1, help="How long to watch.")] = 60,
    as_json: Json = False,
) -> None:
    """The page in Chromium: frames a second, offset between face and voice, gaps in the voice, memory over time."""
    from bench.player import run
    from bench.report import report

    settings = {"url": url, "persona": persona, "seconds": seconds, "window": "1280x720"}
    report(run(url, persona, seconds), settings=settings, as_json=as_json)


@app.command()
def body(as_json: Json = False) -> None:
    """What a body costs."""
    from bench.body import run
    from bench.report import report

    report(run(), settings={}, as_json=as_json)


@app.command()
def listen(
    network: Annotated[Path | None, typer.Option(help="An .onnx file instead of the shipped one.")] = None,
    against: Annotated[Path | None, typer.Option(help="Another .onnx file to compare it with.")] = None,
    recordings: Annotated[
        Path | None, typer.Option(help="A folder of people's recordings: wav files and transcripts.tsv.")
    ] = None,
    as_json: Json = False,
) -> None:
    """How well the mouth follows a voice of which only the audio is known, against the mouth driven by phones."""
    from bench.listen import run
    from bench.report import report

    settings = {"network": str(network or "shipped")}
    report(run(network=network, against=against, recordings=recordings), settings=settings, as_json=as_json)


@app.command()
def looks(
    avatars: Annotated[str, typer.Option(help="Names of built looks, comma separated; all when omitted.")] = "",
    steps: Annotated[int, typer.Option(min=3, help="Pictures for each shape, from nothing to all.")] = 9,
    as_json: Json = False,
) -> None:
    """Does a face tracker read from a drawn face what was set?"""
    from avatar.render.browser import built
    from bench.looks import run
    from bench.report import report

    chosen = avatars.split(",") if avatars else built()
    report(run(chosen, steps=steps), settings={"avatars": chosen, "steps": steps}, as_json=as_json)
