"""The demo servers keep books that are right: one effect for one request, queues that shorten, limits that hold."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp.server.mcpserver.exceptions import ToolError

from dialogue.tools.demos.bank import Bank
from dialogue.tools.demos.hospital import Hospital
from dialogue.tools.demos.names import DEMOS
from dialogue.tools.demos.scenic import Scenic
from dialogue.tools.demos.server import Demo
from dialogue.tools.demos.shop import Shop


class Clock:
    """A Wednesday, a few minutes after ten, until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 12, 2, 10, 5).astimezone()

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bank(tmp_path: Path, clock: Clock) -> Bank:
    return Bank(tmp_path, clock=clock)


@pytest.fixture
def hospital(tmp_path: Path, clock: Clock) -> Hospital:
    return Hospital(tmp_path, clock=clock)


@pytest.fixture
def scenic(tmp_path: Path, clock: Clock) -> Scenic:
    return Scenic(tmp_path, clock=clock)


@pytest.fixture
def shop(tmp_path: Path, clock: Clock) -> Shop:
    return Shop(tmp_path, clock=clock)


def rows(demo: Demo, table: str) -> list[dict[str, Any]]:
    columns, found = demo.store.tables()[table]
    return [dict(zip(columns, row, strict=True)) for row in found]


# The store


def test_every_demo_has_a_name_and_its_tools(bank: Bank, hospital: Hospital, scenic: Scenic, shop: Shop) -> None:
    demos = (bank, scenic, hospital, shop)
    assert [demo.NAME for demo in demos] == list(DEMOS)
    for demo in demos:
        assert all(callable(getattr(demo, name)) for name in demo.TOOLS)
        assert demo.store.file.exists()


def test_a_repeated_request_changes_nothing_and_gets_the_same_answer(bank: Bank, clock: Clock) -> None:
    first = bank.take_ticket("personal", "run 1")
    clock.move(minutes=3)
    assert bank.take_ticket("personal", "run 1") == first
    assert bank.take_ticket("personal", "run 2")["number"] != first["number"]
    with pytest.raises(ToolError, match="another request"):
        bank.take_ticket("company", "run 1")


def test_many_at_once_get_different_numbers(bank: Bank) -> None:
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda n: bank.take_ticket("personal", f"run {n}")["number"], range(24)))
    assert len(set(taken)) == 24


def test_many_at_once_with_one_request_do_it_once(shop: Shop) -> None:
    with ThreadPoolExecutor(8) as threads:
        held = list(threads.map(lambda _: shop.hold_order("panda-plush", "run 1", 2), range(16)))
    assert len({answer["number"] for answer in held}) == 1 == len(rows(shop, "orders"))
    assert shop.stock("panda-plush")["stock"] == 798


def test_what_was_done_is_kept_over_a_restart_and_gone_after_a_reset(bank: Bank, tmp_path: Path, clock: Clock) -> None:
    code = bank.book_appointment("account", "2026-12-03", "11:00", "run 1")["code"]
    again = Bank(tmp_path, clock=clock)
    assert [row["code"] for row in rows(again, "appointments")] == [code]
    again.store.reset()
    assert rows(bank, "appointments") == [] == rows(bank, "effects")
    assert len(rows(bank, "branches")) == 5


def test_a_failed_effect_leaves_nothing_behind(bank: Bank) -> None:
    with pytest.raises(ToolError):
        bank.take_ticket("personal", "run 1", branch="nowhere")
    assert rows(bank, "effects") == []


# The bank


def test_a_ticket_moves_up_as_time_passes(bank: Bank, clock: Clock) -> None:
    ticket = bank.take_ticket("personal", "run 1")
    assert (ticket["number"], ticket["ahead"], ticket["minutes"]) == ("A010", 6, 24)
    assert ticket["window"] == {"zh": "1到3号窗口", "en": "windows 1 to 3"}
    clock.move(minutes=9)
    now = bank.ticket("a010")
    assert (now["state"], now["ahead"], now["minutes"]) == ("waiting", 3, 15)
    clock.move(minutes=15)
    assert bank.ticket("A010")["state"] == "called"
    clock.move(days=1)
    assert bank.ticket("A010")["state"] == "unknown"
    assert bank.take_ticket("personal", "run 2")["number"] == "A010", "numbers begin anew each day"


def test_who_is_behind_moves_up_when_somebody_goes(bank: Bank) -> None:
    bank.take_ticket("loan", "run 1")
    second = bank.take_ticket("loan", "run 2")
    assert bank.cancel_ticket("C003", "run 3")["cancelled"]
    assert bank.ticket(second["number"])["ahead"] == second["ahead"] - 1
    assert bank.cancel_ticket("C003", "run 4")["reason"] == "cancelled"
    assert bank.cancel_ticket("C999", "run 5")["reason"] == "unknown"


def test_those_who_need_it_have_a_line_of_their_own(bank: Bank) -> None:
    ticket = bank.take_ticket("personal", "run 1", priority=True)
    assert ticket["number"].startswith("V") and ticket["ahead"] == 0
    assert ticket["business"]["zh"] == "个人业务"


def test_branches_come_by_distance_and_by_service(bank: Bank) -> None:
    found = bank.branches()
    metres = [item["metres"] for item in found["items"]]
    assert metres == sorted(metres) and metres[0] == 0 and found["nearest"]["id"] == "chunxi"
    assert 9000 < found["nearest"]["metres"] < 10_000 and found["items"][0]["open_now"]
    assert [item["id"] for item in bank.branches("currency")["items"]] == ["chunxi", "dujiangyan"]


@pytest.mark.parametrize(
    ("product", "months", "rate"),
    [
        ("fixed", 36, 1.25),
        ("fixed", 7, None),
        ("fixed", None, None),
        ("demand", None, 0.05),
        ("mortgage", 360, 3.5),
        ("mortgage", 12, 3.0),
        ("mortgage", None, 3.5),
        ("mortgage", 361, None),
    ],
)
def test_a_rate_is_the_one_of_its_term_or_none(
    bank: Bank, product: Any, months: int | None, rate: float | None
) -> None:
    found = bank.rates(product, months)
    assert found["rate"] == rate and found["found"] == (rate is not None) and found["items"]


def test_an_appointment_is_booked_until_the_time_is_full(bank: Bank) -> None:
    times = bank.free_times("2026-12-03")
    assert times["open"] and "10:00" not in times["times"] and "11:00" in times["times"]
    first = bank.book_appointment("account", "2026-12-03", "11:00", "run 1")
    second = bank.book_appointment("loan", "2026-12-03", "11:00", "run 2")
    assert first["booked"] and second["booked"] and first["code"] != second["code"]
    third = bank.book_appointment("card", "2026-12-03", "11:00", "run 3")
    assert (third["booked"], third["reason"]) == (False, "full") and third["nearest_time"] in ("10:30", "11:30")
    assert bank.cancel_appointment(first["code"], "run 4")["cancelled"]
    assert bank.book_appointment("card", "2026-12-03", "11:00", "run 5")["booked"]
    assert bank.cancel_appointment(first["code"], "run 6")["reason"] == "cancelled"


@pytest.mark.parametrize(
    ("date", "time", "reason"),
    [
        ("2026-12-06", "11:00", "closed"),
        ("2026-12-03", "19:00", "closed"),
        ("2026-12-02", "09:00", "past"),
        ("2027-01-29", "11:00", "too_far"),
        ("2026-12-03", "11:10", "no_such_time"),
    ],
)
def test_an_appointment_that_cannot_be_says_why(bank: Bank, date: str, time: str, reason: str) -> None:
    assert bank.book_appointment("account", date, time, "run 1")["reason"] == reason
    assert rows(bank, "appointments") == []


def test_whoever_comes_for_another_brings_more(bank: Bank) -> None:
    own, agent = bank.documents("cash"), bank.documents("cash", agent=True)
    assert agent["count"] == own["count"] + 1 and own["list"]["zh"] == "本人有效身份证原件和银行卡或者存单"


# Scenic areas


def test_opening_follows_season_and_weekday(scenic: Scenic, clock: Clock) -> None:
    assert scenic.opening("jiuzhaigou")["opens"] == "08:30"
    assert scenic.opening("jiuzhaigou", "2027-05-01")["opens"] == "07:30"
    monday = scenic.opening("jinsha", "2026-12-07")
    assert not monday["open"] and monday["reason"] == "closed_day" and monday["opens"] is None
    assert scenic.opening("jinsha", "2027-07-05")["open"], "in summer it is open on Mondays"
    clock.move(hours=7, minutes=30)
    now = scenic.opening("sanxingdui")
    assert now["open_now"] and not now["can_enter_now"], "after the last entry"


def test_tickets_add_up(scenic: Scenic) -> None:
    found = scenic.tickets("jiuzhaigou", "2026-12-03", "student", 3)
    assert (found["price"], found["total"], found["enough"]) == (40.0, 120.0, True)
    assert scenic.tickets("jinsha", "2026-12-07")["left"] == 0
    assert scenic.tickets("leshan", group="child")["free"]


def test_waits_follow_the_hour_and_end_at_night(scenic: Scenic, clock: Clock) -> None:
    morning = scenic.queues("leshan")["longest"]["minutes"]
    clock.move(hours=3)
    assert scenic.queues("leshan")["longest"]["minutes"] > morning > 0
    clock.move(hours=8)
    assert scenic.queues("leshan")["longest"]["minutes"] == 0


def test_the_next_shuttle(scenic: Scenic, clock: Clock) -> None:
    assert (scenic.shuttle("emei")["next"], scenic.shuttle("emei")["minutes"]) == ("10:30", 25)
    clock.move(minutes=25)
    assert scenic.shuttle("emei")["minutes"] == 0
    clock.move(hours=7)
    assert not scenic.shuttle("emei")["running"]
    clock.move(hours=10)
    assert scenic.shuttle("emei")["next"] == "06:00", "before the first one it is the first one"


def test_a_walk_leaves_out_what_is_shut_and_counts_waiting(scenic: Scenic, clock: Clock) -> None:
    walk = scenic.route_walk("qingcheng", 400, ["temple"])
    assert {"id": "zushi", "name": {"zh": "祖师殿", "en": "Zushi hall"}, "reason": "closed"} in walk["skipped"]
    day = scenic.route_walk("sanxingdui", 300, ["bronze"])
    clock.move(hours=12)
    night = scenic.route_walk("sanxingdui", 300, ["bronze"])
    stay = [next(s["minutes"] for s in w["sights"] if s["id"] == "bronze_hall") for w in (day, night)]
    assert stay[0] > stay[1] == 40
    assert all(leg["step_free"] for leg in scenic.route_walk("sanxingdui", 200, step_free=True)["legs"])


def test_what_is_put_aside_comes_back_after_half_an_hour(scenic: Scenic, clock: Clock) -> None:
    assert scenic.borrow("jinsha", "wheelchair", "run 1")["until"] == "10:35"
    assert scenic.borrow("jinsha", "wheelchair", "run 2")["reason"] == "none_left"
    clock.move(minutes=31)
    assert scenic.borrow("jinsha", "wheelchair", "run 3")["reserved"]


def test_a_report_is_written_down(scenic: Scenic) -> None:
    told = scenic.report("leshan", "lost_child", "run 1", "大佛脚下")
    assert rows(scenic, "reports")[0] | {"number": told["number"], "place": "大佛脚下"} == rows(scenic, "reports")[0]


# The hospital


def test_a_held_place_is_gone_until_it_is_given_up(hospital: Hospital, clock: Clock) -> None:
    before = hospital.sessions("cardiology", "2026-12-03")["left"]
    held = hospital.hold_session("cardiology", "2026-12-03", "morning", "run 1")
    assert held["held"] and held["until"] == "10:35" and held["doctor"]["zh"].endswith("医生")
    assert hospital.sessions("cardiology", "2026-12-03")["left"] == before - 1
    clock.move(minutes=31)
    assert hospital.sessions("cardiology", "2026-12-03")["left"] == before


def test_a_session_is_full_when_its_places_are_held(hospital: Hospital) -> None:
    left = sum(item["left"] for item in hospital.sessions("ent", "2026-12-03")["items"] if item["half"] == "morning")
    held = [hospital.hold_session("ent", "2026-12-03", "morning", f"run {n}")["held"] for n in range(left)]
    assert all(held)
    assert hospital.hold_session("ent", "2026-12-03", "morning", "one more")["reason"] == "full"


@pytest.mark.parametrize(
    ("date", "reason"), [("2026-12-06", "none"), ("2026-12-01", "past"), ("2027-01-06", "too_far")]
)
def test_a_place_that_cannot_be_held_says_why(hospital: Hospital, date: str, reason: str) -> None:
    assert hospital.hold_session("dermatology", date, "morning", "run 1")["reason"] == reason


def test_the_next_day_with_places_is_told_when_there_are_none(hospital: Hospital) -> None:
    sunday = hospital.sessions("dermatology", "2026-12-06")
    assert not sunday["open"] and sunday["next_date"] == "2026-12-07" and sunday["first"] is None


@pytest.mark.parametrize(
    ("code", "reason"), [(1001, ""), ("1002", ""), ("1003", "too_early"), ("1004", "missed"), ("777", "unknown")]
)
def test_check_in(hospital: Hospital, code: str | int, reason: str) -> None:
    answer = hospital.check_in(code, "run 1")
    assert answer["reason"] == reason and answer["checked_in"] == (not reason)
    if not reason:
        assert answer["ahead"] >= 0 and answer["number"] and answer["where"]["zh"]
        assert hospital.check_in(code, "run 2")["reason"] == "already"


def test_every_department_can_be_asked_about(hospital: Hospital) -> None:
    for item in hospital.departments()["items"]:
        assert hospital.queue(item["id"])["waiting"] >= 0
        assert hospital.sessions(item["id"], "2026-12-03")["open"]
    with pytest.raises(ToolError, match="no such department"):
        hospital.queue("astrology")


# The shop


def test_held_goods_leave_the_stock_and_come_back(shop: Shop, clock: Clock) -> None:
    held = shop.hold_order("brocade-scarf", "run 1", 2, "蓝", "craft")
    assert (held["total"], held["off"], held["payable"], held["stock"]) == (736.0, 30.0, 706.0, 118)
    assert held["option"]["zh"] == "方方锦蓝色" and held["until"] == "10:20"
    assert shop.cancel_order(held["number"], "run 2")["cancelled"]
    assert shop.stock("brocade-scarf")["stock"] == 120
    again = shop.hold_order("brocade-scarf", "run 3", 1, "pink")
    clock.move(minutes=16)
    assert shop.stock("brocade-scarf")["stock"] == 120
    assert shop.cancel_order(again["number"], "run 4")["reason"] == "expired"


def test_no_more_is_sold_than_there_is(shop: Shop) -> None:
    assert shop.hold_order("embroidery", "run 1", 31)["reason"] == "not_enough"
    assert shop.hold_order("embroidery", "run 2", 30)["held"]
    assert shop.hold_order("embroidery", "run 3", 1)["reason"] == "sold_out"
    assert not shop.product("embroidery")["in_stock"]


@pytest.mark.parametrize(
    ("sku", "pieces", "coupon", "reason", "payable"),
    [
        ("brocade-scarf", 1, "craft", "", 338.0),
        ("panda-plush", 1, "craft", "other_goods", 79.0),
        ("panda-plush", 1, "new-guest", "too_little", 79.0),
        ("panda-plush", 2, "new-guest", "", 148.0),
        ("panda-plush", 2, "free", "unknown", 158.0),
    ],
)
def test_a_coupon_counts_only_where_it_applies(
    shop: Shop, sku: str, pieces: int, coupon: str, reason: str, payable: float
) -> None:
    bill = shop.price(sku, pieces, coupon)
    assert (bill["coupon_reason"], bill["payable"]) == (reason, payable)


def test_a_coupon_ends_on_its_day(shop: Shop, clock: Clock) -> None:
    clock.move(days=500)
    assert shop.price("brocade-scarf", 1, "craft")["coupon_reason"] == "expired"
    assert shop.coupons()["items"] == []


def test_the_best_coupon_is_told(shop: Shop) -> None:
    best = shop.coupons("brocade-scarf")["best"]
    assert (best["id"], best["payable"]) == ("craft", 338.0)
    assert shop.coupons("panda-pendant")["best"] is None


def test_an_option_must_be_clear(shop: Shop) -> None:
    assert shop.hold_order("brocade-scarf", "run 1")["reason"] == "option_needed"
    assert shop.hold_order("brocade-scarf", "run 2", option="绿")["reason"] == "unknown_option"
    assert shop.hold_order("brocade-scarf", "run 3", option="色")["reason"] == "unknown_option", "both of them"


@pytest.mark.parametrize(
    ("words", "first"), [("熊猫毛绒", "panda-plush"), ("scarf", "brocade-scarf"), ("茶", "bamboo-cup")]
)
def test_products_are_found_by_words(shop: Shop, words: str, first: str) -> None:
    assert shop.products(words)["items"][0]["sku"] == first
    assert shop.products("飞机")["count"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda shop: shop.product("moon"),
        lambda shop: shop.price("moon"),
        lambda shop: shop.hold_order("moon", "run 1"),
    ],
)
def test_a_product_nobody_has_is_refused(shop: Shop, wrong: Callable[[Shop], Any]) -> None:
    with pytest.raises(ToolError, match="no such product"):
        wrong(shop)
