"""What is found and what comes of it, per round and language; and how long it takes.

Recall is of the index alone. What comes of it is the planner's: `right`, `asked` which of two with the right one among
them, `asked_wrongly`, `wrong`, `procedure` (one was begun instead), `declined` (the rest: not known, or left to a
human). `grounded` is right + asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from time import process_time
from typing import Any

import numpy as np

from bench.find.questions import HELD_OUT, OUTSIDE, PERSONA, Question, evals, rounds, spoilt
from bench.report import spread
from dialogue.embedding import Embedder, load_embedders
from dialogue.mind import Mind
from dialogue.packs import known_personas, load_pack
from dialogue.planner import State
from dialogue.retrieval import Entry, Index

MANY = 10_000  # passages
LOOKED_UP = 60  # questions of a latency
ENTRY = 5  # phrasings of an entry among the many


def run(personas: Sequence[str] = ()) -> dict[str, Any]:
    """All figures of the bank teller's rounds and of each pack's evals; percentages with one digit."""
    from dialogue.packs import PERSONAS

    result: dict[str, Any] = {"encoders": [each.name for each in load_embedders()], "rounds": {}, "packs": {}}
    for name in personas or known_personas():
        mind = Mind.load(PERSONAS / name, language_model="none")
        if name == PERSONA:
            result["rounds"] = _rounds(mind)
            result["search_cpu_ms"] = spread(latencies(mind.index, rounds()["second"]))
        if told := _evals(mind):
            result["packs"][name] = told
    return result | (run_large() if result["rounds"] else {})


def run_large() -> dict[str, Any]:
    """CPU milliseconds of a look-up among 10 000 passages."""
    return {"search_10000_cpu_ms": spread(latencies(large_index(load_embedders()), rounds()["second"]))}


def _rounds(mind: Mind) -> dict[str, Any]:
    told = {}
    for name, questions in rounds().items():
        held_out = {"held_out": name in HELD_OUT}
        told[name] = held_out | by_language(mind, questions)
        if OUTSIDE not in name and name != "homophone":
            told[f"{name}_misheard"] = held_out | by_language(mind, spoilt(questions))
    return told


def _evals(mind: Mind) -> dict[str, Any]:
    told = {}
    for kind, questions in evals(mind.pack).items():
        told[kind] = by_language(mind, questions)
        if kind != OUTSIDE:
            told["misheard"] = by_language(mind, spoilt(questions))
    return {"held_out": True} | told if told else {}


def by_language(mind: Mind, questions: Sequence[Question]) -> dict[str, dict[str, float]]:
    """The figures for each language that was asked in."""
    languages = dict.fromkeys(question.language for question in questions)
    return {each: measure(mind, [q for q in questions if q.language == each]) for each in languages}


def measure(mind: Mind, questions: Sequence[Question]) -> dict[str, float]:
    """Percentages, and `questions`. Of questions nothing answers: declined, asked and wrong only."""
    outcomes = Counter(outcome(mind, question) for question in questions)
    whole = {name: _percent(count, questions) for name, count in sorted(outcomes.items())}
    if not any(question.items for question in questions):
        return {"questions": len(questions)} | whole
    ranks = [_rank(mind.index, question) for question in questions]
    recall = {f"recall_at_{at}": _percent(sum(rank < at for rank in ranks), questions) for at in (1, 3)}
    grounded = _percent(outcomes["right"] + outcomes["asked"], questions)
    return {"questions": len(questions)} | recall | {"grounded": grounded} | whole


def outcome(mind: Mind, question: Question) -> str:
    """What comes of a question that opens a talk."""
    plan = mind.planner.plan(question.text, question.language, 1.0, State())
    offered = {item.id for item in plan.items}
    if plan.route == "which":
        return "asked" if offered & {*question.items} else "asked_wrongly"
    if offered:
        return "right" if offered & {*question.items} else "wrong"
    return "procedure" if plan.move or plan.route == "flow" else "declined"


def _rank(index: Index, question: Question) -> int:
    """Where the first right answer stands among the answers (procedures and small talk are none); 3: below."""
    found = [match.id for match in index.search(question.text, count=12) if " " not in match.id][:3]
    return next((rank for rank, name in enumerate(found) if name in question.items), 3)


def latencies(index: Index, questions: Sequence[Question]) -> list[float]:
    """CPU milliseconds of each look-up, after one to warm up."""
    index.search("你好")
    times = []
    for question in questions[:LOOKED_UP]:
        began = process_time()
        index.search(question.text)
        times.append((process_time() - began) * 1000)
    return times


class _StandIn:
    """Embeds questions truly, and what is found at random: how long a look-up takes does not depend on the vectors."""

    worth_keeping = False

    def __init__(self, encoder: Embedder) -> None:
        self.name, self.version, self._encoder = encoder.name, encoder.version, encoder
        self._width = encoder(["?"]).shape[1]

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        return self.passages(texts) if len(texts) > 2 else self._encoder(texts)

    def passages(self, texts: Sequence[str]) -> np.ndarray:
        vectors = np.random.default_rng(0).standard_normal((len(texts), self._width), dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def large_index(encoders: Sequence[Embedder]) -> Index:
    """An index of 10 000 phrasings, made of the bank teller's with numbers before them."""
    from dialogue.packs import find_pack

    pack = load_pack(find_pack(PERSONA))
    known = [text for item in pack.items for key in pack.languages for text in item.phrasings[key]]
    phrasings = [f"{known[at % len(known)]}{at}" for at in range(MANY)]
    entries = [Entry(f"many-{at}", tuple(phrasings[at : at + ENTRY]), (phrasings[at],)) for at in range(0, MANY, ENTRY)]
    return Index(entries, embedders=[_StandIn(encoder) for encoder in encoders])


def _percent(count: int, of: Sequence[object]) -> float:
    return round(100 * count / len(of), 1)
