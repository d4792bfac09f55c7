"""Blocks of a document become drafts: questions with their answers where it has them, else sections by heading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dialogue.ingest.blocks import Block, Document
from dialogue.ingest.columns import known_columns
from dialogue.text import has_chinese
from dialogue.types import Language

LONGEST = {"zh": 160, "en": 420}  # characters of an answer that somebody would listen to
_QUESTION = re.compile(r"(?:问题?|Q(?:uestion)?)\s*\d*\s*[:：.、]\s*(?P<text>.+)", re.IGNORECASE)
_ANSWER = re.compile(r"(?:答案?|回答|A(?:nswer)?)\s*\d*\s*[:：.、]\s*(?P<text>.+)", re.IGNORECASE)
_BOTH = re.compile(r"(?P<question>.+?[?？])\s*(?:答案?|回答|A(?:nswer)?)\s*[:：]\s*(?P<answer>.+)", re.IGNORECASE)
_ASKS = re.compile(r"[?？]$|(?:吗|呢|怎么办|是什么|有哪些|多少|如何.{0,12}|怎么.{0,12}|什么.{0,8})$")
_NUMBER = re.compile(r"(?:第[一二三四五六七八九十百\d]+[章节条]|[一二三四五六七八九十]+、|\d+(?:\.\d+)*[.、．)）]?)\s*")
_SENTENCE = re.compile(r"[^。！？!?;；]+(?:[。！？;；]|[!?](?=\s|$))?|[^。！？!?;；]+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Draft:
    """What one place of a document says, for a person to review. "" and () are gaps that the person fills."""

    topic: dict[Language, str]
    phrasings: tuple[str, ...]
    answer: dict[Language, str]
    place: str
    source: str = ""  # as the document gives it for this row
    as_of: str = ""
    valid_to: str = ""


def drafts_of(document: Document) -> tuple[Draft, ...]:
    """The drafts of a document, in its order."""
    drafts: list[Draft] = []
    heading, question, place = "", "", ""
    section: list[Block] = []

    def close() -> None:
        drafts.extend(_asked(question, section, place) if question else _told(heading, section))
        section.clear()

    for block in document.blocks:
        text = block.text
        if block.kind == "row":
            drafts.extend(_row(block))
        elif block.kind == "heading" or (_ASKS.search(text) and len(text) <= 60 and not _ANSWER.match(text)):
            close()
            plain = _NUMBER.sub("", text, count=1) if _NUMBER.match(text) else text
            asked = _QUESTION.fullmatch(plain)
            plain = asked["text"] if asked else plain
            question = plain if asked or _ASKS.search(plain) else ""
            heading, place = plain, block.place
        elif asked := _QUESTION.fullmatch(text):
            close()
            both = _BOTH.fullmatch(asked["text"])
            question, place = (both["question"] if both else asked["text"]), block.place
            if both:
                section.append(Block("text", both["answer"], block.place))
        else:
            answer = _ANSWER.fullmatch(text)
            section.append(Block("text", answer["text"], block.place) if answer and question else block)
    close()
    return tuple(drafts)


def _asked(question: str, answer: Sequence[Block], place: str) -> Iterator[Draft]:
    text = _joined(answer)
    if text:
        language: Language = "zh" if has_chinese(question) else "en"
        yield Draft({language: question.rstrip("？?")}, (question,), {language: text}, place)


def _told(heading: str, section: Sequence[Block]) -> Iterator[Draft]:
    """The parts of a section, each short enough to be said."""
    for number, (text, place) in enumerate(_parts(section), start=1):
        language: Language = "zh" if has_chinese(text) else "en"
        topic = f"{heading} {number}" if heading and number > 1 else heading or _opening(text)
        yield Draft({language: topic}, (heading,) if heading else (), {language: text}, place)


def _parts(section: Sequence[Block]) -> Iterator[tuple[str, str]]:
    open_, place = "", ""
    for block in section:
        for sentence in _SENTENCE.findall(block.text):
            if open_ and len(open_) + len(sentence) > LONGEST["zh" if has_chinese(open_) else "en"]:
                yield open_, place
                open_ = ""
            place = place if open_ else block.place
            open_ = _glued(open_, sentence.strip())
    if open_:
        yield open_, place


def _row(block: Block) -> Iterator[Draft]:
    roles = known_columns(block.cells)
    cell = {role: block.cells.get(name, "") for role, name in roles.items()}
    if not {"question", "answer"} <= roles.keys():  # a table of something else: its row as it is read out
        told = "，".join(f"{name}：{value}" if name else value for name, value in block.cells.items() if value)
        if told:
            yield from _told("", [Block("text", told, block.place)])
        return
    question, answer = cell["question"], cell["answer"]
    if not (question and answer):
        return
    language: Language = "zh" if has_chinese(question + answer) else "en"
    topics: dict[Language, str] = {language: cell.get("topic") or question.rstrip("？?")}
    answers: dict[Language, str] = {language: answer}
    if cell.get("question_en"):
        topics.setdefault("en", cell["question_en"].rstrip("?"))
    if cell.get("answer_en"):
        answers.setdefault("en", cell["answer_en"])
    more = [part.strip() for part in re.split(r"[|；;\n]|(?<=[?？])\s*", cell.get("phrasings", ""))]
    asked = dict.fromkeys(filter(None, (question, *more, cell.get("question_en", ""))))
    dates = {key: cell[key] for key in ("as_of", "valid_to") if _DATE.fullmatch(cell.get(key, ""))}
    yield Draft(topics, tuple(asked), answers, block.place, source=cell.get("source", ""), **dates)


def _opening(text: str) -> str:
    """The first clause, as a topic."""
    return re.split(r"[，。：:；,.;!?！？]", text)[0][:24].strip() or text[:24]


def _joined(blocks: Sequence[Block]) -> str:
    text = ""
    for block in blocks:
        text = _glued(text, block.text)
    return text


def _glued(text: str, more: str) -> str:
    gap = " " if text and more and text[-1].isascii() and more[0].isascii() else ""
    return text + gap + more
