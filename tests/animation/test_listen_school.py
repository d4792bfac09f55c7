"""What the mouth by ear learns from and is judged by: nothing held out is taught, phones stay with their sounds, and
a window is decided for good."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from animation.listen.decide import Deciding, Decision
from animation.listen.teacher import COLUMNS, LEARNED, SYMBOLS, named
from animation.types import RATE, SAMPLES_PER_FRAME, Phone
from animation.visemes import is_silence
from bench.cast import say
from bench.corpus import HELD_OUT, Spoken, Task, tasks
from bench.recorded import carried, moved
from bench.utterances import LANGUAGES, utterance
from models.errors import AudioInvalid

CLOSURE = COLUMNS.index("closure")
TEXT = "My mother bought a bunch of purple plums."


def decided(told: list[float], decision: Decision) -> np.ndarray:
    """The closure window [n] made of how sure the network is of it, frame by frame."""
    deciding, out = Deciding(decision, COLUMNS), []
    for sure in told:
        row = np.zeros(len(COLUMNS))
        row[CLOSURE], row[COLUMNS.index("presence")] = sure, 1.0
        deciding.decide(row)
        out.append(row[CLOSURE])
    return np.array(out)


def test_no_voice_or_sentence_that_is_judged_is_ever_taught() -> None:
    made = tasks()
    assert len({task.key for task in made}) == len(made)
    held = set(HELD_OUT["zh"]) | set(HELD_OUT["en"])
    taught = [task for task in made if task.split == "train"]
    assert not any(held & set(task.voice.partition("@")[0].split("+")) for task in taught)
    judged = {task.text for task in made if task.split != "train"}
    assert judged and not judged & {task.text for task in taught}
    assert {(task.split, task.language) for task in made} == {
        (split, language) for split in ("train", "text", "voice") for language in ("zh", "en")
    }


def test_lips_that_were_surely_to_shut_do_and_half_a_suspicion_does_not_shut_them() -> None:
    quiet = [0.0] * 20
    held = Decision(held=(4, 0, 0))
    assert decided([*quiet, 0.6, *quiet], held).max() == 1.0  # sure for one frame only
    assert decided([*quiet, *[0.35] * 10, *quiet], held).max() < 0.7
    assert np.abs(np.diff(decided([*quiet, *[1.0] * 10, *quiet], held))).max() <= 0.341  # lips are no faster
    assert Decision.read(held.written()) == held


def test_a_phone_has_its_name_on_its_frames() -> None:
    phones = [Phone("sil", 0, 4_000), Phone("b", 4_000, 6_000), Phone("a", 6_000, 10_000), Phone("sil", 10_000, 12_000)]
    names = [SYMBOLS[k] for k in named(phones, -5, 30)]
    assert names == ["sil"] * 15 + ["b"] * 5 + ["a"] * 10 + ["sil"] * 5


@pytest.mark.parametrize("throat", [0.86, 1.0, 1.15])
def test_vowels_are_loud_where_hibari_says_they_are_whatever_its_throat(throat: float) -> None:
    pcm, phones = say(f"hibari@{throat**3:.2f}@{throat}@0", TEXT, "en", 1.0)
    assert phones[0].start == 0 and phones[-1].end <= len(pcm)
    assert all(a.end == b.start for a, b in zip(phones, phones[1:], strict=False))
    assert [p.symbol for p in phones if p.symbol in "B P M F V".split()] == "M M B B V P P P M".split()
    power = np.square(pcm.astype(np.float64))

    def level(some: Callable[[Phone], bool]) -> float:
        return 10 * np.log10(np.mean(np.concatenate([power[p.start : p.end] for p in phones if some(p)])))

    vowels = level(lambda p: p.symbol[0] in "AEIOU")
    assert vowels > level(lambda p: p.symbol == "P") + 15
    assert vowels > level(lambda p: is_silence(p.symbol)) + 30


def test_phones_are_carried_over_to_the_same_words_said_more_slowly() -> None:
    fast, phones = say("hibari@1.0@1.0@0", TEXT, "en", 1.15)
    slow, truth = say("hibari@0.9@1.03@0", TEXT, "en", 0.85)
    carried = moved(phones, fast, slow)
    assert [p.symbol for p in carried] == [p.symbol for p in truth]
    off = [abs(p.start - q.start) / RATE for p, q in zip(carried, truth, strict=True)]
    unmoved = [abs(p.start - q.start) / RATE for p, q in zip(phones, truth, strict=True)]
    assert np.mean(off) < 0.03 and np.mean(off) < 0.3 * np.mean(unmoved)


def test_recordings_without_transcripts_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(AudioInvalid, match=r"transcripts\.tsv"):
        carried(tmp_path)


def test_lessons_kept_are_the_lessons_made_and_the_teacher_is_asked_anew(tmp_path: Path, monkeypatch) -> None:
    from animation.listen import train

    said = utterance(LANGUAGES["zh"][0], "zh", seed=3)
    example = Spoken(Task("train", "zh", "somebody", 1.0, "…"), said.pcm, said.phones)
    made, kept = (train.lessons([example], lambda _: 2, 0, tmp_path) for _ in range(2))
    fresh = train.lessons([example], lambda _: 2, 0)
    for other in (kept, fresh):
        assert np.array_equal(made.features, other.features) and np.array_equal(made.targets, other.targets)
    assert len(made.features) == len(made.targets) == len(made.symbols) > 3 * len(said.pcm) // SAMPLES_PER_FRAME
    monkeypatch.setattr(train, "taught", lambda phones, pcm, a, b: np.ones((b - a, len(COLUMNS)), np.float32))
    assert train.lessons([example], lambda _: 2, 0, tmp_path).targets.min() == 1.0


def test_a_missed_closure_costs_most() -> None:
    import torch

    from animation.listen.network import loss

    wanted = torch.zeros(1, 20, len(COLUMNS))
    wanted[:, 8:12, len(LEARNED) :] = 1.0  # every window
    right = torch.where(wanted > 0.5, 4.0, -4.0)
    right[..., : len(LEARNED)] = 0.0
    names, symbols = torch.zeros(1, 20, len(SYMBOLS)), torch.zeros(1, 20, dtype=torch.long)

    def without(name: str) -> float:
        made = right.clone()
        made[..., COLUMNS.index(name)] = -4.0
        return float(loss(made, names, wanted, symbols, torch.ones(len(COLUMNS))))

    costs = [without(name) for name in ("closure", "teeth", "sibilant", "presence")]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] > float(loss(right, names, wanted, symbols, torch.ones(len(COLUMNS))))
