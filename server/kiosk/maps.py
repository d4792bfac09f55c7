"""Illustrated maps of a pack (`maps.yaml`): where places stand, what is drawn around them, and how a walk
that a tool planned becomes a card. Pictures only: minutes, prices and what is open come from the tool."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.errors import PackInvalid
from server import logs
from server.settings import Settings

FILE = "maps.yaml"
Id = r"^[a-z][a-z0-9_]{0,39}$"
Ways = Literal["path", "stairs", "cable", "lift", "boat", "bus"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Spot(_Strict):
    """A place. `at`: x and y of 0 to 100, from the left and the top."""

    zh: str = Field(min_length=1, max_length=30)
    en: str = Field(min_length=1, max_length=60)
    at: tuple[float, float]
    drawn: Literal["gate", "hall", "temple", "tower", "bridge", "cable", "water", "dig", "tree", "view"] = "hall"
    label: Literal["above", "below", "left", "right"] = "below"


class Way(_Strict):
    ends: tuple[str, str]
    kind: Ways = "path"
    step_free: bool = False
    bend: float = Field(0.0, ge=-40, le=40)
    """How far it swings out from the straight line, to its left seen from the first end."""


class Scenery(_Strict):
    """What lies around: a line or area through `points`, or single trees and hills at them."""

    kind: Literal["river", "lake", "wood", "hills", "square"]
    points: list[tuple[float, float]] = Field(min_length=1, max_length=40)


class Map(_Strict):
    zh: str
    en: str
    places: dict[str, Spot] = Field(min_length=2, max_length=100)
    ways: list[Way]
    scenery: list[Scenery] = []

    @model_validator(mode="after")
    def _joined(self) -> Map:
        for way in self.ways:
            if missing := [end for end in way.ends if end not in self.places]:
                raise ValueError(f"a way leads to {missing[0]!r}, which is no place")
        return self


class Maps(_Strict):
    """`tool`: whose answers are drawn; its argument `site` names the map."""

    format: Literal[1]
    tool: str
    maps: dict[str, Map]

    def card(self, tool: str, arguments: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any] | None:
        """The route a tool has planned, to be drawn; None where this is none, or leads where the map knows no way."""
        name = str(arguments.get("site", ""))
        if tool != self.tool or name not in self.maps or not answer.get("feasible") or not answer.get("legs"):
            return None
        area, legs = self.maps[name], answer["legs"]
        known = {spot.zh: place for place, spot in area.places.items()}
        way = [known.get(legs[0]["from"]["zh"]), *(known.get(leg["to"]["zh"]) for leg in legs)]
        if None in way:
            return None
        return {
            "kind": "route",
            "title": area.zh,
            "title_en": area.en,
            "map": name,
            "way": way,
            "by": [leg["kind"] for leg in legs],
            "stops": [{"place": each["id"], "minutes": each["minutes"]} for each in answer["sights"]],
            "minutes": answer["total_minutes"],
            "step_free": bool(answer["step_free"]),
        }


def maps_of(settings: Settings, persona: str) -> Maps | None:
    """Of a persona that is served; None where it has none, or none that can be drawn (the log says why)."""
    folder = settings.personas / persona
    file = folder / FILE
    return _kept(folder, file.stat().st_mtime_ns) if file.is_file() else None


@lru_cache(maxsize=64)
def _kept(folder: Path, _changed: int) -> Maps | None:
    try:
        return read(folder)
    except PackInvalid as problem:
        logs.event("maps_unreadable", level=logging.ERROR, persona=folder.name, **problem.as_dict())
        return None


def read(folder: Path) -> Maps | None:
    """The maps of a pack's folder; None where it has none. Raises PackInvalid."""
    file = folder / FILE
    if not file.is_file():
        return None
    try:
        return Maps.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise PackInvalid(f"The maps cannot be drawn: {error}", file=file.name) from error
