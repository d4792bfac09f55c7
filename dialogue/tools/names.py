"""Names in both languages as one phrase, so that a procedure can say a list in one breath."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def joined(names: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """{zh: 甲、乙和丙, en: A, B and C}; two empty texts where there is none."""
    names = list(names)
    return {
        "zh": _phrase([name["zh"] for name in names], "、", "和"),
        "en": _phrase([name["en"] for name in names], ", ", " and "),
    }


def _phrase(parts: list[str], between: str, last: str) -> str:
    return last.join(filter(None, (between.join(parts[:-1]), *parts[-1:])))
