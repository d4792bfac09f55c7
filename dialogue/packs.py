"""Finds, loads and checks persona packs.

    personas/<id>/persona.yaml     who it is                 personas/<id>/knowledge/*.md   what it knows
    personas/<id>/policy.yaml      what it must and may not say   …/vocabulary.txt          words for the recogniser

The format is described in docs/personas.md. Whatever is wrong is a PackInvalid naming file, line and mend.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dialogue.flows.load import load_flows
from dialogue.honest import expect_honest
from dialogue.knowledge import invalid, read_items
from dialogue.pack import (
    BACKDROPS,
    FRAMINGS,
    Companion,
    Disclosure,
    Item,
    Pack,
    Policy,
    Scene,
    SmallTalk,
    Text,
    Voice,
)
from dialogue.problems import forgiven, forgiving, gathered, report
from dialogue.tools.config import ToolsConfig
from dialogue.tools.load import load_tools
from dialogue.yaml_lines import Node, read_yaml
from models.errors import PackInvalid, PersonaUnknown

FORMAT = 1
LANGUAGES = ("zh", "en")
INTERACTIONS = ("service", "companion")
DOMAINS = ("finance", "health", "commerce", "tourism", "entertainment", "culture", "education", "general")
TEXTS = ("names", "role", "label", "manners", "greeting", "unknown", "handoff", "ask_which", "not_heard", "stale")
WORDS = ("id", "locale", "avatar")
OPTIONAL = ("languages", "companion", "elsewhere", "settings", "listening", "scene", "identity_code")
KEYS = ("format", *TEXTS, *WORDS, "interaction", "domain", "voice", "lead_ins", "small_talk", *OPTIONAL)
VOICE_WORDS = ("backend", "zh", "en")
VOICE_BOUNDS = {"speed": (0.5, 2.0), "pitch": (-6.0, 6.0), "gain": (-12.0, 6.0)}
SCENE = {"backdrop": BACKDROPS, "framing": FRAMINGS}
IDENTITY_CODE = r"^[!-~\u4e00-\u9fff]{1,64}$"  # what can be read aloud and copied: no spaces, nothing invisible
BARGE_IN = ("considerate", "immediate", "words")
LISTENING_SWITCHES = ("wake_word", "near_field", "one_speaker")
LISTENING_BOUNDS = {"min_speech_ms": (32, 1000)}
SMALL_TALK = ("scope", "examples", "fallback")
COMPANION_BOUNDS = {"age_gate": (14, 120), "usage_reminder_minutes": (1, 120)}
COMPANION_TEXTS = ("minor_mode", "usage_reminder", "crisis_protocol")
DUTIES = ("emergency_contact", "data_export", "data_delete")  # each must be `yes`
PERSONAS = Path(__file__).resolve().parent.parent / "personas"
TEMPLATES = (
    "emergency_medical", "emergency_fire", "emergency_police", "self_harm", "fraud", "exit", "human", "identity",
    "personal_data", "recording", "blocked",
)  # fmt: skip


def known_personas(root: Path = PERSONAS) -> tuple[str, ...]:
    """The ids of the packs in a folder."""
    return tuple(sorted(file.parent.name for file in root.glob("*/persona.yaml")))


def find_pack(persona: str, root: Path = PERSONAS) -> Path:
    """The folder of a persona. Raises PersonaUnknown, listing the known ones."""
    known = known_personas(root)
    if persona not in known:
        raise PersonaUnknown(f"No persona named {persona!r}.", hint="Known: " + (", ".join(known) or "none"))
    return root / persona


def load_pack(folder: Path) -> Pack:
    """Read and check a pack. Raises PersonaUnknown (no such pack) or PackInvalid."""
    folder = Path(folder)
    if not (folder / "persona.yaml").is_file():
        known = ", ".join(known_personas(folder.parent)) or "none"
        raise PersonaUnknown(f"{folder.name!r} is not a persona pack: it has no persona.yaml.", hint=f"Known: {known}")
    persona = read_yaml(folder / "persona.yaml")
    _expect_format(persona)
    if (name := persona.text("id")) and name != folder.name:
        report(persona.wrong("id", f"id {name!r} differs from the folder {folder.name!r}", "Make them the same."))
    settings = {name: persona.node("settings").both(name) for name in persona.node("settings", optional=True).keys()}
    items = _items(folder / "knowledge", settings)
    tools = forgiving(ToolsConfig)(load_tools)(folder)
    expect_honest(persona)
    pack = Pack(
        **{key: persona.both(key) for key in TEXTS},
        **{key: persona.text(key) for key in WORDS},
        domain=persona.one_of("domain", DOMAINS),
        folder=folder,
        languages=LANGUAGES,
        interaction=persona.one_of("interaction", INTERACTIONS),
        companion=_companion(persona),
        voice=_voice(persona.node("voice")),
        listening=_listening(persona.node("listening", optional=True)),
        scene=_scene(persona.node("scene", optional=True)),
        identity_code=_identity_code(persona),
        lead_ins=persona.phrases("lead_ins"),
        elsewhere=persona.list("elsewhere", optional=True),
        small_talk=_small_talk(persona.node("small_talk")),
        policy=_policy(read_yaml(folder / "policy.yaml"), frozenset(item.id for item in items)),
        vocabulary=_vocabulary(folder / "vocabulary.txt"),
        items=items,
        tools=tools,
        flows=forgiving(tuple)(load_flows)(
            folder,
            tools={name: tool.spec for name, tool in tools.tools.items()},
            items={item.id for item in items},
            settings=settings,
        ),
    )
    persona.only(*KEYS)  # last, so that a misspelt key is told once: where the right one was looked for
    return pack


def _expect_format(persona: Node) -> None:
    if persona.value("format") != FORMAT:
        report(persona.wrong("format", f"format is not {FORMAT}", f"This version reads `format: {FORMAT}`."))
    if "languages" in persona.keys() and persona.value("languages") != list(LANGUAGES):
        report(persona.wrong("languages", "a pack speaks zh and en", "Write `languages: [zh, en]`, or leave it out."))


def check_pack(folder: Path) -> tuple[PackInvalid, ...]:
    """All that is wrong with a pack, its evals included; () where nothing is. Raises PersonaUnknown where none is."""
    with gathered() as found:
        try:
            pack = load_pack(folder)
            with forgiven():
                _ = pack.evals
        except PackInvalid as problem:
            report(problem)
        except (PersonaUnknown, MemoryError):
            raise
        except Exception:  # a reader stumbled over what an earlier mistake left behind
            if not found:
                raise
    return tuple(sorted(found, key=lambda problem: (problem.file, problem.line)))


def _companion(persona: Node) -> Companion | None:
    """The gate of a persona that keeps company: all of it, or the pack is refused.

    《人工智能拟人化互动服务管理暂行办法》 (in force since 2026-07-15), articles 12 to 19, as read in docs/personas.md.
    """
    if "interaction" not in persona.keys() or persona.value("interaction") != "companion":
        if "companion" in persona.keys():
            mend = "Remove it, or write `interaction: companion`."
            report(persona.wrong("companion", "a service keeps no company, so it has no such gate", mend))
        return None
    node = persona.node("companion")
    for duty in DUTIES:
        if not node.yes(duty) and duty in node.keys():
            report(node.wrong(duty, f"{duty} must be yes for a companion", f"Write `{duty}: yes` and see to it."))
    companion = Companion(
        least_age=int(_within(node, "age_gate", COMPANION_BOUNDS)),
        minor_mode=node.both("minor_mode"),
        reminder_minutes=int(_within(node, "usage_reminder_minutes", COMPANION_BOUNDS)),
        reminder=node.both("usage_reminder"),
        crisis_protocol=node.both("crisis_protocol"),
        exit_phrases=node.phrases("exit_phrases"),
    )
    node.only(*COMPANION_BOUNDS, *COMPANION_TEXTS, *DUTIES, "exit_phrases")
    return companion


def _voice(node: Node) -> Voice:
    voice = Voice(
        *(node.text(key) for key in VOICE_WORDS),
        speed=_within(node, "speed", VOICE_BOUNDS),
        pitch=_within(node, "pitch", VOICE_BOUNDS, default=0.0),
        gain=_within(node, "gain", VOICE_BOUNDS, default=0.0),
    )
    node.only(*VOICE_WORDS, *VOICE_BOUNDS)
    return voice


def _listening(node: Node) -> dict[str, Any]:
    """Only what is given; for the rest the service's own settings stand."""
    given: dict[str, Any] = {}
    if "barge_in" in node.keys():
        given["barge_in"] = node.one_of("barge_in", BARGE_IN)
    given |= {key: node.yes(key) for key in LISTENING_SWITCHES if key in node.keys()}
    given |= {key: _within(node, key, LISTENING_BOUNDS) for key in LISTENING_BOUNDS if key in node.keys()}
    node.only("barge_in", *LISTENING_SWITCHES, *LISTENING_BOUNDS)
    return given


def _scene(node: Node) -> Scene:
    scene = Scene(**{key: node.one_of(key, known) for key, known in SCENE.items() if key in node.keys()})
    node.only(*SCENE)
    return scene


@forgiving(str)
def _identity_code(persona: Node) -> str:
    """As it was issued; "" where none was."""
    if "identity_code" not in persona.keys():
        return ""
    code = persona.read("identity_code")
    if not isinstance(code, str) or not re.fullmatch(IDENTITY_CODE, code):
        mend = "Write the 1 to 64 letters, digits and signs it has, without spaces; in quotes where all are digits."
        raise persona.wrong("identity_code", f"identity_code cannot be {code!r}", mend)
    return code


@forgiving(float)
def _within(node: Node, key: str, bounds: Mapping[str, tuple[float, float]], *, default: float | None = None) -> float:
    least, most = bounds[key]
    if default is not None and key not in node.keys():
        return default
    value = node.read(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise node.wrong(key, f"{key} cannot be {value!r}", f"Give a number from {least} to {most}.")
    return float(value)


def _small_talk(node: Node) -> SmallTalk:
    small_talk = SmallTalk(node.both("scope"), node.list("examples"), node.both("fallback"))
    node.only(*SMALL_TALK)
    return small_talk


def _policy(node: Node, items: frozenset[str]) -> Policy:
    templates = node.node("templates")
    unknown = set(templates.keys()) - set(TEMPLATES)
    for name in sorted(unknown):
        report(templates.wrong(name, f"there is no template {name!r}", "Known: " + ", ".join(TEMPLATES) + "."))
    policy = Policy(
        templates={name: templates.both(name) for name in TEMPLATES},
        fraud_phrases=node.node("detectors", optional=True).list("fraud", optional=True),
        banned_claims=node.phrases("banned_claims"),
        disclosures=tuple(Disclosure(part.phrases("when"), part.own_both()) for part in node.nodes("disclosures")),
        refusals=dict(_refusal(part, items) for part in node.nodes("refusals")),
        answering=frozenset(_answering(node.nodes("refusals"))),
    )
    node.only("templates", "detectors", "banned_claims", "disclosures", "refusals")
    node.node("detectors", optional=True).only("fraud")
    for part in node.nodes("disclosures"):
        part.only("when", *LANGUAGES)
    return policy


def _refusal(node: Node, items: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """An approved answer that refuses, and more ways to ask for what it refuses."""
    if (item := node.text("item")) and items:
        node.expect_item("item", item, items)
    node.only("item", "asks", "answers")
    return item, node.list("asks", optional=True)


def _answering(refusals: Iterable[Node]) -> Iterator[str]:
    return (node.text("item") for node in refusals if "answers" in node.keys() and node.yes("answers"))


@forgiving(tuple)
def _vocabulary(file: Path) -> tuple[str, ...]:
    if not file.is_file():
        raise invalid(file, 0, "the file is missing", "List the role's words, one a line.")
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


@forgiving(tuple)
def _items(folder: Path, settings: dict[str, Text]) -> tuple[Item, ...]:
    files = sorted(folder.glob("*.md"))
    if not files:
        raise PackInvalid(f"{folder.parent.name}/knowledge holds no .md file.", hint="Add at least one knowledge file.")
    home: dict[str, Path] = {}
    items: list[Item] = []
    for file in files:
        with forgiven():
            read = read_items(file, settings)
            for item in read:
                if item.id in home:
                    what = f"id {item.id!r} is also in {home[item.id].name}"
                    report(invalid(file, 0, what, "Ids must differ in the whole pack."))
                home[item.id] = file
            items += read
    return tuple(items)
