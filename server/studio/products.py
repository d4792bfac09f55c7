"""The goods of a show, from the pack's `catalogue.yaml`: what they are called, so that their card comes on the name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from dialogue.text import normalise
from dialogue.types import Language

CATALOGUE = "catalogue.yaml"


@dataclass(frozen=True)
class Product:
    sku: str
    names: Mapping[Language, str]
    called: tuple[str, ...]  # what people say for it, beside its names
    options: Mapping[Language, tuple[str, ...]]


@dataclass(frozen=True)
class Named:
    """A product's name in a text: `at` characters from its beginning."""

    sku: str
    at: int
    words: str


class Products:
    """Immutable."""

    def __init__(self, products: Mapping[str, Product]) -> None:
        self._products = dict(products)

    @classmethod
    def of(cls, folder: Path) -> Products:
        """Those of a pack; none where it has no catalogue."""
        file = folder / CATALOGUE
        data = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else {}
        return cls({entry["sku"]: _product(entry) for entry in (data or {}).get("products", ())})

    def __contains__(self, sku: str) -> bool:
        return sku in self._products

    def __iter__(self) -> Iterator[Product]:
        return iter(self._products.values())

    def __getitem__(self, sku: str) -> Product:
        return self._products[sku]

    def named(self, text: str) -> list[Named]:
        """Every product named in the text, in the order of their first names; the longer name is meant."""
        found: dict[str, Named] = {}
        for match in self._pattern.finditer(text) if self._products else ():
            sku = self._skus[match[0].lower()]
            found.setdefault(sku, Named(sku, match.start(), match[0]))
        return list(found.values())

    @cached_property
    def _skus(self) -> dict[str, str]:
        return {name.lower(): product.sku for product in self for name in (*product.names.values(), *product.called)}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        names = sorted(self._skus, key=len, reverse=True)
        latin = lambda name: rf"\b{re.escape(name)}s?\b" if name.isascii() else re.escape(name)  # noqa: E731
        # A plural is found under its singular's entry, too.
        self._skus.update({f"{name}s": self._skus[name] for name in names if name.isascii()})
        return re.compile("|".join(map(latin, names)), re.IGNORECASE)


def _product(entry: Mapping[str, Any]) -> Product:
    called = tuple(normalise(word) for words in entry.get("called", {}).values() for word in words)
    options = {language: tuple(words) for language, words in entry.get("options", {}).items()}
    return Product(entry["sku"], entry["name"], called, options)
