"""A rundown is read as a whole before a word of it is spoken, and every fault of it is told."""

from __future__ import annotations

import pytest

from dialogue.guard import Guard
from models.errors import RundownInvalid
from server.studio.rundown import read
from server.studio.studio import Prepared

HEAD = "format: 1\nas_of: 2026-11-01\nparts:\n  - seconds: 60\n    lines:\n      - "


@pytest.fixture(scope="module")
def guard(prepared: Prepared) -> Guard:
    return Guard(prepared.pack)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{zh: [这是全网最低价。], en: [Good.]}", "全网最低"),
        ("{zh: [这个茶能降血压。], en: [Good.]}", "降血压"),
        ("{zh: [我自己用过，特别好。], en: [Good.]}", "human"),
        ("{zh: [长巾三百六十八元。], en: [Good.]}", "needs `about`"),
        ("{zh: ['长巾{price}元。'], en: [Good.]}", "needs `about`"),
        ("{about: brocade-scarf, zh: ['长巾{cost}元。'], en: [Good.]}", "no field cost"),
        ("{about: brocade-scarf, zh: ['长巾{price元。'], en: [Good.]}", "no field"),
        ("{about: brocade-scarf, zh: [仅剩三件了。], en: [Good.]}", "{stock}"),
        ("{about: brocade-scarf, zh: ['原价五百元，现在{price}元。'], en: [Good.]}", "compared prices"),
        ("{about: no-such, zh: [好。], en: [Good.]}", "no product 'no-such'"),
        ("{zh: [好。]}", "nothing in en"),
        ("{item: no-such}", "no item 'no-such'"),
        ("{item: run-ask, zh: [好。]}", "either `item` or words"),
        ("{zh: [好。], en: [Good.], mood: drunk}", "no mood 'drunk'"),
        ("{zh: [好。], en: [Good.], price: 3}", "price"),
    ],
)
def test_each_fault_is_told_with_its_line(prepared: Prepared, guard: Guard, line: str, fault: str) -> None:
    with pytest.raises(RundownInvalid) as refused:
        read(HEAD + line, prepared.pack, prepared.products, guard)
    assert fault in refused.value.message and ("1.1" in refused.value.message or "lines.0" in refused.value.message)


@pytest.mark.parametrize("text", ["[]", "parts: [", "format: 2\nas_of: 2026-11-01\nparts: []", "x" * 300_000])
def test_what_is_no_rundown_is_refused(prepared: Prepared, guard: Guard, text: str) -> None:
    with pytest.raises(RundownInvalid):
        read(text, prepared.pack, prepared.products, guard)


def test_how_many_are_left_may_be_told_from_the_shop(prepared: Prepared, guard: Guard) -> None:
    line = "{about: brocade-scarf, zh: ['长巾还剩{stock}条。'], en: ['Only {stock} left.']}"
    rundown = read(HEAD + line, prepared.pack, prepared.products, guard)
    assert rundown.parts[0].lines[0].about == "brocade-scarf"
