"""The AsyncAPI 3.0 document of both sockets, made from the events the code knows.

python -m server.realtime.asyncapi > docs/asyncapi.yaml
"""

from __future__ import annotations

import json
from typing import Any

import yaml
from pydantic.json_schema import models_json_schema

from server.realtime.client_events import EVENTS
from server.realtime.server_events import SERVER_EVENTS, TEXT, Told

REALTIME, STAGE = "realtime", "stage"
FROM_FOLLOWERS = ("shuren.label.shown",)
BINARY = "binary"
BINARY_SUMMARY = "Voice or frames, where the subprotocol is shuren.v1; the layout is in docs/protocol.md."


def document() -> dict[str, Any]:
    """JSON-compatible."""
    models = [(model, "validation") for model in EVENTS.values()]
    _, shared = models_json_schema(models, ref_template="#/components/schemas/{model}")
    schemas = shared["$defs"]
    for name, model in EVENTS.items():
        _name_type(schemas[model.__name__], name)
    from_client = {name: _message(name, _ref(model.__name__)) for name, model in EVENTS.items()}
    from_server = {name: _message(name, _payload(name, told), told.summary) for name, told in SERVER_EVENTS.items()}
    binary = {"name": BINARY, "summary": BINARY_SUMMARY, "contentType": "application/octet-stream"}
    on_stage = [name for name, told in SERVER_EVENTS.items() if told.on_stage]
    text = {
        "asyncapi": "3.0.0",
        "info": {"title": "Shuren", "version": "1", "description": "The live wire: docs/protocol.md."},
        "defaultContentType": "application/json",
        "channels": {
            REALTIME: _channel("/v1/realtime", [*from_client, *from_server, BINARY]),
            STAGE: _channel("/v1/stages/{session}", [*FROM_FOLLOWERS, *on_stage, BINARY])
            | {"parameters": {"session": {"description": "Id of a session under way."}}},
        },
        "operations": {
            "take": _operation("receive", REALTIME, list(from_client)),
            "tell": _operation("send", REALTIME, [*from_server, BINARY]),
            "takeFromFollower": _operation("receive", STAGE, list(FROM_FOLLOWERS)),
            "tellFollower": _operation("send", STAGE, [*on_stage, BINARY]),
        },
        "components": {"messages": from_client | from_server | {BINARY: binary}, "schemas": schemas},
    }
    return json.loads(json.dumps(text))


def payload(name: str) -> dict[str, Any]:
    """The JSON Schema of a server event."""
    return _payload(name, SERVER_EVENTS[name])


def _payload(name: str, told: Told) -> dict[str, Any]:
    fields = {"type": {"const": name}, "event_id": TEXT} | dict(told.fields)
    return {"type": "object", "properties": fields | dict(told.maybe), "required": list(fields)}


def _name_type(schema: dict[str, Any], name: str) -> None:
    """The models leave the type to the dispatcher."""
    schema["properties"] = {"type": {"const": name}} | schema.get("properties", {})
    schema["required"] = ["type", *schema.get("required", [])]


def _message(name: str, schema: dict[str, Any], summary: str = "") -> dict[str, Any]:
    return {"name": name, "payload": schema} | ({"summary": summary} if summary else {})


def _channel(address: str, names: list[str]) -> dict[str, Any]:
    messages = {name: {"$ref": f"#/components/messages/{name}"} for name in names}
    return {"address": address, "messages": messages, "bindings": {"ws": {"method": "GET"}}}


def _operation(action: str, channel: str, names: list[str]) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names]
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "messages": messages}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def as_yaml() -> str:
    return yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=118)


if __name__ == "__main__":
    print(as_yaml(), end="")
