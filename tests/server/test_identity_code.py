"""The code a digital human was issued is told wherever her label is, and nowhere where she has none."""

from __future__ import annotations

from dataclasses import replace

import httpx
import jsonschema
from scripted_house import CARD, ScriptedHouse, connected, make_app

from server.realtime import asyncapi
from server.realtime.host import PersonaCard

CODE = "CN-5101-0001"
ISSUED = replace(CARD, identity_code=CODE)


class Issued(ScriptedHouse):
    """A house whose persona was issued a code."""

    def personas(self) -> list[PersonaCard]:
        return [ISSUED]

    def persona(self, name: str) -> PersonaCard:
        return ISSUED


async def test_the_code_a_digital_human_was_issued_is_told_with_its_label() -> None:
    app = make_app(Issued())
    async with connected(app, subprotocols=("shuren.v1",)) as socket:
        created, label = await socket.receive(), await socket.receive()
        assert created["session"]["shuren"]["identity_code"] == CODE
        assert (label["type"], label["identity_code"]) == ("shuren.label.required", CODE)
        jsonschema.validate(label, asyncapi.payload(label["type"]))
        socket.send({"type": "shuren.label.shown"})
        socket.send({"type": "shuren.label.hidden"})
        assert (await socket.until("shuren.label.required"))[-1]["identity_code"] == CODE
        path = f"/v1/stages/{created['session']['id']}"
        async with connected(app, "", path=path) as stage:
            assert (await stage.receive())["identity_code"] == CODE
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
        (persona,) = (await http.get("/v1/personas")).json()["personas"]
        secret = await http.post("/v1/realtime/client_secrets", json={})
    assert persona["identity_code"] == CODE
    assert secret.json()["session"]["shuren"]["identity_code"] == CODE


async def test_without_a_code_none_is_told() -> None:
    async with connected(make_app(), subprotocols=("shuren.v1",)) as socket:
        created, label = await socket.receive(), await socket.receive()
        assert "identity_code" not in created["session"]["shuren"] and "identity_code" not in label
