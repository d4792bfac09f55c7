"""A procedure leads from a request to its end: what it asks, what it calls, and what happens when things go wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flow_files import LOAN, TICKET, VISIT, read

from dialogue.flows import engine
from dialogue.flows.types import Flow, Moment, Move, Progress
from dialogue.tools.types import ToolResult
from models.errors import ToolInvalid, ToolRefused, ToolTimeout

NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)


@dataclass
class Visit:
    """Somebody led through a procedure, with tools that answer from a table."""

    flow: Flow
    answers: dict[str, Any]
    language: str = "zh"
    now: datetime = NOW
    run: str = "run-1"
    progress: Progress | None = None
    called: list[tuple[str, dict, str]] = field(default_factory=list)
    heard: str = ""

    def says(self, text: str) -> str:
        """What is said back, once every tool has answered."""
        moment = Moment(self.language, self.now, date(2026, 12, 1))
        if self.progress is None:
            move = engine.begin(self.flow, text, moment, run=self.run)
        else:
            move = engine.answer(self.progress, text, moment) or engine.missed(self.progress, moment)
        return self.follow(move)

    def follow(self, move: Move) -> str:
        said = []
        while True:
            said += [line.text for line in move.lines]
            self.progress = move.progress
            if move.call is None:
                self.heard = "".join(said)
                return self.heard
            moment = Moment(self.language, self.now, date(2026, 12, 1))
            call = move.call
            self.called.append((call.tool, dict(call.arguments), call.key))
            answer = self.answers[call.tool]
            if isinstance(answer, list):
                answer = answer.pop(0)
            if callable(answer):
                answer = answer(**call.arguments)
            if isinstance(answer, Exception):
                move = engine.failed(move.progress, call, answer, moment)
            else:
                fresh = 60.0 if call.tool == "loan_rate" else 0.0
                move = engine.returned(move.progress, call, ToolResult(answer, "test", self.now, fresh), moment)

    @property
    def state(self) -> str:
        return self.progress.state


PAID = {"loan_rate": {"percent": 3.5}, "loan_payment": {"monthly": 4490.45}}


@pytest.fixture
def loan(tmp_path) -> Visit:
    return Visit(read(tmp_path, LOAN, "loan"), dict(PAID))


@pytest.fixture
def ticket(tmp_path) -> Visit:
    return Visit(read(tmp_path, TICKET, "ticket"), {"take_ticket": {"number": "A012", "ahead": 3}})


def test_what_the_request_gives_is_not_asked_again(loan):
    said = loan.says("我想贷款100万，三十年，每月还多少")
    assert said == "这个期限的年利率是3.5%。贷100万元，30年，每月还4,490.45元，仅供参考。金额较大，需要面谈。"
    assert [call[1] for call in loan.called] == [
        {"months": 360},
        {"amount": 1_000_000, "annual_rate": 3.5, "months": 360},
    ]
    assert loan.state == "done"


def test_what_is_missing_is_asked_and_several_answers_in_one_are_taken(loan):
    assert loan.says("帮我算贷款") == "您想贷多少？"
    assert "每月还4,490.45元" in loan.says("二十万，三年")
    assert loan.called[1][1] == {"amount": 200_000, "annual_rate": 3.5, "months": 36}


def test_a_branch_is_taken_only_where_its_condition_holds(loan):
    assert "面谈" not in loan.says("贷款20万，三年")


def test_a_correction_is_looked_up_anew_and_the_rest_is_kept(loan):
    loan.says("贷款20万")
    assert loan.state == "months"
    said = loan.says("不对，是三十万")
    assert said == "贷多长时间？"
    loan.says("三年")
    assert loan.called[-1][1]["amount"] == 300_000


def test_a_correction_by_name_and_a_slot_asked_anew(ticket):
    ticket.says("我要取个号，个人业务")
    ticket.says("不用")
    assert ticket.state == "confirm"
    assert ticket.says("不对，业务错了") == "请问您办什么业务？个人还是对公？"
    assert ticket.says("对公") == "给您取一张对公业务的号，可以吗？"


def test_a_value_out_of_bounds_is_told_with_the_bounds(loan):
    said = loan.says("贷款20万，五十年")
    assert said == "这个期限我这里办不了，请换一个。可以是6个月到30年。贷多长时间？"
    assert "每月还" in loan.says("三十年")


def test_an_answer_nobody_understands_is_asked_again_and_then_a_human_comes(loan):
    loan.says("帮我算贷款")
    assert loan.says("呃这个嘛") == "抱歉，我没有听明白。请说个数，比如二十万。"
    assert "工作人员" in loan.says("嗯就是那个")
    assert loan.state == "human"


def test_wrong_values_too_bring_a_human_in_the_end(loan):
    loan.says("贷款20万")
    loan.says("五十年")
    loan.says("六十年")
    assert loan.state == "human"


def test_an_effect_waits_for_a_yes(ticket):
    ticket.says("我要取个号")
    ticket.says("个人业务")
    assert ticket.says("没有") == "给您取一张个人业务的号，可以吗？"
    assert not ticket.called
    assert ticket.says("可以") == "您的号码是A012，前面还有3位。"
    assert [call[:2] for call in ticket.called] == [("take_ticket", {"business": "personal"})]


@pytest.mark.parametrize(
    "unclear", ["呃", "等一下", "是什么", "好是好不过", "可以吗", "个人业务", "我想想", "不是可以吗"]
)
def test_nothing_but_a_yes_is_a_yes(ticket, unclear):
    ticket.says("我要取个号，个人业务")
    ticket.says("没有")
    ticket.says(unclear)
    assert not ticket.called


def test_a_yes_with_what_is_known_already_is_a_yes(ticket):
    ticket.says("我要取个号，个人业务")
    ticket.says("没有")
    assert "A012" in ticket.says("对的，个人业务")


def test_a_yes_with_something_else_is_asked_again(ticket):
    ticket.says("我要取个号，个人业务")
    ticket.says("没有")
    assert ticket.says("好的，不过是对公业务") == "给您取一张对公业务的号，可以吗？"
    assert not ticket.called


def test_a_no_asks_what_to_mend(ticket):
    ticket.says("我要取个号，个人业务")
    ticket.says("没有")
    assert "哪里要改" in ticket.says("不对")
    assert ticket.says("对公") == "给您取一张对公业务的号，可以吗？"
    ticket.says("确认")
    assert ticket.called[0][1] == {"business": "company"}


@pytest.mark.parametrize("after", [0, 1, 2])
def test_it_can_be_cancelled_at_any_point(ticket, after):
    for text in ["我要取个号", "个人业务", "没有"][: after + 1]:
        ticket.says(text)
    assert "先不办" in ticket.says("算了，不办了")
    assert ticket.state == "cancelled"
    assert not ticket.called


def test_a_tool_that_does_not_answer_is_tried_again_with_the_same_key(ticket):
    ticket.answers["take_ticket"] = [ToolTimeout("slow"), {"number": "A012", "ahead": 3}]
    for text in ("我要取个号，个人业务", "没有"):
        ticket.says(text)
    assert ticket.says("可以") == "系统现在没有回应。要我再试一次吗？"
    assert ticket.state == "retry"
    assert "A012" in ticket.says("再试一次")
    assert ticket.called[0][2] == ticket.called[1][2]


def test_a_tool_that_fails_twice_ends_with_a_human_and_the_truth(ticket):
    ticket.answers["take_ticket"] = [ToolTimeout("slow"), ToolTimeout("slow")]
    for text in ("我要取个号，个人业务", "没有", "可以"):
        ticket.says(text)
    assert "不能确定" in ticket.says("好")
    assert ticket.state == "failed"


def test_giving_up_on_an_effect_that_may_have_happened_says_so(ticket):
    ticket.answers["take_ticket"] = [ToolTimeout("slow")]
    for text in ("我要取个号，个人业务", "没有", "可以"):
        ticket.says(text)
    assert "不能确定有没有成功" in ticket.says("算了")


def test_an_effect_that_may_have_happened_cannot_be_changed_into_another(ticket):
    ticket.answers["take_ticket"] = [ToolTimeout("slow")]
    for text in ("我要取个号，个人业务", "没有", "可以"):
        ticket.says(text)
    ticket.says("改成对公业务")
    assert len(ticket.called) == 1
    assert ticket.progress.slots["business"] == "personal"


def test_a_look_up_that_fails_can_be_tried_with_something_else(loan):
    loan.answers["loan_rate"] = [ToolTimeout("slow"), {"percent": 3.1}]
    loan.says("贷款20万，三年")
    assert "3.1%" in loan.says("那改成五年")
    assert loan.called[-1][1]["months"] == 60


def test_a_refusal_is_told_in_the_words_of_the_procedure(ticket):
    ticket.answers["take_ticket"] = [ToolRefused("closed")]
    for text in ("我要取个号，个人业务", "没有"):
        ticket.says(text)
    assert ticket.says("可以") == "现在取不了号，我请同事来。"
    assert ticket.state == "failed"


def test_an_effect_with_an_answer_that_makes_no_sense_is_uncertain(ticket):
    ticket.answers["take_ticket"] = [ToolInvalid("odd")]
    for text in ("我要取个号，个人业务", "没有"):
        ticket.says(text)
    assert "不能确定" in ticket.says("可以")


def test_after_an_effect_is_cut_off_it_says_that_it_does_not_know(ticket):
    for text in ("我要取个号，个人业务", "没有"):
        ticket.says(text)
    moment = Moment("zh", NOW, date(2026, 12, 1))
    move = engine.answer(ticket.progress, "可以", moment)
    ticket.progress = engine.interrupted(move.progress, move.call)
    assert ticket.progress.state == "call"
    assert "还不知道有没有成功" in ticket.says("可以")
    assert ticket.progress.state == "retry"
    assert "A012" in ticket.says("再试一次")
    assert ticket.called[0][2] == move.call.key


def test_a_look_up_that_was_cut_off_is_simply_made_again(loan):
    moment = Moment("zh", NOW, date(2026, 12, 1))
    move = engine.begin(loan.flow, "贷款20万，三年", moment, run="r")
    loan.progress = engine.interrupted(move.progress, move.call)
    assert loan.state == "call"
    assert "每月还" in loan.says("嗯")


def test_facts_that_aged_while_she_waited_are_looked_up_again(tmp_path):
    text = TICKET.replace("steps:\n", "steps:\n  - call: loan_rate\n    arguments: {months: 12}\n    save: rate\n", 1)
    text = text.replace("给您取一张{business}的号，可以吗？", "利率{rate.percent|percent}，取{business}的号，可以吗？")
    visit = Visit(read(tmp_path, text, "ticket"), {"loan_rate": [{"percent": 3.5}, {"percent": 3.6}],
                                                   "take_ticket": {"number": "A1", "ahead": 0}})  # fmt: skip
    visit.says("我要取个号，个人业务")
    assert "利率3.5%" in visit.says("没有")
    visit.now += timedelta(seconds=61)
    said = visit.says("可以")
    assert said == "刚才查到的已经过了时效，我重新查一下。利率3.6%，取个人业务的号，可以吗？"
    assert "A1" in visit.says("可以")


def test_facts_that_are_old_when_they_come_are_no_answer(loan):
    moment = Moment("zh", NOW, date(2026, 12, 1))
    move = engine.begin(loan.flow, "贷款20万，三年", moment, run="r")
    old = ToolResult({"percent": 3.5}, "test", NOW - timedelta(seconds=61), 60.0)
    move = engine.returned(move.progress, move.call, old, moment)
    assert move.progress.state == "retry"
    assert "3.5" not in "".join(line.text for line in move.lines)


def test_it_goes_back_to_a_step_and_asks_anew(tmp_path):
    full = {"count": 0, "items": []}
    free = {"count": 3, "items": [{"time": "09:30"}, {"time": "10:00"}, {"time": "11:00"}]}
    visit = Visit(read(tmp_path, VISIT, "visit"), {"free_times": [full, full, free]})
    assert visit.says("我想明天来预约") == "12月2日（周三）已经约满了。您想哪天来？"
    assert visit.says("后天") == "12月3日（周四）已经约满了。您想哪天来？"
    assert visit.says("下周五") == "有这些时间。09:30。10:00。"
    assert visit.state == "done"


def test_a_procedure_that_leads_in_a_circle_ends(tmp_path):
    text = VISIT.replace("    forget: [day]\n", "")
    visit = Visit(read(tmp_path, text, "visit"), {"free_times": {"count": 0, "items": []}})
    visit.says("我想明天来预约")
    assert visit.state == "failed"


def test_every_run_is_another_intention_and_every_attempt_the_same(ticket):
    keys = set()
    for run in ("a", "b"):
        visit = Visit(ticket.flow, ticket.answers, run=run)
        for text in ("我要取个号，个人业务", "没有", "可以"):
            visit.says(text)
        keys.add(visit.called[0][2])
    assert len(keys) == 2


def test_a_line_that_did_not_come_out_is_said_the_next_time(ticket):
    for text in ("我要取个号，个人业务", "没有"):
        ticket.says(text)
    moment = Moment("zh", NOW, date(2026, 12, 1))
    move = engine.answer(ticket.progress, "可以", moment)
    move = engine.returned(move.progress, move.call, ToolResult({"number": "A9", "ahead": 1}, "t", NOW), moment)
    ticket.progress = engine.unsaid(move.progress, move.lines)
    assert ticket.says("喂") == "您的号码是A9，前面还有1位。"
    assert not ticket.called


def test_lines_name_what_supports_them(loan):
    moment = Moment("en", NOW, date(2026, 12, 1))
    move = engine.begin(loan.flow, "200,000 yuan over three years", moment, run="r")
    move = engine.returned(move.progress, move.call, ToolResult({"percent": 3.5}, "bank: rates", NOW, 60.0), moment)
    (line,) = move.lines
    assert line.text == "The annual rate for that term is 3.5%."
    assert [citation.source for citation in line.citations] == ["bank: rates"]
    assert "percent: 3.5" in line.passages


BOOKING = """format: 1
id: booking
title: {zh: 预约, en: booking}
starts: {zh: [帮我预约], en: [book it]}
slots:
  time:
    type: time
    label: {zh: 时间, en: time}
    ask: {zh: "几点？", en: "When?"}
  second:
    type: time
    label: {zh: 备选, en: second choice}
    ask: {zh: "不行的话几点？", en: "And if not?"}
steps:
  - id: again
    ask: time
  - ask: second
  - call: take_ticket
    arguments: {business: "{time}"}
    confirm: {zh: "约{time}，对吗？", en: "{time}?"}
    save: booked
  - when: {booked.booked: no}
    say: {zh: "{time}约不了。", en: "Not {time}."}
  - when: {booked.booked: no}
    go: again
    forget: [time]
  - say: {zh: "约好了{time}。", en: "Booked {time}."}
"""


def test_an_answer_fills_the_slot_asked_for_and_not_another_of_its_kind(tmp_path):
    visit = Visit(read(tmp_path, BOOKING, "booking"), {})
    assert visit.says("帮我预约") == "几点？"
    assert visit.says("上午十点") == "不行的话几点？"
    assert visit.says("下午三点") == "约10点，对吗？"


def test_an_effect_that_was_declined_with_a_reason_may_be_tried_with_something_else(tmp_path):
    full = {"booked": False, "reason": "full"}
    visit = Visit(read(tmp_path, BOOKING, "booking"), {"take_ticket": [full, {"booked": True}]})
    for text in ("帮我预约", "上午十点", "下午三点"):
        visit.says(text)
    assert visit.says("对") == "10点约不了。几点？"
    assert visit.says("十一点") == "约11点，对吗？"
    assert visit.says("对") == "约好了11点。"
    assert len({key for _, _, key in visit.called}) == 2
