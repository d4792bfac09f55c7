"""`python -m dialogue.tools.demos NAME`: one demo server over standard input and output."""

from __future__ import annotations

import argparse
from pathlib import Path

from dialogue.tools.demos import default_folder, demo
from dialogue.tools.demos.names import DEMOS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m dialogue.tools.demos", description=__doc__)
    parser.add_argument("name", choices=tuple(DEMOS))
    parser.add_argument("--data", type=Path, default=None, help="folder of the database; SHUREN_HOME/demos")
    parser.add_argument("--reset", action="store_true", help="begin anew")
    said = parser.parse_args()

    from dialogue.tools.demos.server import serve

    chosen = demo(said.name, said.data or default_folder())
    if said.reset:
        chosen.store.reset()
    serve(chosen).run()


if __name__ == "__main__":
    main()
