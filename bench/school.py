"""The shipped network rebuilt: corpus, lessons, training, decision, export, and the card: what it was made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from animation.listen.decide import Deciding, Decision
from animation.types import RATE
from bench.corpus import HELD_OUT, RECIPE, Spoken, folder, spoken, tasks
from bench.listen import card

CARD = {
    "script": "shuren animation train",
    "teacher": "the text-driven mouth (animation/coarticulation.py) on the phones the voice reports",
    "data": "bench/corpus.py: sentences in bench/sentences (written for Shuren), frequent words of jieba (MIT) and of "
    "Hibari's lexicon (Apache-2.0); spoken by Kokoro-82M and Hibari",
    "voices_licence": "Kokoro-82M weights and voices: Apache-2.0 (hexgrad); Hibari: Apache-2.0 (Maureese Williams)",
    "licence": "Apache-2.0",
}
_CHECKED = 23  # every so many-th utterance is not learned from: the decision is found on it
_CLOSED = 0.9  # of a window: on the rig the lips meet
_SURE = (0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
_HELD = (0, 3, 5)  # frames
_ACTS = 0.2  # below sure


def variants_of(example: Spoken) -> int:
    """Variations of an utterance: Mandarin, of which there is less, is heard through more rooms and microphones."""
    if example.task.voice.startswith("hibari"):
        return 1
    return 3 if example.task.language == "zh" else 2


def teach(
    out: Path | None = None,
    *,
    language: str = "",
    steps: int,
    start: Path | None = None,
    seed: int = 0,
    threads: int = 1,
    make: bool = True,
    progress: Callable[[int, float], Any] | None = None,
) -> Path:
    """Train on the corpus and write the network (.onnx), its weights (.pt) and its card (.json). `start`: weights to go
    on from. Raises ModelMissing without Kokoro, BackendUnavailable without PyTorch."""
    from models.errors import BackendUnavailable

    try:
        import torch

        from animation.listen.export import export
        from animation.listen.train import lessons, train
    except ImportError as error:
        raise BackendUnavailable("Training needs PyTorch.", hint='pip install "shuren[gpu]"') from error
    from animation.listen.stream import MODEL

    out = out or MODEL
    wanted = [task for task in tasks() if task.split == "train" and language in ("", task.language)]
    examples = list(spoken(wanted, make=make))
    checked, learned = examples[::_CHECKED], [e for i, e in enumerate(examples) if i % _CHECKED]
    network = train(
        lessons(learned, variants_of, seed, folder() / "lessons"),
        steps=steps, seed=seed, threads=threads, start=start, progress=progress,
    )  # fmt: skip
    torch.save(network.state_dict(), out.with_suffix(".pt"))
    export(network, out)
    decision = decided(out, checked)
    export(network, out, decision)
    minutes: dict[str, float] = {}
    for example in learned:
        kind = "en by hibari" if example.task.voice.startswith("hibari") else example.task.language
        minutes[kind] = minutes.get(kind, 0.0) + len(example.pcm) / RATE / 60
    told = CARD | {
        "voices": sorted({example.task.voice.partition("@")[0] for example in examples}),
        "held_out": HELD_OUT,
        "recipe": RECIPE,
        "utterances": len(learned),
        "minutes": {kind: round(m, 1) for kind, m in minutes.items()},
        "steps": steps,
        "start": start and hashlib.sha256(start.read_bytes()).hexdigest(),
        "seed": seed,
        "decision": json.loads(decision.written()),
        "torch": version("torch"),
        "parameters": sum(p.numel() for name, p in network.named_parameters() if not name.startswith("names")),
        "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
        "measured": card(out, make=make),
    }
    out.with_suffix(".json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return out


def decided(network: Path, checked: list[Spoken]) -> Decision:
    """How sure it should be of closures and of lips to the teeth: whatever finds most of them for the fewest that are
    none or are not let go of in time (F1), clean and in noise taken together."""
    from animation.listen.stream import Net
    from bench.listen import noisy, raw

    net = Net(network)
    heard = [(raw(worsen(e.pcm), net), e) for e in checked for worsen in (np.asarray, noisy)]
    best = Decision()
    for window, constraint in enumerate(("bilabial", "labiodental")):
        choices = [_with(best, window, sure, held) for sure in _SURE for held in _HELD]
        best = max(choices, key=lambda choice: _f1(choice, window, constraint, heard, net))
    return best


def _with(decision: Decision, window: int, sure: float, held: int) -> Decision:
    def changed(values: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
        return (*values[:window], value, *values[window + 1 :])

    return replace(
        decision,
        acts=changed(decision.acts, round(sure - _ACTS, 2)),
        sure=changed(decision.sure, sure),
        held=changed(decision.held, held),
    )


def _f1(decision: Decision, window: int, constraint: str, heard: list[tuple[np.ndarray, Spoken]], net: Any) -> float:
    from animation.listen.teacher import WINDOWS
    from bench.listen import near_phones

    found = asked = right = made = 0
    column = net.columns.index(WINDOWS[window])
    for rows, example in heard:
        deciding, acting = Deciding(decision, net.columns), np.zeros(len(rows), bool)
        for k, row in enumerate(rows.copy()):
            deciding.decide(row)
            acting[k] = row[column] >= _CLOSED
        spans = near_phones(example.phones, constraint, len(rows))
        found, asked = found + sum(acting[span].any() for span in spans), asked + len(spans)
        near = np.zeros(len(rows), bool)
        for span in spans:
            near[span] = True
        edges = np.flatnonzero(np.diff(np.concatenate([[0], acting.astype(np.int8), [0]])))
        made += len(edges) // 2
        # Lips that stay shut mumble the vowel after them: a closure must end beside its sound, too.
        begins, ends = edges[::2], edges[1::2]
        begins = ends - 1 if constraint == "bilabial" else begins
        right += sum(near[a:b].any() for a, b in zip(begins, ends, strict=True))
    recall, precision = found / max(asked, 1), right / max(made, 1)
    return 2 * recall * precision / max(recall + precision, 1e-9)
