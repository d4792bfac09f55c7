"""A pack is read as it was written, and whoever breaks one is told where and how to mend it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dialogue.pack import Scene
from dialogue.packs import find_pack, load_pack
from models import markup
from models.errors import PackInvalid, PersonaUnknown


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_a_valid_pack_holds_what_its_files_say(small_pack: Path) -> None:
    pack = load_pack(small_pack)
    assert pack.id == "small" and pack.names == {"zh": "蓉蓉", "en": "Rongrong"}
    item = pack.item("cash-appointment")
    assert item.answer["zh"] == "取现金5万元以上，请提前1天预约。"
    assert item.phrasings["en"] == ("withdraw a lot of cash",)
    assert item.as_of == date(2026, 1, 1)
    assert item.citation("en").source == "公开规定"


def test_an_answer_may_run_over_several_lines(small_pack: Path) -> None:
    change(small_pack / "knowledge/cards.md", "zh: 请先挂失，带", "zh: 请先挂失，\n  带")
    change(small_pack / "knowledge/cards.md", "en: Block the card first, then", "en: Block the card first,\n  then")
    answer = load_pack(small_pack).item("card-lost").answer
    assert answer["zh"] == "请先挂失，带身份证到柜台。"
    assert answer["en"] == "Block the card first, then bring your ID to the counter."


def test_settings_fill_placeholders(small_pack: Path) -> None:
    change(small_pack / "knowledge/cards.md", "请先挂失", "请打{hotline}挂失")
    assert "请打银行卡背面的客服电话挂失" in load_pack(small_pack).item("card-lost").answer["zh"]


@pytest.mark.parametrize(
    ("line", "mood", "intensity"),
    [("mood: glad 0.6\n", "glad", 0.6), ("mood: worried\n", "worried", 1.0), ("", "", 1.0)],
)
def test_a_pack_may_say_how_much_of_a_mood(small_pack: Path, line: str, mood: str, intensity: float) -> None:
    change(small_pack / "knowledge/cards.md", "zh: 请先", f"{line}zh: 请先")
    item = load_pack(small_pack).item("card-lost")
    assert (item.mood, item.intensity) == (mood, intensity)


@pytest.mark.parametrize("wrong", ["barge_in: loudly", "wake_word: 1", "min_speech_ms: 5", "noise_floor: -60"])
def test_how_a_pack_listens_is_checked(small_pack: Path, wrong: str) -> None:
    with (small_pack / "persona.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\nlistening: {{near_field: yes, {wrong}}}\n")
    with pytest.raises(PackInvalid, match=wrong.partition(":")[0]):
        load_pack(small_pack)


@pytest.mark.parametrize(
    ("scene", "backdrop", "framing"),
    [
        ("", "branch", "chest"),
        ("scene: {backdrop: clinic}", "clinic", "chest"),
        ("scene: {framing: waist}", "branch", "waist"),
    ],
)
def test_a_pack_says_where_it_stands(small_pack: Path, scene: str, backdrop: str, framing: str) -> None:
    with (small_pack / "persona.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\n{scene}\n")
    assert load_pack(small_pack).scene == Scene(backdrop, framing)


@pytest.mark.parametrize("wrong", ["backdrop: moon", "framing: 3", "lamp: on"])
def test_where_a_pack_stands_is_checked(small_pack: Path, wrong: str) -> None:
    with (small_pack / "persona.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\nscene: {{{wrong}}}\n")
    with pytest.raises(PackInvalid, match=wrong.partition(":")[0]):
        load_pack(small_pack)


def test_an_answer_carries_marks_for_the_voice_and_stays_plain_text(small_pack: Path) -> None:
    change(small_pack / "knowledge/cards.md", "请先挂失", '请<emphasis>先挂失</emphasis><break time="300ms"/>')
    answer = load_pack(small_pack).item("card-lost").answer["zh"]
    assert answer == "请先挂失，带身份证到柜台。"
    assert [mark.kind for mark in markup.of(answer).marks] == ["emphasis", "break"]


@pytest.mark.parametrize(
    ("tag", "what"),
    [
        ("<shout>先</shout>", "no tag <shout>"),
        ("<emphasis>先", "never closed"),
        ('<mood name="jolly">先</mood>', "no mood 'jolly'"),
        ('<prosody rate="9%">先</prosody>', "cannot be '9%'"),
    ],
)
def test_a_wrong_tag_is_told_with_its_line(small_pack: Path, tag: str, what: str) -> None:
    change(small_pack / "knowledge/cards.md", "请先挂失", f"请{tag}挂失")
    with pytest.raises(PackInvalid) as caught:
        load_pack(small_pack)
    assert what in str(caught.value) and "cards.md, line 16" in str(caught.value) and caught.value.hint


def test_a_persona_s_own_words_carry_marks_too(small_pack: Path) -> None:
    change(small_pack / "persona.yaml", "我请工作人员来", "<emphasis>我请工作人员来</emphasis>")
    assert [mark.kind for mark in markup.of(load_pack(small_pack).unknown["zh"]).marks] == ["emphasis"]


BROKEN_KNOWLEDGE = [
    ("## card-lost: 挂失 | losing a card", "## card lost", 9, "heading", "## an-id"),
    ("- 我的卡不见了\n", "", 9, "2 Chinese phrasings", "at least 3"),
    ("zh: 请先", "zg: 请先", 16, "'zg: ", "`zh:`"),
    ("en: Block the card first, then bring your ID to the counter.", "", 9, "no English answer", "`en: …`"),
    ("as_of: 2026-01-01", "as_of: soon", 5, "'soon' is not a date", "2026-11-30"),
    ("as_of: 2026-01-01", "as_of: 2031-01-01", 9, "ends before it begins", "precede"),
    ("source: 公开规定\n", "", 6, "lacks 'source'", "`source: …`"),
    ("---\ntitle", "title", 1, "front matter is missing", "`---`"),
    ("带身份证", "带{papers}", 16, "{papers}", "settings"),
    ("zh: 请先", "mood: merry\nzh: 请先", 16, "mood cannot be 'merry'", "serious"),
    ("zh: 请先", "mood: glad very\nzh: 请先", 16, "cannot be 'very' strong", "glad 0.6"),
    ("zh: 请先", "mood: glad 1.6\nzh: 请先", 16, "cannot be '1.6' strong", "glad 0.6"),
    ("en: Block", "zh: 又一个\nen: Block", 17, "'zh' is given twice", "one of them"),
]


@pytest.mark.parametrize(("old", "new", "line", "what", "mend"), BROKEN_KNOWLEDGE)
def test_a_broken_knowledge_file_is_named_with_its_line(
    small_pack: Path, old: str, new: str, line: int, what: str, mend: str
) -> None:
    change(small_pack / "knowledge/cards.md", old, new)
    with pytest.raises(PackInvalid) as error:
        load_pack(small_pack)
    assert f"cards.md, line {line}:" in error.value.message
    assert what in error.value.message
    assert mend in error.value.hint


def test_an_id_may_be_used_once_in_a_pack(small_pack: Path) -> None:
    change(small_pack / "knowledge/money.md", "cash-appointment:", "card-lost:")
    with pytest.raises(PackInvalid, match=r"money\.md.*'card-lost' is also in cards\.md"):
        load_pack(small_pack)


BROKEN_YAML = [
    ("persona.yaml", "greeting:", "greting:", "'greeting' is missing", "'greting'"),
    ("persona.yaml", "format: 1", "format: 9", "format is not 1", "format: 1"),
    ("persona.yaml", "speed: 1.0", "speed: 9", "speed cannot be 9", "0.5 to 2.0"),
    ("persona.yaml", "speed: 1.0", "speed: 1.0, pitch: 9", "pitch cannot be 9", "-6.0 to 6.0"),
    ("persona.yaml", "speed: 1.0", "speed: 1.0, gain: loud", "gain cannot be 'loud'", "-12.0 to 6.0"),
    ("persona.yaml", "interaction: service", "interaction: friend", "interaction cannot be 'friend'", "service"),
    ("persona.yaml", "interaction: service", "interaction: companion", "'companion' is missing", "`companion:`"),
    ("persona.yaml", "内容由AI生成", "内容由人写成", "the label does not say AI (zh)", "内容由AI生成"),
    ("persona.yaml", "· AI-generated", "· AI-made", "does not say that it is generated (en)", "AI-generated"),
    ("persona.yaml", "我是数字人柜员蓉蓉，我说的内容由人工智能生成", "我是蓉蓉", "the greeting does not say", "数字人"),
    ("persona.yaml", "domain: finance", "domain: finances", "domain cannot be 'finances'", "health"),
    ("persona.yaml", "id: small", "id: other", "differs from the folder", "same"),
    ("persona.yaml", "languages: [zh, en]", "languages: [zh, en", "not YAML", "quotes"),
    ("policy.yaml", "  exit:", "  leave:", "there is no template 'leave'", "exit"),
    ("policy.yaml", "banned_claims:\n  zh: [", "banned_claims:\n  zh: x [", "must be a list of texts", "- "),
]


@pytest.mark.parametrize(("file", "old", "new", "what", "mend"), BROKEN_YAML)
def test_a_broken_yaml_file_is_named_with_its_line(
    small_pack: Path, file: str, old: str, new: str, what: str, mend: str
) -> None:
    change(small_pack / file, old, new)
    with pytest.raises(PackInvalid) as error:
        load_pack(small_pack)
    assert f"{file}, line " in error.value.message
    assert what in error.value.message
    assert mend in error.value.hint


def test_an_identity_code_is_kept_as_it_was_issued(small_pack: Path) -> None:
    assert load_pack(small_pack).identity_code == ""
    change(small_pack / "persona.yaml", "locale:", 'identity_code: "0051-川A/7"\nlocale:')
    assert load_pack(small_pack).identity_code == "0051-川A/7"


@pytest.mark.parametrize("code", ["51010001", '""', "a b", '"a\u200b1"', "[a]", "A" * 65])
def test_an_identity_code_that_is_none_is_told_with_its_line(small_pack: Path, code: str) -> None:
    change(small_pack / "persona.yaml", "locale:", f"identity_code: {code}\nlocale:")
    line = (small_pack / "persona.yaml").read_text("utf-8").split("identity_code")[0].count("\n") + 1
    with pytest.raises(PackInvalid) as error:
        load_pack(small_pack)
    assert f"persona.yaml, line {line}: identity_code cannot be" in error.value.message and "quotes" in error.value.hint


@pytest.mark.parametrize("file", ["policy.yaml", "vocabulary.txt"])
def test_a_missing_file_is_named(small_pack: Path, file: str) -> None:
    (small_pack / file).unlink()
    with pytest.raises(PackInvalid, match=file):
        load_pack(small_pack)


def test_an_unknown_persona_lists_the_known_ones(small_pack: Path) -> None:
    with pytest.raises(PersonaUnknown) as error:
        find_pack("nobody", small_pack.parent)
    assert "small" in error.value.hint
    with pytest.raises(PersonaUnknown) as error:
        load_pack(small_pack.parent / "nobody")
    assert "small" in error.value.hint
