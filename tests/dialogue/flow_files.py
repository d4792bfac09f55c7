"""A small pack of procedures for the tests, and its tools in memory."""

from __future__ import annotations

import re
from pathlib import Path

from dialogue.flows.load import load_flows
from dialogue.flows.types import Flow
from dialogue.tools.schema import expand
from dialogue.tools.types import ToolSpec

DOCS = Path(__file__).resolve().parents[2] / "docs" / "flows.md"
WORDS = {"zh": "工具", "en": "a tool"}
SPECS = {
    "take_ticket": ToolSpec("take_ticket", WORDS, expand({"business": {"type": "string"}}), effect=True),
    "loan_rate": ToolSpec("loan_rate", WORDS, expand({"months": {"type": "integer"}}), fresh_s=60.0),
    "loan_payment": ToolSpec(
        "loan_payment",
        WORDS,
        expand({name: {"type": "number"} for name in ("amount", "annual_rate", "months")}),
    ),
}


def documented() -> str:
    """The example of docs/flows.md."""
    block = re.search(r"(?:^    .*\n|^\n)+", DOCS.read_text("utf-8").split("\n\n", 2)[2], re.MULTILINE)
    return "\n".join(line[4:] for line in block[0].splitlines())


def write(folder: Path, text: str, name: str = "queue-ticket") -> Path:
    (folder / "flows").mkdir(parents=True, exist_ok=True)
    (folder / "flows" / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def read(folder: Path, text: str, name: str = "queue-ticket") -> Flow:
    """The procedure with this text. Raises PackInvalid."""
    (flow,) = load_flows(write(folder, text, name), tools=SPECS, items=("card-lost",), settings={})
    return flow
