"""The shipped network rebuilt: corpus, lessons, training, export and the card that says what it was made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from animation.types import RATE
from bench.corpus import HELD_OUT, RECIPE, spoken, tasks
from bench.listen import card

CARD = {
    "script": "shuren animation train",
    "teacher": "the text-driven mouth (animation/coarticulation.py) on the phones the voice reports",
    "data": "bench/corpus.py: sentences in bench/sentences (written for Shuren), frequent words of jieba (MIT), common "
    "English words; spoken by Kokoro-82M",
    "voices_licence": "Kokoro-82M weights and voices: Apache-2.0 (hexgrad)",
    "licence": "Apache-2.0",
}


def teach(
    out: Path | None = None,
    *,
    language: str = "",
    steps: int,
    variants: int,
    seed: int = 0,
    threads: int = 1,
    progress: Callable[[int, float], Any] | None = None,
) -> Path:
    """Train on the corpus and write the network and its card. Raises ModelMissing without Kokoro, BackendUnavailable
    without PyTorch."""
    from models.errors import BackendUnavailable

    try:
        from animation.listen.export import export
        from animation.listen.train import lessons, train
    except ImportError as error:
        raise BackendUnavailable("Training needs PyTorch.", hint='pip install "shuren[gpu]"') from error
    from animation.listen.stream import MODEL

    out = out or MODEL
    wanted = [task for task in tasks() if task.split == "train" and language in ("", task.language)]
    examples = list(spoken(wanted))
    network = train(*lessons(examples, variants, seed), steps=steps, seed=seed, threads=threads, progress=progress)
    export(network, out)
    told = CARD | {
        "languages": sorted({example.task.language for example in examples}),
        "voices": sorted({example.task.voice for example in examples}),
        "held_out": HELD_OUT,
        "recipe": RECIPE,
        "utterances": len(examples),
        "minutes": round(sum(len(example.pcm) for example in examples) / RATE / 60, 1),
        "variants": variants,
        "steps": steps,
        "seed": seed,
        "torch": version("torch"),
        "parameters": sum(p.numel() for p in network.parameters()),
        "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
        "measured": card(out),
    }
    out.with_suffix(".json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return out
