"""A price is spoken as the shop says it at that moment, or not at all."""

from __future__ import annotations

import pytest
from room import Shop

from models.errors import OfferChanged
from server.studio.offers import Offers
from server.studio.studio import PHRASES, Prepared


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def offers(prepared: Prepared, shop: Shop) -> Offers:
    return Offers(prepared.products, shop, PHRASES)


async def test_fields_are_filled_with_what_the_shop_says_now(offers: Offers, shop: Shop) -> None:
    line = "{name}现在{price}元，还剩{stock}条，{ships}。"
    assert (await offers.spoken(line, "brocade-scarf", "zh")).text == "蜀锦长巾现在368元，还剩12条，现货48小时内发出。"
    shop.price, shop.stock = 299.5, 3
    assert (await offers.spoken(line, "brocade-scarf", "zh")).text == "蜀锦长巾现在299.5元，还剩3条，现货48小时内发出。"
    assert shop.asked == 2


@pytest.mark.parametrize("words", ["这条长巾368元。", "长巾三百六十八块钱。", "只要¥368。"])
async def test_a_written_price_passes_while_it_is_the_price_and_is_replaced_when_it_is_not(
    offers: Offers, shop: Shop, words: str
) -> None:
    assert (await offers.spoken(words, "brocade-scarf", "zh")).text == words
    shop.price = 369
    offer = await offers.spoken(words, "brocade-scarf", "zh")
    assert (offer.why, offer.text) == ("changed", PHRASES["unavailable"]["zh"])


async def test_without_the_shop_or_the_goods_no_price_is_said(offers: Offers, shop: Shop) -> None:
    shop.stock = 0
    assert (await offers.spoken("长巾{price}元。", "brocade-scarf", "zh")).text == PHRASES["sold_out"]["zh"]
    shop.away = True
    offer = await offers.spoken("长巾{price}元。", "brocade-scarf", "zh")
    assert (offer.why, offer.text) == ("unavailable", PHRASES["unavailable"]["zh"])


async def test_a_line_without_a_price_asks_nobody(offers: Offers, shop: Shop) -> None:
    assert (await offers.spoken("长一百六十厘米，宽三十厘米。", "", "zh")).text.startswith("长一百六十")
    assert shop.asked == 0


async def test_a_discount_nobody_knows_of_is_not_said(offers: Offers) -> None:
    assert (await offers.spoken("长巾打八折，{price}元。", "brocade-scarf", "zh")).why == "changed"


async def test_an_operator_cannot_type_a_wrong_price(offers: Offers, shop: Shop) -> None:
    await offers.check("长巾现在368元，喜欢的朋友看一下。", "zh")
    await offers.check("大家晚上好。", "zh")
    for words in ("长巾现在99元！", "全场八折。", "这个只要10块钱"):
        with pytest.raises(OfferChanged):
            await offers.check(words, "zh")
