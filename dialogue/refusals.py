"""What no role does, told by rule: prompt injection, restricted things for children, forbidden requests, abuse.

Looked at after the signs and beside the pack's own knowledge: an approved answer is better than a fixed reply, and is
then spoken as written, never by a model. Data with examples: `refusals.yaml`; the words spoken: `replies.yaml`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from dialogue.detectors import Hit, Sign, read_signs, views
from dialogue.pack import Text

_HERE = Path(__file__).resolve().parent
REFUSALS = ("minor", "injection", "forbidden", "abuse")
ALWAYS = frozenset({"minor"})  # whatever the pack may answer, unless the answer is meant for just that


def refused(text: str, domain: str) -> Hit | None:
    """The first reason not to do what a normalised utterance asks for, or None."""
    ways = views(text)
    return next((hit for sign in _signs(domain) for view in ways if (hit := sign.hit(view))), None)


@cache
def replies() -> dict[str, Text]:
    """What is said, for each of `REFUSALS`."""
    return yaml.safe_load((_HERE / "replies.yaml").read_text(encoding="utf-8"))


@cache
def refusal_files() -> dict[str, dict]:
    """Every refusal as its file has it, in the order of `REFUSALS`."""
    found = yaml.safe_load((_HERE / "refusals.yaml").read_text(encoding="utf-8"))
    return {name: found[name] for name in REFUSALS}


@cache
def _signs(domain: str) -> tuple[Sign, ...]:
    return read_signs(refusal_files(), lambda rule: "domains" not in rule or domain in rule["domains"])


def suspicious(text: str) -> str:
    """The words of a text from outside (knowledge, a tool) that read like an order to the model; "" where none do."""
    injection = next(sign for sign in _signs("general") if sign.name == "injection")
    return next((hit.words for view in views(text) if (hit := injection.hit(view))), "")
