"""The live host says of a product only what the shop's catalogue says, and of its price nothing."""

from __future__ import annotations

import re

import pytest
import yaml

from dialogue.guard import Guard
from dialogue.numbers import Quantity, quantities
from dialogue.pack import Item, Pack
from dialogue.packs import find_pack, load_pack
from dialogue.sentences import split

# How the ids of items begin that tell of a product, where that is not its sku.
_OTHERWISE = {"bookmark": "brocade-bookmark", "jar": "paocai-jar", "jasmine": "tea-jasmine", "mengding": "tea-mengding"}


@pytest.fixture(scope="module")
def host() -> Pack:
    return load_pack(find_pack("live-host"))


@pytest.fixture(scope="module")
def catalogue(host: Pack) -> dict:
    return yaml.safe_load((host.folder / "catalogue.yaml").read_text(encoding="utf-8"))


def _amounts(text: str) -> list[Quantity]:
    """Its quantities, but for mere counts up to three, such as 一圈, 这一件 or "the two teas"."""
    return [q for q in quantities(text) if not q.counts or q.value is None or q.value > 3]


def _facts(entry: dict, language: str) -> str:
    return "\n".join([entry["name"][language], *entry["facts"][language]])


def _product(item: Item, catalogue: dict) -> dict | None:
    known = {product["sku"]: product for product in catalogue["products"]}
    names = {sku: sku for sku in known} | _OTHERWISE
    return next((known[sku] for name, sku in names.items() if item.id.startswith(name + "-")), None)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_number_of_a_product_stands_in_its_own_entry(host: Pack, catalogue: dict, language: str) -> None:
    wrong = []
    for item in host.items:
        product = _product(item, catalogue)
        if product:
            known = quantities(_facts(product, language))
            wrong += [(item.id, q.text) for q in _amounts(item.answer[language]) if not q.found_in(known)]
    assert not wrong


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_number_about_orders_stands_in_the_rules_of_the_shop(host: Pack, catalogue: dict, language: str) -> None:
    known = quantities("\n".join(catalogue["shop"]["facts"][language]))
    orders = [item for item in host.items if item.chapter["zh"] == "下单、发货和售后"]
    assert len(orders) >= 30
    said = [(item.id, q) for item in orders for q in _amounts(item.answer[language])]
    assert not [(item, q.text) for item, q in said if not q.found_in(known)]


def test_every_product_has_knowledge(host: Pack, catalogue: dict) -> None:
    told = {product["sku"] for item in host.items if (product := _product(item, catalogue))}
    assert told == {product["sku"] for product in catalogue["products"]}


def test_no_answer_quotes_a_price(host: Pack) -> None:
    for item in host.items:
        assert not re.search(r"[\d一二三四五六七八九十百]\s*(?:元|块(?!是)|毛)", item.answer["zh"]), item.id
        assert not re.search(r"\byuan\b|¥|\bRMB\b", item.answer["en"]), item.id


@pytest.mark.parametrize(
    "claim",
    [
        "我们是全网最低价。",
        "这是最好吃的豆瓣。",
        "销量第一的围巾。",
        "这个茶能降血压。",
        "喝了可以减肥。",
        "手慢无，马上抢光。",
        "这件绣品一定会升值。",
        "It is the lowest price ever.",
        "This tea cures diabetes.",
        "Last chance, buy now or regret it.",
        "我自己用过，特别好。",
        "请加我微信，私下转账便宜。",
    ],
)
def test_what_a_host_may_not_claim_is_blocked(host: Pack, claim: str) -> None:
    assert not all(Guard(host).check(sentence).ok for sentence in split(claim))


@pytest.mark.parametrize(
    "words",
    [
        "哪款最辣，看您放多少。",
        "我不能说这是全网最低价。",
        "茶不能治病。",
        "第一次来的朋友，欢迎。",
        "竹编是国家级非物质文化遗产。",
    ],
)
def test_what_only_sounds_like_a_claim_passes(host: Pack, words: str) -> None:
    assert Guard(host).check(words).ok, words


@pytest.fixture(scope="module")
def rundown(host: Pack) -> dict:
    return yaml.safe_load((host.folder / "rundown.yaml").read_text(encoding="utf-8"))


def test_the_rundown_shows_each_product_once_with_words_that_are_approved(
    host: Pack, catalogue: dict, rundown: dict
) -> None:
    known = {item.id for item in host.items if item.chapter["zh"] == "流程和串词"}
    assert {part["item"] for part in rundown["parts"]} <= known
    cards = [sku for part in rundown["parts"] for sku in part["cards"]]
    assert sorted(cards) == sorted(product["sku"] for product in catalogue["products"])


def test_viewers_are_told_at_least_every_quarter_of_an_hour_that_it_is_ai(rundown: dict) -> None:
    since = 0
    for part in rundown["parts"]:
        since = 0 if part["item"] in ("run-ai-notice", "run-opening") else since + part["seconds"]
        assert since <= rundown["notice_every_seconds"] == 900
