"""Fits the weights of dialogue/fusion.py and prints them, for each language of a question: `python -m bench.find.fit`.

A question, all entries of its pack and "none of them" are alternatives of a conditional logit whose null has utility 0;
so an entry's score alone tells how far it is from none. Takes some minutes. Trained on

- the rounds of tests/dialogue/paraphrases.yaml but the held-out ones, plain and with homophones
- phrasings of four packs, each taken out of the index while it is asked; three in ten with homophones
- as questions nothing answers: the `outside` rounds, and phrasings of the other packs
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from bench.find.questions import HELD_OUT, OUTSIDE, PERSONA, Question, rounds, spoilt
from dialogue.evals.slips import misheard
from dialogue.mind import build_index
from dialogue.pack import Pack
from dialogue.planner import CHAT, ELSEWHERE
from dialogue.retrieval import Index
from dialogue.text import has_chinese, normalise

PACKS = ("bank-teller", "tour-guide", "triage-assistant", "live-host")
# Chapters that would be answered alike by several packs: asked of another pack, they are not outside.
SHARED = ("Courtesies", "Courtesies and limits", "In the branch", "Everyday matters", "Safety and help", "Visiting",
          "Your rights and our limits", "Orders, delivery and after-sales", "The live room", "The rundown",
          "Emergencies and first aid", "Finding your way and services", "In Chengdu")  # fmt: skip
PHRASINGS = 450  # of each pack
STRANGERS = 200
KEPT = 40  # entries of a question that take part: the rest are far from it
TEMPER = 2.5  # utilities are divided by it, so that scores spread over 0..1 instead of crowding at its ends
RIDGE = 1e-3
WORTH = {"second": 4, "paraphrase": 2, "english": 2, "homophone": 1, "outside": 4, "second_outside": 4,
         "phrasings": 1, "strangers": 0.6}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    table: np.ndarray  # (entries, features)
    right: np.ndarray  # (entries,) bool; all False where nothing answers
    answers: np.ndarray  # (entries,) bool: no small talk and the like
    group: str
    chinese: bool


def samples(packs: dict[str, Pack], indexes: dict[str, Index], names: Sequence[str]) -> Iterator[Sample]:
    """The features of every training question."""
    home = indexes[PERSONA]
    for name, questions in rounds().items():
        if name in HELD_OUT:
            continue
        asked = questions if OUTSIDE in name or name == "homophone" else (*questions, *spoilt(questions))
        for question in asked:
            yield _sample(home, question, names, name)
    chance = random.Random(1)
    for name, pack in packs.items():
        for question, phrasing in _left_out(pack, chance):
            yield _sample(indexes[name], question, names, "phrasings", [phrasing])
        others = [other for key, other in packs.items() if key != name]
        for text in chance.sample(list(_strangers(others)), STRANGERS):
            yield _sample(indexes[name], Question(text, (), "zh"), names, "strangers")


def _sample(index: Index, question: Question, names: Sequence[str], group: str, gone: Sequence[str] = ()) -> Sample:
    features = index.features(question.text, without=gone)
    ids = np.array(index.ids)
    answers = np.array([" " not in each for each in ids])
    takes_part = answers | np.isin(ids, (CHAT, ELSEWHERE))  # procedures are begun by other means
    table = np.stack([features[name] for name in names], axis=1)[takes_part]
    return Sample(
        table, np.isin(ids[takes_part], question.items), answers[takes_part], group, has_chinese(question.text)
    )


def _left_out(pack: Pack, chance: random.Random) -> Iterator[tuple[Question, str]]:
    rows = [(item, key, text) for item in pack.items for key in pack.languages for text in item.phrasings[key]]
    for item, key, text in chance.sample(rows, min(PHRASINGS, len(rows))):
        asked = normalise(text)
        heard = misheard(asked) if has_chinese(asked) and chance.random() < 0.3 else asked
        yield Question(heard, (item.id,), key), asked


def _strangers(packs: Sequence[Pack]) -> Iterator[str]:
    for pack in packs:
        for item in pack.items:
            if item.chapter["en"] not in SHARED:
                yield from (normalise(text) for key in pack.languages for text in item.phrasings[key])


def fit(data: Sequence[Sample]) -> np.ndarray:
    """(features + 1,) weights and, last, the bias."""
    from scipy.optimize import minimize

    rows = [_kept(sample) for sample in data]
    width, most = data[0].table.shape[1], max(len(table) for table, _ in rows)
    tables = np.zeros((len(rows), most, width + 1))
    there = np.zeros((len(rows), most + 1), dtype=bool)
    right = np.zeros((len(rows), most + 1))
    for at, (table, answers) in enumerate(rows):
        tables[at, : len(table), :width], tables[at, : len(table), width] = table, 1
        there[at, : len(table)], there[at, most] = True, True
        right[at, : len(table)] = answers
        right[at, most] = not answers.any()
    worth = np.array([WORTH[sample.group] for sample in data])
    worth = worth / worth.sum()

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        utility = np.concatenate((tables @ weights, np.zeros((len(rows), 1))), axis=1)
        power = np.where(there, np.exp(utility - utility.max(axis=1, keepdims=True)), 0.0)
        share = power / power.sum(axis=1, keepdims=True)
        chosen = (share * right).sum(axis=1) + 1e-12
        pull = (share - share * right / chosen[:, None]) * worth[:, None]
        slope = np.einsum("nk,nkd->d", pull[:, :most], tables)
        ridge = np.append(scale * weights[:-1], 0.0)
        whole = RIDGE * (ridge**2).sum() - (worth * np.log(chosen)).sum()
        return whole, slope + 2 * RIDGE * ridge * np.append(scale, 0)

    scale = np.concatenate([table for table, _ in rows]).std(axis=0)  # ridge counts each feature by its spread
    bounds = [(0, None)] * width + [(None, None)]  # a better fit in one way is never worse
    return minimize(loss, np.zeros(width + 1), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 3000}).x


def _kept(sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    """The entries nearest by any feature, and those that answer."""
    rank = (sample.table / np.maximum(sample.table.max(axis=0), 1e-6)).sum(axis=1)
    kept = np.union1d(np.argsort(-rank)[:KEPT], np.flatnonzero(sample.right))
    return sample.table[kept], sample.right[kept]


def thresholds(data: Sequence[Sample], fitted: Mapping[bool, np.ndarray]) -> tuple[float, ...]:
    """`answer`, `ask`, `margin` and `sure` that serve best: a wrong answer costs two right ones, asking outside two."""
    seen: dict[str, list[tuple]] = {}
    for sample in data:
        weights = fitted[sample.chinese]
        score = 1 / (1 + np.exp(-(sample.table @ weights[:-1] + weights[-1]) / TEMPER))
        first, second = np.argsort(-score)[:2]
        pair = [at for at in np.argsort(-score)[:5] if sample.answers[at]][:2]
        row = (score[first], score[second], sample.answers[first], sample.right[first], sample.right[pair].any())
        seen.setdefault(sample.group, []).append(row)
    columns = {group: tuple(np.array(column) for column in zip(*rows, strict=True)) for group, rows in seen.items()}
    steps = (np.arange(0.3, 0.71, 0.05), np.arange(0.1, 0.61, 0.05), (0.02, 0.04, 0.06, 0.08), (0.8, 0.85, 0.9))
    choices = product(*steps)
    return max((c for c in choices if c[1] <= c[0]), key=lambda choice: _served(columns, *choice))


def _served(columns: dict, answer: float, ask: float, margin: float, sure: float) -> float:
    total = 0.0
    for group, (first, second, is_answer, right, in_pair) in columns.items():
        answered = is_answer & (first >= answer) & ((first - second >= margin) | (first >= sure))
        asked = is_answer & ~answered & (first >= ask)
        if OUTSIDE in group or group == "strangers":
            total -= 2 * answered.mean() + 2 * asked.mean()
        else:
            gain = np.where(answered, np.where(right, 1.0, -2.0), np.where(asked, np.where(in_pair, 0.85, -0.3), 0.0))
            total += gain.mean()
    return total


def main(tell: Callable[[str], None] = print) -> None:
    from dialogue.embedding import load_embedders
    from dialogue.packs import find_pack, load_pack
    from dialogue.vectors import VectorCache
    from models.store import Store

    encoders = load_embedders()
    cache = VectorCache(Store.default().home / "cache" / "vectors")
    packs = {name: load_pack(find_pack(name)) for name in PACKS}
    indexes = {name: build_index(pack, encoders, cache) for name, pack in packs.items()}
    names = sorted(indexes[PERSONA].features("你好"))
    data = list(samples(packs, indexes, names))
    tell(f"# {len(data)} questions")
    for there in ({"use", "e5"}, {"use"}, {"e5"}, set()):
        columns = [at for at, name in enumerate(names) if "." not in name or name.partition(".")[0] in there]
        some = [replace(each, table=each.table[:, columns]) for each in data]
        fitted = {chinese: fit([each for each in some if each.chinese == chinese]) for chinese in (True, False)}
        for chinese, weights in fitted.items():
            shown = {names[at]: round(float(weight), 2) for at, weight in zip(columns, weights / TEMPER, strict=False)}
            tell(f"{sorted(there)}, {chinese}: Fusion({weights[-1] / TEMPER:.2f}, {shown}),")
        tell("    # answer, ask, margin, sure: " + " ".join(f"{value:.2f}" for value in thresholds(some, fitted)))


if __name__ == "__main__":
    main()
