"""Alert rules and dashboard ask for metrics and labels that the service really has."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from places import DEPLOY
from prometheus_client.parser import text_string_to_metric_families as families
from scripted_house import ScriptedHouse, connected, make_app, reply

MONITORING = DEPLOY / "monitoring"
BOARD = json.loads((MONITORING / "grafana.json").read_text("utf-8"))
RULES = yaml.safe_load((MONITORING / "alerts.yaml").read_text("utf-8"))["groups"][0]["rules"]
ASKED = {rule["alert"]: rule["expr"] for rule in RULES} | {
    f"{panel['title']} {target['refId']}": target["expr"] for panel in BOARD["panels"] for target in panel["targets"]
}
NAME = re.compile(r"\b((?:shuren|process)_[a-z_]+)\b(?:\{([^}]*)\})?")
OTHERS = {"instance", "job", "le"}  # Prometheus' own


@pytest.fixture(scope="module")
def exported() -> dict[str, set[str]]:
    """Names of samples and the labels they have, from a service's own registry."""
    app = make_app(ScriptedHouse())
    metrics = app.state.observing.metrics
    for family in vars(metrics).values():
        names = getattr(family, "_labelnames", ())
        if names:
            family.labels(*("x" for _ in names))
    return {
        sample.name: set(sample.labels) | {"le"}
        for family in families(metrics.text().decode())
        for sample in family.samples
    }


@pytest.mark.parametrize("where", ASKED)
def test_it_asks_for_what_there_is(where: str, exported: dict[str, set[str]]) -> None:
    found = NAME.findall(ASKED[where])
    assert found or where == "ShurenDown"
    by = {name.strip() for group in re.findall(r"by \(([^)]*)\)", ASKED[where]) for name in group.split(",")}
    for name, chosen in found:
        assert name in exported, f"{name} is not exported"
        asked = {each.split("=")[0].rstrip("!~").strip() for each in chosen.split(",") if each}
        assert (asked | by) - OTHERS <= exported[name]


async def test_the_values_it_looks_for_occur() -> None:
    app = make_app(house := ScriptedHouse())
    async with connected(app) as socket:
        await socket.until("shuren.label.required")
        house.sessions[0].emit(*reply(1))
        await socket.until("shuren.timings")
    text = app.state.observing.metrics.text().decode()
    assert 'milestone="first_audio_sent"' in text or 'milestone="first_audio"' in text
    assert 'shuren_turns_total{status="completed"}' in text


def test_every_alert_says_how_bad_it_is_and_where() -> None:
    assert all(rule["labels"]["severity"] in ("warning", "critical") for rule in RULES)
    assert all(rule["annotations"]["summary"] for rule in RULES)
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
