"""A check finds every mistake at once, and a pack that could do harm is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.packs import PERSONAS, check_pack, known_personas, load_pack
from models.errors import PackInvalid

COMPANION = """interaction: companion
companion:
  age_gate: 18
  minor_mode: {zh: 这里只接待成年人。, en: This is for adults only.}
  emergency_contact: yes
  usage_reminder_minutes: 120
  usage_reminder: {zh: 您在和AI说话，休息一下吧。, en: "You are talking with an AI: take a break."}
  crisis_protocol: {zh: 先安慰，再请真人。, en: Comfort first and call a human.}
  exit_phrases: {zh: [再见, 不聊了], en: [goodbye]}
  data_export: yes
  data_delete: yes
"""


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def told(folder: Path) -> list[str]:
    return [problem.message for problem in check_pack(folder)]


@pytest.mark.parametrize("name", known_personas())
def test_the_packs_we_ship_pass(name: str) -> None:
    assert check_pack(PERSONAS / name) == ()


def test_every_mistake_is_told_at_once_with_its_line(small_pack: Path) -> None:
    change(small_pack / "persona.yaml", "greeting:", "greting:")
    change(small_pack / "persona.yaml", "speed: 1.0", "speed: 9")
    change(small_pack / "persona.yaml", "label:", "label: 3\nlable:")
    change(small_pack / "policy.yaml", "  exit:", "  leave:")
    change(small_pack / "knowledge/cards.md", "## card-lost: 挂失 |", "## card lost |")
    change(small_pack / "knowledge/money.md", "zh: 取现金", "mood: merry\nzh: 取现金")
    (small_pack / "vocabulary.txt").unlink()
    (small_pack / "evals").mkdir()
    (small_pack / "evals/all.yaml").write_text(
        "paraphrases:\n  - {item: cash, ask: 取十万块要预约吗}\nsign: []\n", "utf-8"
    )
    problems = check_pack(small_pack)
    assert all(problem.file and problem.hint for problem in problems)
    text = "\n".join(f"{Path(problem.file).name}:{problem.line} {problem.message}" for problem in problems)
    for expected in (
        "'greeting' is missing", "speed cannot be 9", "'label' must have keys", "there is no template 'leave'",
        "'templates.exit' is missing", "cannot read the heading", "mood cannot be 'merry'", "vocabulary.txt: the file",
        "there is no item 'cash'", "'sign' is not known", "'lable' is not known",
    ):  # fmt: skip
        assert expected in text
    assert len(problems) == 11


def test_a_text_that_a_comma_cut_off_is_told(small_pack: Path) -> None:
    change(small_pack / "policy.yaml", "templates:", "templates:\n  exit: {zh: 再见。, en: Goodbye, and take care.}")
    text = (small_pack / "policy.yaml").read_text("utf-8")
    start = text.index("  exit:\n")
    (small_pack / "policy.yaml").write_text(text[:start] + text[text.index("  human:") :], "utf-8")
    (problem,) = check_pack(small_pack)
    assert problem.line == 3 and "in quotes" in problem.hint


def test_a_paraphrase_that_the_pack_lists_itself_is_told(small_pack: Path) -> None:
    (small_pack / "evals").mkdir()
    evals = small_pack / "evals/all.yaml"
    evals.write_text("paraphrases:\n  - {item: cash-appointment, ask: 取十万块要预约吗}\n", "utf-8")
    assert "own phrasings" in told(small_pack)[0]
    evals.write_text("paraphrases:\n  - {item: cash-appointment, ask: 我想拿十万现金}\n", "utf-8")
    assert told(small_pack) == []


def test_aliases_are_not_read_so_that_no_few_lines_grow_without_end(small_pack: Path) -> None:
    change(small_pack / "policy.yaml", "templates:", "a: &a [x, x]\nb: &b [*a, *a]\ntemplates:")
    with pytest.raises(PackInvalid, match=r"policy\.yaml, line \d+: not YAML: aliases"):
        load_pack(small_pack)


def test_yaml_that_names_a_python_object_makes_none(small_pack: Path) -> None:
    change(small_pack / "persona.yaml", "locale: zh-CN", "locale: !!python/object/apply:os.getcwd []")
    with pytest.raises(PackInvalid, match="locale"):
        load_pack(small_pack)


def test_a_companion_with_its_whole_gate_is_read(small_pack: Path) -> None:
    change(small_pack / "persona.yaml", "interaction: service\n", COMPANION)
    companion = load_pack(small_pack).companion
    assert (companion.least_age, companion.reminder_minutes) == (18, 120)
    assert companion.exit_phrases["zh"] == ("再见", "不聊了")


def test_a_service_has_no_gate(small_pack: Path) -> None:
    assert load_pack(small_pack).companion is None


@pytest.mark.parametrize("line", COMPANION.splitlines()[2:])
def test_a_companion_without_any_part_of_its_gate_is_refused(small_pack: Path, line: str) -> None:
    change(small_pack / "persona.yaml", "interaction: service\n", COMPANION.replace(line + "\n", ""))
    with pytest.raises(PackInvalid, match=line.split(":")[0].strip()):
        load_pack(small_pack)


@pytest.mark.parametrize(
    ("old", "new"),
    [("age_gate: 18", "age_gate: 9"), ("minutes: 120", "minutes: 121"), ("data_delete: yes", "data_delete: no")],
)
def test_a_companion_that_shirks_a_duty_is_refused(small_pack: Path, old: str, new: str) -> None:
    change(small_pack / "persona.yaml", "interaction: service\n", COMPANION.replace(old, new))
    with pytest.raises(PackInvalid, match=old.split(":")[0]):
        load_pack(small_pack)
