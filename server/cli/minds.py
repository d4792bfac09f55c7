"""What the commands that talk with a persona share: finding its pack, loading its mind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dialogue.mind import Mind
    from dialogue.tools.toolbox import Toolbox
    from server.settings import Settings


def pack_folder(name: str, settings: Settings) -> Path:
    """The folder of a pack: an id among the service's personas (the version in use), or a path to any other. Raises
    PersonaUnknown."""
    from dialogue.packs import find_pack, known_personas

    elsewhere = name not in known_personas(settings.personas) and (Path(name) / "persona.yaml").is_file()
    if elsewhere:
        return Path(name).resolve()
    in_use = {folder.name: folder for folder in settings.versions.folders()}
    return in_use.get(name) or find_pack(name, settings.personas)


def toolbox_of(folder: Path, settings: Settings) -> Toolbox:
    """The tools of a pack, as the operator allows them; the caller's to close. Raises PackInvalid."""
    from dialogue.tools.access import Access, load_access
    from dialogue.tools.load import load_tools
    from dialogue.tools.toolbox import Toolbox

    return Toolbox(load_tools(folder), load_access(settings.tools) if settings.tools else Access())


def load_mind(folder: Path, settings: Settings, language_model: str, tools: Toolbox | None = None) -> Mind:
    """The mind of a pack with a language model by name, or "" for the service's. Takes seconds."""
    from dialogue.llm.openmp import wait_passively

    wait_passively()
    from dialogue.llm import LANGUAGE_MODELS
    from dialogue.mind import Mind
    from models.store import Store
    from server import engines

    chosen = settings.language_model
    name = language_model or chosen.name
    offered = {"base_url": chosen.url, "model": chosen.model, "api_key": chosen.key.get_secret_value()}
    understood = () if name == "none" else LANGUAGE_MODELS[name].settings
    wanted = {key: value for key, value in offered.items() if value and key in understood}
    return Mind.load(
        folder,
        store=Store(settings.home),
        language_model=name,
        phrasing=settings.language_model.phrasing,
        limits=engines.model_limits(settings),
        tools=tools,
        **wanted,
    )
