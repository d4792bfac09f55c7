"""A walk through a scenic area: which sights fit the time, in which order, along which paths.

docs/tools.md describes the map. Minutes of a path are those of a healthy adult; `pace` stretches walking, not riding.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, inf
from typing import Any

from dialogue.tools.names import joined

KINDS = ("path", "stairs", "cable", "lift", "boat", "bus")
RIDES = ("cable", "lift", "boat", "bus")
PACES = {"normal": 1.0, "slow": 1.5}  # slow: about 3 km/h instead of 4.5, with children or in age
MOST_PLACES = 100  # the search below grows with their third power
PARAMETERS: dict[str, Any] = {
    "start": {"type": "string"},
    "end": {"type": "string", "default": None},
    "minutes": {"type": "integer", "minimum": 10, "maximum": 720},
    "interests": {"type": "array", "items": {"type": "string"}, "maxItems": 8, "default": []},
    "step_free": {"type": "boolean", "default": False},
    "max_altitude": {"type": "integer", "minimum": 0, "maximum": 6000, "default": None},
    "pace": {"enum": list(PACES), "default": "normal"},
}
Ways = dict[str, dict[str, tuple[int, tuple]]]  # from → to → minutes and steps


@dataclass(frozen=True)
class Place:
    id: str
    name: dict[str, str]
    altitude: int  # metres
    minutes: int = 0  # spent there; more than none makes it a sight
    interests: tuple[str, ...] = ()
    step_free: bool = False
    closed: bool = False  # walked past, not visited


@dataclass(frozen=True)
class Path:
    to: str
    minutes: int
    kind: str
    step_free: bool


@dataclass(frozen=True)
class Map:
    places: Mapping[str, Place]
    paths: Mapping[str, tuple[Path, ...]]


@dataclass(frozen=True)
class _Wish:
    """What a walk must keep to."""

    minutes: int
    interests: frozenset[str]
    step_free: bool
    max_altitude: float
    pace: float

    def enters(self, place: Place) -> bool:
        return place.altitude <= self.max_altitude

    def against(self, place: Place) -> str:
        """What speaks against a visit whatever the time, in a word; "" where nothing does."""
        if place.closed:
            return "closed"
        if not self.enters(place):
            return "altitude"
        return "steps" if self.step_free and not place.step_free else ""

    def takes(self, path: Path) -> float:
        if self.step_free and not path.step_free:
            return inf
        return ceil(path.minutes * (1 if path.kind in RIDES else self.pace))

    def worth(self, place: Place) -> int:
        return place.minutes * (3 if self.interests & set(place.interests) else 1)


def run(arguments: Mapping[str, Any], area: Map) -> dict[str, Any]:
    """Plan a walk. It comes back to `end` (else `start`) within the minutes, or says `feasible: false` and why.

    Sights are added one by one, each time the one with the most worth for the minutes it adds, put where it adds the
    fewest (cheapest insertion). A sight that meets an interest is worth three times one that does not.
    """
    start, end = arguments["start"], arguments.get("end") or arguments["start"]
    if unknown := [name for name in (start, end) if name not in area.places]:
        raise ValueError(f"no place {unknown[0]!r}; known: {', '.join(area.places)}")
    wish = _Wish(
        int(arguments["minutes"]),
        frozenset(arguments["interests"]),
        arguments["step_free"],
        arguments.get("max_altitude", inf),
        PACES[arguments["pace"]],
    )
    if not all(wish.enters(area.places[name]) for name in (start, end)):
        return {"feasible": False, "reason": "start_or_end_excluded"}
    ways = {name: _ways(name, area, wish) for name, place in area.places.items() if wish.enters(place)}
    stops = [start, end]
    if _length(stops, area, ways) > wish.minutes:
        return {"feasible": False, "reason": "too_short" if end in ways[start] else "no_way"}
    while (better := _better(stops, area, ways, wish)) is not None:
        stops = better
    if len(stops) == 2 and start == end:  # nothing to walk to
        possible = any(place.minutes and not wish.against(place) for place in area.places.values())
        return {"feasible": False, "reason": "too_short" if possible else "no_way"}
    return _told(stops, area, ways, wish)


def _better(stops: list[str], area: Map, ways: Ways, wish: _Wish) -> list[str] | None:
    """The stops with one sight more, or None where none fits."""
    now = _length(stops, area, ways)
    best, best_worth = None, 0.0
    for place in area.places.values():
        if place.id in stops or not place.minutes or wish.against(place):
            continue
        for position in range(1, len(stops)):
            tried = [*stops[:position], place.id, *stops[position:]]
            length = _length(tried, area, ways)
            worth = wish.worth(place) / max(length - now, 1)
            if length <= wish.minutes and worth > best_worth:
                best, best_worth = tried, worth
    return best


def _length(stops: list[str], area: Map, ways: Ways) -> float:
    walking = sum(ways[a][b][0] if b in ways[a] else inf for a, b in zip(stops, stops[1:], strict=False))
    return walking + sum(area.places[stop].minutes for stop in set(stops) if not area.places[stop].closed)


def _ways(start: str, area: Map, wish: _Wish) -> dict[str, tuple[int, tuple[tuple[str, Path], ...]]]:
    """Shortest way from a place to every other one that can be reached: minutes and steps (Dijkstra)."""
    done: dict[str, tuple[int, tuple[tuple[str, Path], ...]]] = {}
    queue: list[tuple[float, int, str, tuple[tuple[str, Path], ...]]] = [(0, 0, start, ())]
    count = 0
    while queue:
        minutes, _, here, steps = heapq.heappop(queue)
        if here in done:
            continue
        done[here] = (int(minutes), steps)
        for path in area.paths.get(here, ()):
            longer = minutes + wish.takes(path)
            if path.to not in done and longer < inf and wish.enters(area.places[path.to]):
                count += 1
                heapq.heappush(queue, (longer, count, path.to, (*steps, (here, path))))
    return done


def _told(stops: list[str], area: Map, ways: Ways, wish: _Wish) -> dict[str, Any]:
    sights = [area.places[stop] for stop in dict.fromkeys(stops) if area.places[stop].minutes]
    legs = [step for a, b in zip(stops, stops[1:], strict=False) for step in ways[a][b][1]]
    passed = [area.places[name] for name in (stops[0], *(path.to for _, path in legs))]
    total = int(_length(stops, area, ways))
    left = [place for place in area.places.values() if place.minutes and place not in sights]
    return {
        "feasible": True,
        "order": joined(sight.name for sight in sights),
        "sights": [{"id": s.id, "name": s.name, "minutes": s.minutes, "altitude": s.altitude} for s in sights],
        "count": len(sights),
        "legs": [
            {
                "from": area.places[here].name,
                "to": area.places[path.to].name,
                "kind": path.kind,
                "minutes": int(wish.takes(path)),
                "step_free": path.step_free,
            }
            for here, path in legs
        ],
        "skipped": [{"id": s.id, "name": s.name, "reason": wish.against(s) or "time"} for s in left],
        "total_minutes": total,
        "spare_minutes": wish.minutes - total,
        "highest": max(place.altitude for place in passed),
        "climb": sum(max(0, b.altitude - a.altitude) for a, b in zip(passed, passed[1:], strict=False)),
        "step_free": all(path.step_free for _, path in legs),
    }


def read(data: Mapping[str, Any]) -> Map:
    """The map of a data file. Raises ValueError saying what is wrong."""
    try:
        places = {str(key): _place(str(key), value) for key, value in data["places"].items()}
        paths: dict[str, list[Path]] = {key: [] for key in places}
        for entry in data["paths"]:
            _add(paths, entry)
    except KeyError as error:
        raise ValueError(f"the map lacks {error}, or a path leads there and it is no place") from error
    except (TypeError, AttributeError) as error:
        raise ValueError(f"the map is not written as docs/tools.md says: {error}") from error
    if len(places) > MOST_PLACES:
        raise ValueError(f"{len(places)} places; {MOST_PLACES} are the most")
    return Map(places, {key: tuple(value) for key, value in paths.items()})


def _place(key: str, value: Mapping[str, Any]) -> Place:
    return Place(
        key,
        {"zh": str(value["zh"]), "en": str(value["en"])},
        int(value["altitude"]),
        _minutes(value.get("minutes", 0)),
        tuple(map(str, value.get("interests", ()))),
        bool(value.get("step_free", False)),
    )


def _add(paths: dict[str, list[Path]], entry: Mapping[str, Any]) -> None:
    if (kind := entry.get("kind", "path")) not in KINDS:
        raise ValueError(f"a path is one of {', '.join(KINDS)}, not {kind!r}")
    there, back = _minutes(entry["minutes"]), _minutes(entry.get("back", entry["minutes"]))
    free = bool(entry.get("step_free", False))
    ends = paths[entry["from"]], paths[entry["to"]]
    ends[0].append(Path(entry["to"], there, kind, free))
    if not entry.get("one_way"):
        ends[1].append(Path(entry["from"], back, kind, free))


def _minutes(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"minutes are a whole number, not {value!r}")
    return value
