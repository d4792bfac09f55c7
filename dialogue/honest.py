"""A pack must say what speaks: its label and its greeting are checked when it is loaded."""

from __future__ import annotations

import re

from dialogue.problems import report
from dialogue.yaml_lines import Node

WANTED = {  # what must stand in a text → what it says
    "label": {
        "zh": (("AI|人工智能", "AI"), ("生成|合成", "that it is generated")),
        "en": ((r"\bAI\b|artificial intelligence", "AI"), ("generated|synthesi", "that it is generated")),
    },
    "greeting": {
        "zh": (("AI|人工智能|数字人", "that it is no human"),),
        "en": ((r"\bAI\b|artificial|digital", "that it is no human"),),
    },
}
EXAMPLES = {
    "label": {"zh": "数字人 · 内容由AI生成", "en": "Digital human · AI-generated"},
    "greeting": {"zh": "您好，我是AI数字人……", "en": "Hello, I'm …, an AI digital human."},
}


def expect_honest(persona: Node) -> None:
    """The label and the greeting say what speaks here (GB 45438-2025: an element for AI and one for generation)."""
    for key, wanted in WANTED.items():
        for language, words in persona.both(key).items():
            for pattern, what in wanted[language]:
                if words and not re.search(pattern, words, re.IGNORECASE):
                    mend = f"Write a {key} that names it, such as: {EXAMPLES[key][language]}"
                    report(persona.wrong(key, f"the {key} does not say {what} ({language})", mend))
