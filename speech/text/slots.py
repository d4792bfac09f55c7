"""Sentences with slots: 您的余额是{amount}元，请您核对。 What is fixed can be rendered ahead, a slot's phrase cannot.

A filled sentence is cut at its marks: phrases without a slot join to fixed parts, a phrase with one stands alone. Both
ends of a slot's phrase are then where a speaker rests, and its value does not change how the rest is cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from models import markup
from speech.text.clauses import phrases
from speech.types import Language

SLOT = re.compile(r"\{([a-z_]+)\}")
_HOLE = "\ufffc"  # stands for a slot while a template is cut


@dataclass(frozen=True)
class Template:
    """One sentence in which `{name}` stands for what is known only when it is said."""

    text: str
    language: Language

    @cached_property
    def slots(self) -> tuple[str, ...]:
        """Names in order, repeated where they are repeated."""
        return tuple(SLOT.findall(self.text))

    @cached_property
    def parts(self) -> tuple[Template, ...]:
        """Fixed parts and phrases with slots, in order; their texts join to `text`."""
        names, out = iter(self.slots), [""]
        for phrase in phrases(SLOT.sub(_HOLE, self.text), self.language):
            phrase = re.sub(_HOLE, lambda _: f"{{{next(names)}}}", phrase)
            if SLOT.search(phrase) or SLOT.search(out[-1]):
                out.append(phrase)
            else:
                out[-1] += phrase
        return tuple(Template(part, self.language) for part in out if part)

    def fill(self, **values: str) -> str:
        """The sentence with its slots filled; KeyError where a value is missing."""
        return SLOT.sub(lambda slot: values[slot[1]], self.text)

    def match(self, text: str) -> list[str] | None:
        """`parts` as they stand in a filled sentence, with its marks; None where `text` is no filling of this one."""
        found = self._pattern.fullmatch(text)
        if not found:
            return None
        values, whole, out, at = iter(found.groups()), markup.of(text), [], 0
        for part in self.parts:
            end = at + len(SLOT.sub(lambda _: next(values), part.text))
            out.append(whole.part(at, end))
            at = end
        return out

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        fixed = SLOT.split(self.text)[::2]
        return re.compile("(.+?)".join(map(re.escape, fixed)), re.DOTALL)
