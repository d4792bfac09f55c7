"""What was said in one session, for its operator: as it reached the person, and without their personal data."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from dialogue.redaction import redact
from server.realtime import wire
from server.realtime.items import Items

KEPT = 500  # lines; older ones are forgotten


class Transcript:
    """Lines in the order they began. Kept only while the session lives."""

    def __init__(self, items: Items) -> None:
        self._items = items
        self._lines: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def note(self, out: Any) -> None:
        """Take down what an outgoing event says about the conversation."""
        if not isinstance(out, dict):
            return
        match out["type"]:
            case "conversation.item.added" | "conversation.item.done" if out["item"]["type"] == "message":
                self._set(out["item"])
            case "shuren.sentence" if out["item_id"] in self._lines:
                line = self._lines[out["item_id"]]
                line["language"], line["source"] = out["language"], out["source"]
                line["coming"] = line.get("coming", "") + redact(out["text"]).text
            case "conversation.item.truncated" if entry := self._items.get(out["item_id"]):
                self._set(entry.item)
            case "conversation.item.deleted":
                self._lines.pop(out["item_id"], None)

    def lines(self) -> list[dict[str, Any]]:
        return [dict(line) for line in self._lines.values()]

    def _set(self, item: wire.Event) -> None:
        text = redact("".join(part.get("text") or part.get("transcript") or "" for part in item["content"])).text
        before = self._lines.get(item["id"], {"item_id": item["id"], "role": item["role"]})
        self._lines[item["id"]] = before | {"text": text, "status": item["status"]}
        if item["status"] != "in_progress":
            self._lines[item["id"]].pop("coming", None)
        while len(self._lines) > KEPT:
            self._lines.popitem(last=False)
