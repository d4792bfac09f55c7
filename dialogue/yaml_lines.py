"""YAML that remembers lines, so that an error in a pack can name the one to mend."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from dialogue import marked
from dialogue.knowledge import invalid
from dialogue.pack import Phrases, Text
from dialogue.problems import Beneath, forgiven, forgiving, report
from models.errors import MarkupInvalid, PackInvalid

LANGUAGES = ("zh", "en")
LARGEST = 4 << 20  # bytes of a YAML file


class Node:
    """A YAML mapping with the line of each key. Its readers raise PackInvalid when a value is missing or odd."""

    def __init__(
        self, file: Path, node: yaml.MappingNode | None, line: int, path: str = "", *, lost: bool = False
    ) -> None:
        """`lost`: stands for one that could not be read; what is missing in it is not told again."""
        self.file = file
        self._lost = lost
        self.path = path
        self.line = line
        self._children: dict[str, tuple[yaml.Node, int]] = {}
        self._told: set[str] = set()  # keys that were taken for misspelt ones
        for key, value in node.value if node else ():
            name = str(key.value)
            if name in self._children:
                report(self.wrong(name, f"{name!r} is given twice", "Keep one of them."))
            self._children[name] = (value, key.start_mark.line + 1)

    def keys(self) -> tuple[str, ...]:
        return tuple(self._children)

    def _name(self, key: str) -> str:
        return repr(f"{self.path}{key}")

    def wrong(self, key: str, what: str, mend: str) -> PackInvalid:
        line = self._children[key][1] if key in self._children else self.line
        return invalid(self.file, line, what, mend)

    def _child(self, key: str) -> yaml.Node:
        if self._lost:
            raise Beneath(f"{self._name(key)} is missing")
        if key not in self._children:
            near = get_close_matches(key, self._children, n=1, cutoff=0.75)
            self._told.update(near)
            mend = f"Did you mean {key!r} where it says {near[0]!r}?" if near else f"Add `{key}:`."
            raise self.wrong(near[0] if near else key, f"{self._name(key)} is missing", mend)
        return self._children[key][0]

    def read(self, key: str) -> Any:
        """The plain value of a key, for readers that judge it themselves."""
        try:
            return yaml.SafeLoader.construct_document(_loader(), self._child(key))
        except yaml.MarkedYAMLError as error:
            raise self.wrong(key, f"{self._name(key)}: {error.problem}", "Write plain text or a number.") from None

    @forgiving(lambda: None)
    def value(self, key: str) -> Any:
        return self.read(key)

    @forgiving(str)
    def text(self, key: str) -> str:
        return self._text(key)

    def _text(self, key: str) -> str:
        value = self.read(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, f"{self._name(key)} must be text", "Write some words, in quotes if they hold `: `.")
        return " ".join(value.split())

    @forgiving(str)
    def one_of(self, key: str, known: tuple[str, ...]) -> str:
        if (value := self._text(key)) not in known:
            raise self.wrong(key, f"{key} cannot be {value!r}", "Choose one of: " + ", ".join(known) + ".")
        return value

    def node(self, key: str, *, optional: bool = False) -> Node:
        if optional and key not in self._children:
            return Node(self.file, None, self.line, f"{self.path}{key}.")
        with forgiven():
            child = self._child(key)
            if not isinstance(child, yaml.MappingNode):
                raise self.wrong(
                    key, f"{self._name(key)} must have keys of its own", f"Write `{key}:` and its keys below it."
                )
            return Node(self.file, child, self._children[key][1], f"{self.path}{key}.")
        return Node(self.file, None, self.line, f"{self.path}{key}.", lost=True)

    @forgiving(tuple)
    def nodes(self, key: str) -> tuple[Node, ...]:
        """A list of mappings, () where the key is absent."""
        if key not in self._children:
            return ()
        child = self._child(key)
        parts = child.value if isinstance(child, yaml.SequenceNode) else ()
        if not parts or not all(isinstance(part, yaml.MappingNode) for part in parts):
            raise self.wrong(
                key, f"{self._name(key)} must be a list of entries with keys", "Begin each entry with `- `."
            )
        return tuple(Node(self.file, part, part.start_mark.line + 1, f"{self.path}{key}.") for part in parts)

    @forgiving(tuple)
    def list(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        if optional and key not in self._children:
            return ()
        value = self.read(key)
        if (
            not isinstance(value, list)
            or not value
            or not all(isinstance(part, str) and part.strip() for part in value)
        ):
            mend = "Write `[…, …]` or lines beginning with `- `; put a number in quotes."
            raise self.wrong(key, f"{self._name(key)} must be a list of texts", mend)
        return tuple(value)

    @forgiving(tuple)
    def texts(self, key: str) -> tuple[str, ...]:
        """One text, or a list of them."""
        return self.list(key) if isinstance(self._child(key), yaml.SequenceNode) else (self._text(key),)

    @forgiving(bool)
    def yes(self, key: str) -> bool:
        if not isinstance(value := self.read(key), bool):
            raise self.wrong(key, f"{self._name(key)} must be yes or no", f"Write `{key}: yes` or `{key}: no`.")
        return value

    def only(self, *known: str) -> None:
        """Raises PackInvalid for a key that is none of these."""
        for key in self._children:
            if key not in (*known, *self._told):
                near = get_close_matches(key, known, n=1)
                mend = f"Did you mean `{near[0]}:`?" if near else "Known keys: " + ", ".join(known) + "."
                if " " in key:
                    mend = "Put the text before it in quotes: inside braces, a comma ends what is in none."
                report(self.wrong(key, f"{self._name(key)} is not known here", mend))

    def expect_item(self, key: str, name: str, items: Collection[str]) -> None:
        """Reports a name under `key` that is the id of no item."""
        if name not in items:
            near = get_close_matches(name, items, n=1)
            mend = f"Did you mean {near[0]!r}?" if near else "Give the id of an item in knowledge/."
            report(self.wrong(key, f"there is no item {name!r}", mend))

    def both(self, key: str) -> Text:
        node = self.node(key)
        text = node.own_both()
        node.only(*LANGUAGES)
        return text

    def own_both(self) -> Text:
        return {language: self._marked(language) for language in LANGUAGES}

    @forgiving(str)
    def _marked(self, key: str) -> str:
        try:
            return marked.approved(self._text(key))
        except MarkupInvalid as error:
            raise self.wrong(key, error.message, error.hint or "Mend the tag.") from None

    def phrases(self, key: str) -> Phrases:
        node = self.node(key)
        phrases = {language: node.list(language) for language in LANGUAGES}
        node.only(*LANGUAGES)
        return phrases


def _loader() -> yaml.SafeLoader:
    return yaml.SafeLoader("")


class _NoAliases(yaml.SafeLoader):
    """Aliases make a few lines grow into millions of values; packs need none."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.composer.ComposerError(None, None, "aliases (`*name`) are not read; write it out", mark)
        return super().compose_node(parent, index)


def read_yaml(file: Path) -> Node:
    """The mapping in a YAML file. Where the file is missing, is no YAML or holds no mapping, that is reported."""
    with forgiven():
        return _read_yaml(file)
    return Node(file, None, 1, lost=True)


def _read_yaml(file: Path) -> Node:
    if not file.is_file():
        raise invalid(file, 0, "the file is missing", "Every pack has one; see docs/personas.md.")
    if file.stat().st_size > LARGEST:
        raise invalid(file, 0, f"the file is larger than {LARGEST >> 20} MB", "Put what it knows into knowledge/*.md.")
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=_NoAliases)
    except RecursionError as error:
        raise invalid(file, 1, "nested too deeply", "Write it with fewer levels.") from error
    except UnicodeDecodeError as error:
        raise invalid(file, 0, "the file is not UTF-8", "Save it as UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise invalid(
            file, line, f"not YAML: {error.problem}", "Check the indentation, colons and quotes there."
        ) from error
    except yaml.YAMLError as error:
        raise invalid(file, 1, f"not YAML: {error}", "Remove the character it names.") from error
    if not isinstance(root, yaml.MappingNode):
        raise invalid(file, 1, "the file must hold keys and values", "Begin with a line like `id: my-persona`.")
    return Node(file, root, 1)
