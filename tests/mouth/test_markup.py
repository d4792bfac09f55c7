"""Tags for the voice: what is read, what is refused, and that plain words stay plain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import markup
from models.errors import MarkupInvalid
from models.markup import Mark, Marked


def test_tags_become_marks_on_plain_words() -> None:
    text = markup.read('请<emphasis>马上</emphasis>挂失，<break time="400ms"/>再补卡。')
    assert text == "请马上挂失，再补卡。"
    assert text.marks == (Mark("emphasis", 1, 3, 0.6), Mark("break", 6, 6, 400))


@pytest.mark.parametrize(
    ("tagged", "mark"),
    [
        ('<break time="1.5s"/>', Mark("break", 0, 0, 1500)),
        ('<break strength="strong" />', Mark("break", 0, 0, 600)),
        ('<emphasis level="strong">好</emphasis>', Mark("emphasis", 0, 1, 1.0)),
        ('<prosody rate="slow">好</prosody>', Mark("rate", 0, 1, 0.8)),
        ("<prosody rate='120%'>好</prosody>", Mark("rate", 0, 1, 1.2)),
        ('<prosody pitch="-2st">好</prosody>', Mark("pitch", 0, 1, -2)),
        ('<prosody volume="+3dB">好</prosody>', Mark("volume", 0, 1, 3)),
        ('<say-as interpret-as="digits">12</say-as>', Mark("say-as", 0, 2, "digits")),
        ('<say-as interpret-as="spell-out">VIP</say-as>', Mark("say-as", 0, 3, "characters")),
        ('<sub alias="人民银行">央行</sub>', Mark("sub", 0, 2, "人民银行")),
        ('<mood name="warm" level="0.6">好</mood>', Mark("mood", 0, 1, "warm 0.6")),
    ],
)
def test_each_tag(tagged: str, mark: Mark) -> None:
    assert markup.read(tagged).marks == (mark,)


WRONG = {
    "<voice name='x'>好</voice>": "好",
    "<emphasis level='huge'>好</emphasis>": "好",
    "<break time='9s'/>好": "好",
    "<break time='x'/>好": "好",
    "<break>好": "好",
    "<emphasis/>好": "好",
    "<prosody>好</prosody>": "好",
    "<prosody rate='5%'>好</prosody>": "好",
    "<prosody rate=slow>好</prosody>": "好",
    "<prosody contour='x'>好</prosody>": "好",
    "<emphasis>好": "好",
    "好</emphasis>": "好",
    "<emphasis><prosody rate='slow'>好</emphasis></prosody>": "好",
    "<sub alias=''>好</sub>": "好",
    "<mood name='1'>好</mood>": "好",
    "<speak>好</speak>": "好",
    "<em><em><em><em><em>好</em></em></em></em></em>": "好",
    "<bre<break time='1s'/>ak time='1s'/>好": "好",
    "<script src='x'>好": "好",
}


@pytest.mark.parametrize(("tagged", "plain"), WRONG.items())
def test_what_is_wrong_is_refused_in_a_pack_and_dropped_from_a_model(tagged: str, plain: str) -> None:
    with pytest.raises(MarkupInvalid) as caught:
        markup.read(tagged)
    assert caught.value.code == "markup_invalid"
    assert markup.read(tagged, strict=False) == plain


@pytest.mark.parametrize("text", ["血压<140", "a < b > c", "1<2，3>2", "<>", "</>", "<3", "5<6", "<，b>"])
def test_what_is_no_tag_stays_text(text: str) -> None:
    assert markup.read(text) == text and not markup.read(text).marks


def test_a_part_keeps_its_marks_and_a_break_belongs_to_what_follows() -> None:
    text = markup.read('甲<emphasis>乙丙</emphasis>。<break time="1s"/>丁。')
    first, second = text.part(0, 4), text.part(4, 6)
    assert (first, second) == ("甲乙丙。", "丁。")
    assert first.marks == (Mark("emphasis", 1, 3, 0.6),)
    assert second.marks == (Mark("break", 0, 0, 1000),)
    assert text.part(2, 4).marks == (Mark("emphasis", 0, 1, 0.6),)


_TAGGED = st.recursive(
    st.text(alphabet="甲乙 a1，。<>/&\"'", max_size=6) | st.just('<break time="300ms"/>'),
    lambda inner: (
        st.builds(
            "<{0}>{1}</{2}>".format,
            st.sampled_from(["emphasis", 'prosody rate="slow"', 'say-as interpret-as="digits"', "b"]),
            inner,
            st.sampled_from(["emphasis", "prosody", "say-as", "b"]),
        )
        | st.builds("{0}{1}".format, inner, inner)
    ),
    max_leaves=6,
)


@given(_TAGGED)
def test_live_text_always_becomes_plain_words(text: str) -> None:
    marked = markup.read(text, strict=False)
    assert markup.read(marked, strict=False) == marked
    assert all(0 <= mark.start <= mark.end <= len(marked) for mark in marked.marks)


@given(_TAGGED)
def test_tags_written_again_give_the_same_marks(text: str) -> None:
    marked = markup.read(text, strict=False)
    again = markup.read(marked.tagged(), strict=False)
    assert again == marked and set(again.marks) == set(marked.marks)


def test_ordinary_work_on_the_string_forgets_the_marks() -> None:
    text = markup.read("<emphasis>好</emphasis>的")
    assert not markup.of(text + "。").marks and not markup.of(text.strip()).marks
    assert isinstance(markup.of("好"), Marked)
