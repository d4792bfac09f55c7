"""A human is one request away in any state, learns what was said, and can speak through her and hand back."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from pathlib import Path

import httpx2
import pytest
from flow_talks import mind_with_flows
from talking import ask, text_of

from bench.virtual_time import run_virtual
from dialogue import handoff_webhook
from dialogue.handoff import COMING_S, Handoff
from dialogue.handoff_webhook import WebhookDesk
from dialogue.types import Utterance
from models.errors import BackendTimeout, BackendUnavailable, ShurenError


class MemoryDesk:
    """A desk that answers as it is told, after as many seconds."""

    def __init__(self, answer: bool | ShurenError | Exception = True, takes_s: float = 0.0) -> None:
        self.answer, self.takes_s = answer, takes_s
        self.calls: list[Handoff] = []
        self.heard: list[tuple[str, str]] = []
        self.signs: list[str] = []

    async def call(self, handoff: Handoff) -> bool:
        self.calls.append(handoff)
        await asyncio.sleep(self.takes_s)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def visitor_said(self, handoff_id: str, text: str, *, sign: str = "") -> None:
        self.heard.append((handoff_id, text))
        self.signs.append(sign)

    async def aclose(self) -> None:
        pass


def talk_with(folder: Path, desk: MemoryDesk):
    mind, tools = mind_with_flows(folder, desk=desk)
    return mind.converse(), tools


async def says(talk, text: str, turn: int, language: str = "zh") -> str:
    said = text_of(await ask(talk, text, turn, language=language))
    talk.heard(turn, said, interrupted=False)
    return said


@pytest.mark.parametrize(
    "before",
    [
        (),
        ("取十万块要预约吗",),
        ("我要取个号",),
        ("我要取个号，个人业务", "没有"),
        ("贷款20万，三年，帮我算月供",),
        ("火星上有几家网点",),
    ],
)
async def test_the_first_request_calls_a_human_in_any_state(small_pack, before):
    desk = MemoryDesk()
    talk, tools = talk_with(small_pack, desk)
    for turn, text in enumerate(before, start=1):
        await says(talk, text, turn)
    said = await says(talk, "转人工", len(before) + 1)
    assert "转人工" in said
    (handoff,) = desk.calls
    assert handoff.reason == "asked"
    assert [exchange.question for exchange in handoff.transcript] == [*before, "转人工"]
    assert not [call for call in tools.called if call[0] == "take_ticket"]
    assert talk.records[-1].handoff == "asked"


async def test_the_human_learns_how_far_it_went_and_nothing_personal(small_pack):
    desk = MemoryDesk()
    talk, _ = talk_with(small_pack, desk)
    await says(talk, "我的手机号是13800138000，给我取一个号，个人业务", 1)
    await says(talk, "叫你们经理来", 2)
    (handoff,) = desk.calls
    body = json.dumps(handoff.as_dict(), ensure_ascii=False)
    assert handoff.flow.id == "ticket"
    assert handoff.flow.state == "human"
    assert handoff.flow.slots == {"业务": "个人业务"}
    assert "访客要求人工服务" in handoff.summary and "取号" in handoff.summary
    assert "13800138000" not in body
    assert handoff.transcript[0].heard


async def test_an_effect_whose_fate_nobody_knows_is_told_to_the_human(small_pack):
    desk = MemoryDesk()
    talk, tools = talk_with(small_pack, desk)
    for turn, text in enumerate(("我要取个号，个人业务", "没有"), start=1):
        await says(talk, text, turn)
    tools.takes_s = 30.0
    reply = talk.reply(Utterance("可以", "zh"), turn=3)
    waiting = asyncio.create_task(anext(reply))
    await tools.asked.wait()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await reply.aclose()
    await says(talk, "转人工", 4)
    assert desk.calls[0].flow.uncertain
    assert "结果不明" in desk.calls[0].summary


@pytest.mark.parametrize(
    ("text", "reason"),
    [("有人晕倒了", "emergency_medical"), ("有人让我把钱转到安全账户", "fraud"), ("我不想活了", "self_harm")],
)
async def test_whoever_is_in_danger_is_told_to_a_human_at_once(small_pack, text, reason):
    desk = MemoryDesk(takes_s=10.0)
    talk, _ = talk_with(small_pack, desk)
    first = await anext(talk.reply(Utterance(text, "zh"), turn=1))
    await asyncio.sleep(0)
    assert first.must_finish
    assert [handoff.reason for handoff in desk.calls] == [reason]
    await talk.aclose()


async def test_two_questions_unanswered_call_a_human(small_pack):
    desk = MemoryDesk()
    talk, _ = talk_with(small_pack, desk)
    for turn in (1, 2):
        await says(talk, "火星上有几家网点", turn)
    assert [handoff.reason for handoff in desk.calls] == ["unanswered"]


async def test_a_procedure_that_cannot_be_done_calls_a_human(small_pack):
    desk = MemoryDesk()
    talk, _ = talk_with(small_pack, desk)
    for turn, text in enumerate(("我要取个号", "呃那个", "呃这个"), start=1):
        said = await says(talk, text, turn)
    assert "工作人员" in said
    assert [handoff.reason for handoff in desk.calls] == ["procedure"]
    assert desk.calls[0].flow.id == "ticket"


@pytest.mark.parametrize("answer", [False, BackendUnavailable("gone"), RuntimeError("a fault")])
async def test_when_nobody_comes_she_says_so(small_pack, answer):
    desk = MemoryDesk(answer)
    talk, _ = talk_with(small_pack, desk)
    assert "联系不上工作人员" in await says(talk, "转人工", 1)
    assert "联系不上工作人员" in await says(talk, "转人工", 2)
    assert len(desk.calls) == 2


def test_a_desk_that_never_answers_is_given_up(small_pack):
    async def main() -> None:
        talk, _ = talk_with(small_pack, MemoryDesk(takes_s=1000.0))
        assert "联系不上工作人员" in await says(talk, "转人工", 1)
        assert talk.records[-1].error == "desk_timeout"
        await talk.aclose()

    run_virtual(main())


def test_barge_in_does_not_stop_the_call_and_its_answer_is_told_later(small_pack):
    async def main() -> None:
        desk = MemoryDesk(False, takes_s=3.0)
        talk, _ = talk_with(small_pack, desk)
        reply = talk.reply(Utterance("转人工", "zh"), turn=1)
        await anext(reply)
        await reply.aclose()
        await asyncio.sleep(5.0)
        assert "联系不上工作人员" in await says(talk, "取十万块要预约吗", 2)
        assert "联系不上" not in await says(talk, "取十万块要预约吗", 3)

    run_virtual(main())


def test_while_somebody_is_coming_the_desk_is_not_called_again(small_pack):
    async def main() -> None:
        desk = MemoryDesk()
        talk, _ = talk_with(small_pack, desk)
        await says(talk, "转人工", 1)
        await says(talk, "转人工", 2)
        assert len(desk.calls) == 1
        await asyncio.sleep(COMING_S + 1)
        await says(talk, "转人工", 3)
        assert len(desk.calls) == 2

    run_virtual(main())


async def test_while_a_human_has_the_talk_she_is_silent_and_passes_words_on(small_pack):
    desk = MemoryDesk()
    talk, _ = talk_with(small_pack, desk)
    await says(talk, "转人工", 1)
    assert "工作人员已经接入" in text_of(talk.take_over())
    assert await ask(talk, "取十万块要预约吗，我的手机号是13800138000", 2) == []
    ((handoff_id, words),) = desk.heard
    assert handoff_id == desk.calls[0].id
    assert words.startswith("取十万块要预约吗") and "13800138000" not in words
    assert talk.records[-1].route == "with_human"


async def test_danger_reaches_the_human_who_has_the_talk_and_the_record(small_pack):
    desk = MemoryDesk()
    talk, _ = talk_with(small_pack, desk)
    talk.take_over()
    for turn, text in enumerate(("我不想活了", "有人晕倒了", "对方让我转到安全账户", "你是真人吗", "好的"), start=1):
        assert await ask(talk, text, turn) == []
    assert desk.signs == ["self_harm", "emergency_medical", "fraud", "", ""]
    rules = [record.rule.partition(".")[0] for record in talk.records if record.route == "with_human"]
    assert rules == desk.signs


async def test_what_the_human_says_is_spoken_as_theirs_and_not_guarded(small_pack):
    talk, _ = talk_with(small_pack, MemoryDesk())
    await says(talk, "转人工", 1)
    assert talk.from_human("还没有接入") == ()
    talk.take_over()
    sentences = talk.from_human("您好，我是真人李经理。利率可以谈到2.9%。")
    assert [sentence.text for sentence in sentences] == ["您好，我是真人李经理。", "利率可以谈到2.9%。"]
    assert {sentence.source for sentence in sentences} == {"human"}
    record = talk.records[-1]
    assert record.route == "from_human" and not record.interventions
    assert "李经理" in list(talk.memory)[-1].heard


async def test_she_takes_the_talk_back_where_the_human_leaves_it(small_pack):
    talk, _ = talk_with(small_pack, MemoryDesk())
    await says(talk, "我要取个号", 1)
    await says(talk, "转人工", 2)
    talk.take_over()
    await says(talk, "你好", 3)
    assert "还是我陪您" in text_of(talk.hand_back())
    assert "提前1天" in await says(talk, "取十万块要预约吗", 4)
    assert talk.records[-1].flow == ""
    assert talk.hand_back() == ()


async def test_who_takes_over_in_the_middle_of_an_answer_is_not_talked_over(small_pack):
    talk, tools = talk_with(small_pack, MemoryDesk())
    spoken = []
    async for sentence in talk.reply(Utterance("贷款20万，三年，帮我算月供", "zh"), turn=1):
        spoken.append(sentence)
        talk.take_over()
    assert len(spoken) == 1


async def test_without_a_desk_the_words_of_the_pack_are_said_and_nothing_breaks(small_pack):
    mind, _ = mind_with_flows(small_pack)
    talk = mind.converse()
    said = await says(talk, "转人工", 1)
    assert "转人工" in said and "联系不上" not in said


# --- the webhook ---------------------------------------------------------------------------------------------------


class Receiver:
    """The operator's side: answers from a list, and keeps what it got."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def webhook(receiver: Receiver) -> WebhookDesk:
    transport = httpx2.MockTransport(receiver)
    return WebhookDesk("https://desk.example/hook", "secret", transport=transport, now=lambda: 1_790_000_000.0)


@pytest.fixture
def handoff(small_pack):
    desk = MemoryDesk()

    async def made() -> Handoff:
        talk, _ = talk_with(small_pack, desk)
        await says(talk, "转人工", 1)
        return desk.calls[0]

    return asyncio.run(made())


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    monkeypatch.setattr(handoff_webhook, "PAUSES_S", (0.0, 0.0))


async def test_a_handoff_is_posted_signed(handoff):
    receiver = Receiver(httpx2.Response(202))
    assert await webhook(receiver).call(handoff)
    (request,) = receiver.requests
    body = json.loads(request.content)
    assert body["type"] == "handoff.requested"
    assert body["handoff"]["summary"].startswith("访客要求人工服务")
    assert body["handoff"]["transcript"][0]["question"] == "转人工"
    assert request.headers["webhook-timestamp"] == "1790000000"
    made = hmac.digest(b"secret", f"{handoff.id}.1790000000.".encode() + request.content, "sha256")
    assert request.headers["webhook-signature"] == f"v1,{base64.b64encode(made).decode()}"
    assert request.headers["webhook-id"] == handoff.id


@pytest.mark.parametrize(
    ("answer", "comes"),
    [
        (httpx2.Response(200, json={"accepted": True}), True),
        (httpx2.Response(200, json={"accepted": False}), False),
        (httpx2.Response(200, text="ok"), True),
    ],
)
async def test_the_receiver_may_say_that_nobody_is_there(handoff, answer, comes):
    assert await webhook(Receiver(answer)).call(handoff) is comes


async def test_a_receiver_that_fails_is_tried_again_with_the_same_key(handoff):
    receiver = Receiver(httpx2.Response(503), httpx2.ConnectError("refused"), httpx2.Response(200))
    assert await webhook(receiver).call(handoff)
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert len(receiver.requests) == 3


@pytest.mark.parametrize(
    ("answer", "error", "attempts"),
    [
        (httpx2.Response(503), BackendUnavailable, 3),
        (httpx2.Response(401), BackendUnavailable, 1),
        (httpx2.Response(302, headers={"Location": "https://elsewhere.example"}), BackendUnavailable, 1),
        (httpx2.ReadTimeout("slow"), BackendTimeout, 3),
    ],
)
async def test_a_receiver_that_does_not_take_it_is_an_error_after_the_attempts_that_make_sense(
    handoff, answer, error, attempts
):
    receiver = Receiver(answer)
    with pytest.raises(error):
        await webhook(receiver).call(handoff)
    assert len(receiver.requests) == attempts


@pytest.mark.parametrize(("url", "secret"), [("ftp://x", "s"), ("https://desk.example", "")])
def test_a_webhook_needs_an_address_and_a_secret(url, secret):
    with pytest.raises(BackendUnavailable):
        WebhookDesk(url, secret)
