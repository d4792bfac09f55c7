"""Personal data is masked in every spelling, and ordinary numbers are left alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from talking import ScriptedModel, ask

from dialogue.redaction import id_number_valid, luhn_valid, redact
from dialogue.text import digits_written, normalise

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")
digits = st.text("0123456789", min_size=1)
CORPUS = yaml.safe_load((Path(__file__).parent / "personal.yaml").read_text("utf-8"))
PERSONAL = re.compile(r"\{(\w+)\|([^}]+)\}")  # as it is marked in the corpus
MASK = re.compile(r"\[[^\]]+\]")


def with_check_digit(first: str) -> str:
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, WEIGHTS, strict=True)) % 11]


def with_luhn_digit(first: str) -> str:
    return next(first + d for d in "0123456789" if luhn_valid(first + d))


ids = st.builds(
    lambda area, year, month, day, order: with_check_digit(f"{area}{year}{month:02}{day:02}{order:03}"),
    st.integers(110000, 659999), st.integers(1930, 2020), st.integers(1, 12), st.integers(1, 28), st.integers(0, 999),
)  # fmt: skip
cards = st.text("0123456789", min_size=12, max_size=15).map(lambda rest: with_luhn_digit("622" + rest))
phones = st.tuples(st.sampled_from("3456789"), st.text("0123456789", min_size=9, max_size=9)).map(
    lambda p: f"1{p[0]}{p[1]}"
)


@given(ids)
def test_an_identity_number_is_masked(number: str) -> None:
    assert id_number_valid(number)
    for text in (f"我的身份证是{number}", f"my id is {number} ok", f"{number[:6]} {number[6:14]} {number[14:]}"):
        found = redact(text)
        assert "id" in found.kinds and found.secret
        assert number[6:14] not in found.text.replace(" ", "")


@given(cards)
def test_a_card_number_is_masked_however_it_is_grouped(number: str) -> None:
    grouped = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    for text in (f"卡号{number}", grouped, grouped.replace(" ", "-")):
        found = redact(text)
        assert found.secret and number[4:12] not in found.text.replace(" ", "").replace("-", "")


@given(phones)
def test_a_phone_number_is_masked_written_or_read_out(number: str) -> None:
    for text in (
        f"我的手机{number}",
        f"+86 {number}",
        f"电话是{number.translate(SPOKEN)}",
        f"{number[:3]}-{number[3:7]}-{number[7:]}",
    ):
        found = redact(text)
        assert found.kinds == {"phone"}
        assert not found.secret
        assert number[3:7] not in found.text


@given(digits)
def test_thirteen_digits_or_more_never_come_through(number: str) -> None:
    if len(number) >= 13:
        assert number not in redact(f"是{number}吗").text


@pytest.mark.parametrize(
    ("text", "kind", "gone"),
    [
        ("验证码是 482913", "code", "482913"),
        ("验证码四八二九一三", "code", "482913"),
        ("The verification code is 482913.", "code", "482913"),
        ("CVV 123", "code", "123"),
        ("密码123456帮我查余额", "password", "123456"),
        ("my password is abc12345", "password", "abc12345"),
        ("写信给 li.lei@example.com.cn 就行", "email", "li.lei"),
        ("护照号 E12345678", "passport", "E12345678"),
        ("车牌川A12345停在门口", "plate", "A12345"),
        ("座机028-86712345找我", "phone", "86712345"),
        ("打(010) 6612 3456", "phone", "6612"),
        ("家里零二八八六七一二三四五", "phone", "86712345"),
        ("我的邮箱是zhang san at 163 点 com", "email", "zhang"),
        ("邮箱张三艾特一六三点com", "email", "张三"),
        ("li.lei艾特qq点com点cn", "email", "lei"),
        ("my email is john dot smith at gmail dot com", "email", "smith"),
        ("护照号码是E一二三四五六七八", "passport", "12345678"),
        ("护照号码是鹅一二三四五六七八", "passport", "12345678"),
        ("我的护照 G 1 2 3 4 5 6 7 8", "passport", "5 6 7"),
        ("车牌川 A·12345", "plate", "12345"),
        ("车牌川A一二三四五", "plate", "12345"),
        ("新能源川AD12345", "plate", "12345"),
        ("身份证五一零一零四一九九零零三零七八八四叉", "number", "八八四"),
        ("六二二二 零二一二 三四五六 七八九零 一二八", "card", "三四五六"),
        ("我住成都市天府三街18号5栋2单元301", "address", "301"),
    ],
)
def test_other_personal_data_is_masked(text: str, kind: str, gone: str) -> None:
    found = redact(text)
    assert kind in found.kinds
    assert gone not in found.text


@pytest.mark.parametrize(
    "text",
    [
        "我要取200000元现金",
        "存二十万一年有多少利息",
        "96110是什么电话",
        "三年定期五万块",
        "2026年11月24日",
        "收不到验证码怎么办",
        "密码忘了怎么办",
        "贷款一百万三十年一个月还多少",
        "I want to withdraw 100,000 yuan",
        "天府三街18号在哪里",
        "到3号楼2单元怎么走",
        "I forgot my password",
        "Let's meet at three, then go on",
        "在三点到公园门口见",
        "京剧A座在哪里",
        "川菜有什么",
    ],
)
def test_ordinary_questions_are_left_alone(text: str) -> None:
    assert redact(text).kinds == frozenset()
    assert redact(text).text == text


@given(st.text(max_size=80))
def test_any_text_can_be_redacted_again_without_change(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


def bare(text: str) -> str:
    return re.sub(r"[\s，,。.:：、]", "", digits_written(normalise(text)))


def test_nearly_everything_personal_of_the_corpus_is_masked_and_nearly_nothing_else() -> None:
    """A mask counts as right where the whole sentence reads as it should: one that is too wide is wrong."""
    secrets = hidden = masks = right = 0
    for marked in CORPUS["personal"]:
        said = redact(normalise(PERSONAL.sub(r"\2", marked))).text
        wanted = [bare(found[2]) for found in PERSONAL.finditer(marked)]
        rest, made = bare(MASK.sub("¦", said)), len(MASK.findall(said))
        secrets, masks = secrets + len(wanted), masks + made
        hidden += sum(secret[-4:] not in rest for secret in wanted)
        right += made if rest == bare(PERSONAL.sub("¦", marked)) else 0
    masks += sum(len(MASK.findall(redact(normalise(text)).text)) for text in CORPUS["ordinary"])
    assert len(CORPUS["personal"]) >= 200
    assert hidden / secrets >= 0.98
    assert right / masks >= 0.95


def test_what_is_masked_is_called_by_its_kind() -> None:
    wrong = [
        marked
        for marked in CORPUS["personal"]
        if redact(normalise(PERSONAL.sub(r"\2", marked))).kinds - {found[1] for found in PERSONAL.finditer(marked)}
    ]
    assert not wrong


def test_an_offices_number_is_no_secret_and_ones_own_is() -> None:
    assert not redact("你们银行的电话是028-86512345吗").kinds
    assert redact("我在银行留的电话是028-86512345").kinds == {"phone"}
    assert redact("银行回访我，打028-86512345").kinds == {"phone"}


@pytest.mark.parametrize("text", ["one two three four five six seven", "My zip code is 610000", "看2026年的护照新规"])
def test_counting_and_other_codes_are_no_secret(text: str) -> None:
    assert not redact(text).kinds


def test_a_long_row_of_digits_or_letters_is_gone_through_once() -> None:
    """It took a minute for every 35,000 when each of them was tried as the beginning of an address."""
    assert redact("1" * 100_000).text == "[number]"
    assert redact("a" * 100_000).kinds == frozenset()


PLANTED = [
    "我的邮箱是wang wu at 163 点 com，银行卡丢了怎么办",
    "车牌川A88888停哪里，银行卡丢了怎么办",
    "护照E87654321，银行卡丢了怎么办",
    "身份证五一零一零四一九九零零三零七八八四叉，银行卡丢了怎么办",
    "我叫王五，卡号六二二二零二幺二三四五六七八九零幺二八丢了",
    "电话一三八零零一三八零零零，我住成都市天府三街18号5栋2单元301",
]
SECRETS = ("wang wu", "88888", "87654321", "八八四", "884", "五六七八", "5678", "13800138000", "一三八", "5栋", "301")


@pytest.mark.parametrize("text", PLANTED)
async def test_nothing_personal_reaches_a_record_a_log_the_memory_or_the_model(mind, caplog, text: str) -> None:
    model = ScriptedModel("好的。")
    caplog.set_level("DEBUG")
    talk = mind.with_model(model, phrasing="model").converse()
    await ask(talk, text)
    await ask(talk, "今天天气真好", turn=2)
    kept = repr(list(talk.records)) + repr(list(talk.memory)) + repr(model.asked) + caplog.text
    assert not [secret for secret in SECRETS if re.search(rf"(?<!0\.){secret}", kept)]  # 0.884 is a score
