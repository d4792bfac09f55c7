"""Tools: what a persona may look up or do outside its own knowledge.

`load.load_tools` reads those of a pack, `access.load_access` what the operator allows, and a
`toolbox.Toolbox` runs them.
"""

from dialogue.tools.types import ToolResult, Tools, ToolSpec

__all__ = ["ToolResult", "ToolSpec", "Tools"]
