"""What is said of prices and stock is true at the moment it is said: looked up then, or said otherwise.

A line may have fields (`{price}`), which are filled, and amounts written out (368元), which must be the price of now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any, Literal

from dialogue.numbers import Quantity, quantities
from dialogue.tools.types import Tools
from dialogue.types import Language
from dialogue.units import CURRENCY
from models.errors import OfferChanged, ToolFailed
from server.studio.products import Products

TOOL = "product"  # what a pack calls its tool for price and stock
FIELDS = {"name": "商品", "price": "10", "stock": "10", "ships": "现货发出"}  # with a sample to check a line by
Why = Literal["", "unavailable", "changed", "sold_out"]
_MONEY = {*CURRENCY.values(), "jiao", "jpy", "hkd", "krw", "discount"}


@dataclass(frozen=True)
class Offer:
    """A line as it may be said now. `why`: it was replaced, for its price or stock is not what the line says."""

    text: str
    why: Why = ""
    facts: Mapping[str, Any] = field(default_factory=dict)  # of the product, from its tool


class Offers:
    """Looks products up; remembers nothing, so nothing it says is older than the question."""

    def __init__(
        self, products: Products, tools: Tools | None, otherwise: Mapping[str, Mapping[Language, str]]
    ) -> None:
        """`otherwise`: what is said instead, by reason; `unavailable` serves for those that are not there."""
        self._products, self._tools, self._otherwise = products, tools, otherwise

    async def facts(self, sku: str) -> Mapping[str, Any]:
        """What the shop says of a product now. Raises ToolFailed, also where its facts are older than they may be."""
        if self._tools is None or TOOL not in self._tools.specs:
            raise ToolFailed("This persona has no tool that knows prices.")
        return (await self._tools.call(TOOL, {"sku": sku}, key="")).data

    async def spoken(self, text: str, about: str, language: Language) -> Offer:
        """The line as it may be said now. Lines that tell no price or stock come back as they are."""
        fields, claimed = fields_in(text), amounts(text)
        if not (fields or claimed):
            return Offer(text)
        try:
            facts = await self.facts(about)
            filled = text.format(**_texts(facts, language))
        except (ToolFailed, KeyError, ValueError, TypeError):
            return self._instead("unavailable", language)
        if facts.get("stock", 1) <= 0:
            return self._instead("sold_out", language, facts)
        known = quantities(f"{_number(facts['price'])}元")
        if any(not each.found_in(known) for each in amounts(filled)):
            return self._instead("changed", language, facts)
        return Offer(filled, "", facts)

    async def check(self, text: str, language: Language, about: str = "") -> None:
        """Of words that an operator types. Raises OfferChanged where a price in them is not the price of now."""
        if not amounts(text):
            return
        about = about or next((each.sku for each in self._products.named(text)), "")
        offer = await self.spoken(text, about, language) if about else self._instead("unavailable", language)
        if offer.why:
            raise OfferChanged(
                "The price in it is not what the shop says now.", hint="Look at the product, or leave the price out."
            )

    def _instead(self, why: Why, language: Language, facts: Mapping[str, Any] | None = None) -> Offer:
        words = self._otherwise.get(why) or self._otherwise["unavailable"]
        return Offer(words[language], why, facts or {})


def fields_in(text: str) -> set[str]:
    """The names of its fields; a text with loose braces has one that nobody knows."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {"?"}


def amounts(text: str) -> list[Quantity]:
    """Prices and reductions written out in a text."""
    return [each for each in quantities(text) if each.unit in _MONEY]


def price(facts: Mapping[str, Any]) -> str:
    """As a card shows it; "" where the shop says none."""
    return f"¥{_number(facts['price'])}" if "price" in facts else ""


def _texts(facts: Mapping[str, Any], language: Language) -> dict[str, str]:
    return {
        "name": facts["name"][language],
        "price": _number(facts["price"]),
        "stock": str(facts["stock"]),
        "ships": facts["ships"][language],
    }


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
