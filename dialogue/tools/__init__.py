"""Tools: what a persona may look up or do outside its own knowledge."""

from dialogue.tools.types import ToolResult, Tools, ToolSpec

__all__ = ["ToolResult", "ToolSpec", "Tools"]
