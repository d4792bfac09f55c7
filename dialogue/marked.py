"""Words with marks for the voice (models.markup), as packs and language models write them."""

from __future__ import annotations

from dialogue.feelings import MOODS
from models import markup
from models.errors import MarkupInvalid
from models.markup import Marked


def approved(text: str) -> Marked:
    """The text of a pack. Raises MarkupInvalid for any tag that is not known, well formed and closed."""
    marked = markup.read(text)
    for mark in marked.marks:
        name = str(mark.value).partition(" ")[0]
        if mark.kind == "mood" and name not in MOODS:
            raise MarkupInvalid(f"There is no mood {name!r}.", hint="Known: " + ", ".join(MOODS))
    return marked


def live(text: str) -> Marked:
    """The text of a language model: known tags count, all others are dropped and their words kept. `sub` is dropped
    too: the guard judges the words that are written, so no others may be said."""
    marked = markup.read(text, strict=False)
    return Marked(marked, (mark for mark in marked.marks if mark.kind != "sub"))
