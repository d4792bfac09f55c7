"""What the columns of a table of questions and answers are called."""

from __future__ import annotations

import re
from collections.abc import Iterable

NAMES = {
    "question": ("问题", "问", "标准问", "标准问题", "提问", "question", "q", "question_zh", "faq"),
    "answer": ("答案", "答", "回答", "回复", "标准答案", "答复", "answer", "a", "answer_zh", "reply"),
    "question_en": ("英文问题", "问题英文", "question_en", "english question"),
    "answer_en": ("英文答案", "答案英文", "英文回答", "answer_en", "english answer"),
    "phrasings": ("相似问", "相似问法", "相似问题", "扩展问", "其他问法", "phrasings", "similar questions", "variants"),
    "topic": ("主题", "标题", "topic", "title"),
    "source": ("来源", "依据", "出处", "source"),
    "as_of": ("更新日期", "生效日期", "as_of", "updated"),
    "valid_to": ("有效期至", "失效日期", "valid_to", "expires"),
}
_ROLES = {name: role for role, names in NAMES.items() for name in names}


def known_columns(header: Iterable[str]) -> dict[str, str]:
    """role -> the name of its column, for the columns that are known."""
    found: dict[str, str] = {}
    for name in header:
        role = _ROLES.get(re.sub(r"\s+", " ", name).strip(" *:：").lower())
        if role:
            found.setdefault(role, name)
    return found
