"""A rundown that goes round does not sound like a loop."""

from __future__ import annotations

from datetime import date

import pytest

from server.studio.script import Script
from server.studio.studio import Prepared


def _hours(prepared: Prepared, seed: int, hours: float = 3.0) -> list[tuple[float, str, str]]:
    script, now, said = Script(prepared.rundown, "zh", seed=seed), 0.0, []
    while now < hours * 3600:
        chosen = script.next(now)
        if chosen is None:
            now += 5
            continue
        said.append((now, chosen.line.id, chosen.text))
        now += 0.2 * len(chosen.text) + script.rest()
    return said


@pytest.mark.parametrize("seed", range(8))
def test_no_words_come_twice_within_ten_minutes(prepared: Prepared, seed: int) -> None:
    last: dict[str, float] = {}
    said = _hours(prepared, seed)
    assert len(said) > 300
    for at, _, text in said:
        assert at - last.get(text, -1e9) >= prepared.rundown.repeat_after_s, text
        last[text] = at


def test_later_rounds_differ_in_order_and_words_and_a_seed_repeats_itself(prepared: Prepared) -> None:
    said = _hours(prepared, 1)
    assert said == _hours(prepared, 1) and said != _hours(prepared, 2)
    tea = [line for _, line, _ in said if line.startswith("13.")]
    begins = [at for at, line in enumerate(tea) if line == "13.0"]
    rounds = [tuple(tea[a:b]) for a, b in zip(begins, begins[1:], strict=False)]
    assert len(set(rounds)) > 1, "every round has the same order"
    assert len({text for _, line, text in said if line == "3.4"}) == 3, "not every variant is used"


def test_what_is_said_once_comes_in_the_first_round_only(prepared: Prepared) -> None:
    assert sum(line == "1.0" for _, line, _ in _hours(prepared, 0)) == 1


def test_an_answer_past_its_date_is_not_said(prepared: Prepared) -> None:
    script = Script(prepared.rundown, "zh", today=lambda: date(2099, 1, 1))
    said = [chosen for now in range(0, 4000, 20) if (chosen := script.next(now))]
    assert said and all(not chosen.line.item for chosen in said)


def test_a_part_that_stays_waits_for_questions_and_a_jump_begins_a_part(prepared: Prepared) -> None:
    script = Script(prepared.rundown, "zh")
    script.go(4, 0.0)  # run-ask, 120 s
    assert script.next(0.0).line.item == "run-ask"
    assert script.next(60.0) is None and script.part == 4
    assert script.next(121.0).line.item == "run-bamboo"
    with pytest.raises(IndexError):
        script.go(99, 0.0)
