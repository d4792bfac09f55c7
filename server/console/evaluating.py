"""`shuren persona eval PACK --json` for the console, behind everybody who talks: at the lowest priority.

python -m server.console.evaluating FOLDER
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.nice(19)
    from server.cli.main import app

    app(["persona", "eval", sys.argv[1], "--json"])


if __name__ == "__main__":
    main()
