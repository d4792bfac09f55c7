"""The cards on the stage of a show. One with an empty title takes the one of its kind away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from avatar.events import AudioOut
from dialogue.types import Language
from server.studio.cueing import CardCues
from server.studio.offers import price
from server.studio.performer import Performer
from server.studio.products import Products

FRESH_S = 60.0  # an older price stands on no card
AWAY = {"zh": "主播休息中", "en": "Back in a moment"}


class Cards:
    """Which product's card is on the stage, and what the shop said of it last."""

    def __init__(self, products: Products, performer: Performer, language: Language) -> None:
        self._products, self._performer, self._language = products, performer, language
        self._cues = CardCues(products)
        self._facts: dict[str, tuple[float, Mapping[str, Any]]] = {}
        self.shown: Mapping[str, Any] = {}
        self.pinned = ""

    def know(self, sku: str, facts: Mapping[str, Any], now: float) -> None:
        self._facts[sku] = (now, facts)

    def forget(self, sku: str) -> None:
        self._facts.pop(sku, None)

    def known(self, sku: str, now: float) -> bool:
        return sku in self._facts and now - self._facts[sku][0] < FRESH_S / 2

    def of(self, sku: str, now: float) -> dict[str, Any]:
        """The card; its price only where the shop said it within a minute."""
        product = self._products[sku]
        card = {"kind": "product", "title": product.names[self._language], "sku": sku}
        at, facts = self._facts.get(sku, (-FRESH_S, {}))
        if now - at < FRESH_S and (told := price(facts)):
            card["price"] = told
        return card

    def spoken(self, audio: AudioOut, now: float) -> None:
        """A piece of voice is on its way: cards come on the names in it."""
        for cue in self._cues.of(audio):
            if not self.pinned or cue.sku == self.pinned:
                self._show(self.of(cue.sku, now), cue.turn, cue.pts)

    def pin(self, card: Mapping[str, Any]) -> None:
        """Show it now and keep it; {}: let it go."""
        self.pinned = card.get("sku", "")
        self._show(card or {"kind": "product", "title": ""})

    def keep(self, on_show: frozenset[str]) -> None:
        """A card of something else than what is talked about goes."""
        if self.shown and self.shown["sku"] not in on_show and not self.pinned:
            self._show({"kind": "product", "title": ""})

    def comment(self, text: str) -> None:
        """The comment that is being answered; "" when that is over."""
        self._performer.card({"kind": "comment", "title": text})

    def away(self, on: bool) -> None:
        self._performer.card({"kind": "away", "title": AWAY[self._language] if on else ""})

    def _show(self, card: Mapping[str, Any], turn: int = 0, pts: int = 0) -> None:
        self.shown = card if card["title"] else {}
        self._performer.card(card, turn, pts)
