"""A small pack of procedures for the tests, and its tools in memory."""

from __future__ import annotations

import re
from pathlib import Path

from dialogue.flows.load import load_flows
from dialogue.flows.types import Flow
from dialogue.tools.schema import expand
from dialogue.tools.types import ToolSpec

DOCS = Path(__file__).resolve().parents[2] / "docs" / "flows.md"
WORDS = {"zh": "工具", "en": "a tool"}
SPECS = {
    "take_ticket": ToolSpec("take_ticket", WORDS, expand({"business": {"type": "string"}}), effect=True),
    "loan_rate": ToolSpec("loan_rate", WORDS, expand({"months": {"type": "integer"}}), fresh_s=60.0),
    "loan_payment": ToolSpec(
        "loan_payment",
        WORDS,
        expand({name: {"type": "number"} for name in ("amount", "annual_rate", "months")}),
    ),
}


def documented() -> str:
    """The example of docs/flows.md."""
    block = re.search(r"(?:^    .*\n|^\n)+", DOCS.read_text("utf-8").split("\n\n", 2)[2], re.MULTILINE)
    return "\n".join(line[4:] for line in block[0].splitlines())


def write(folder: Path, text: str, name: str = "queue-ticket") -> Path:
    (folder / "flows").mkdir(parents=True, exist_ok=True)
    (folder / "flows" / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def read(folder: Path, text: str, name: str = "queue-ticket") -> Flow:
    """The procedure with this text. Raises PackInvalid."""
    (flow,) = load_flows(write(folder, text, name), tools=SPECS, items=("card-lost",), settings={})
    return flow


LOAN = """format: 1
id: loan
title: {zh: 贷款试算, en: loan estimate}
starts:
  zh: [我想算一下贷款月供, 帮我算贷款]
  en: [work out a loan for me]
begins: {zh: [贷款试算, 算…月供], en: ["loan estimate"]}
slots:
  amount:
    type: money
    label: {zh: 金额, en: amount}
    ask: {zh: "您想贷多少？", en: "How much would you like to borrow?"}
    again: {zh: "请说个数，比如二十万。", en: "Please give a figure, such as 200,000 yuan."}
    least: 1000
    most: 10000000
  months:
    type: duration
    unit: month
    label: {zh: 期限, en: term}
    ask: {zh: "贷多长时间？", en: "For how long?"}
    least: 6
    most: 360
steps:
  - ask: amount
  - ask: months
  - call: loan_rate
    arguments: {months: "{months}"}
    save: rate
    filler: {zh: 我查一下今天的利率。, en: "Let me look up today's rate."}
  - say:
      zh: "这个期限的年利率是{rate.percent|percent}。"
      en: "The annual rate for that term is {rate.percent|percent}."
  - call: loan_payment
    arguments: {amount: "{amount}", annual_rate: "{rate.percent}", months: "{months}"}
    save: loan
  - say:
      zh: "贷{amount}，{months}，每月还{loan.monthly|money}，仅供参考。"
      en: "{amount} over {months} is {loan.monthly|money} a month, as an estimate."
    must_finish: yes
  - when: {amount: {least: 1000000}}
    say: {zh: 金额较大，需要面谈。, en: For such an amount we would need to meet.}
"""
TICKET = """format: 1
id: ticket
title: {zh: 取号, en: queue ticket}
starts:
  zh: [我要取个号, 帮我排个队]
  en: [I need a queue ticket, take a number for me]
begins: {zh: [给我取…号]}
slots:
  business:
    type: choice
    label: {zh: 业务, en: business}
    ask: {zh: "请问您办什么业务？个人还是对公？", en: "Personal or company business?"}
    choices:
      personal: {label: {zh: 个人业务, en: personal business}, words: {zh: [个人, 存钱], en: [personal]}}
      company: {label: {zh: 对公业务, en: company business}, words: {zh: [对公, 公司], en: [company]}}
  help:
    type: yes_no
    label: {zh: 协助, en: help}
    ask: {zh: "需要轮椅或者其他协助吗？", en: "Do you need a wheelchair or other help?"}
steps:
  - ask: business
  - ask: help
  - call: take_ticket
    arguments: {business: "{business}"}
    confirm: {zh: "给您取一张{business}的号，可以吗？", en: "I'll take a ticket for {business}. Shall I?"}
    save: ticket
    refused: {zh: 现在取不了号，我请同事来。, en: No ticket can be taken now; a colleague will come.}
  - say:
      zh: "您的号码是{ticket.number}，前面还有{ticket.ahead}位。"
      en: "Your number is {ticket.number}; {ticket.ahead} are ahead of you."
  - when: {help: yes}
    say: {zh: 请在原地稍等，同事马上过来。, en: Please wait here; a colleague is coming.}
"""
VISIT = """format: 1
id: visit
title: {zh: 预约, en: appointment}
starts: {zh: [我想预约办理业务], en: [I want to book an appointment]}
slots:
  day:
    type: date
    label: {zh: 日期, en: day}
    ask: {zh: "您想哪天来？", en: "Which day suits you?"}
    least: 1
    most: 14
steps:
  - ask: day
    id: ask_day
  - call: free_times
    arguments: {date: "{day}"}
    save: free
  - when: {free.count: 0}
    say: {zh: "{day}已经约满了。", en: "{day} is fully booked."}
  - when: {free.count: 0}
    go: ask_day
    forget: [day]
  - say: {zh: "有这些时间。", en: "These times are free."}
  - each: free.items
    most: 2
    say: {zh: "{each.time}。", en: "{each.time}."}
"""
SPECS["free_times"] = ToolSpec("free_times", WORDS, expand({"date": {"type": "string", "format": "date"}}))
