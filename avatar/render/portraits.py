"""Pictures of every avatar for browsers that draw no 3D: `python -m avatar.render.portraits`.

Each twice from the same place, the mouth shut and open: web-demo/public/portraits/{name}.webp and {name}.open.webp.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

from animation.mood import face_of
from avatar.render.browser import CHEST_UP, Browser, built
from avatar.render.picture import by_name, standing

FOLDER = Path(__file__).parents[2] / "web-demo" / "public" / "portraits"
SIZE = (480, 600)
SPOKEN = {"jawOpen": 0.35, "mouthLowerDown": 0.2, "mouthUpperUp": 0.1}


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    FOLDER.mkdir(exist_ok=True)
    face = face_of("listening", "warm", 0.6)
    with Browser() as browser:
        for name in built():
            with browser.stage(name, size=SIZE, view=CHEST_UP) as stage:
                for end, mouth in (("", {}), (".open", SPOKEN)):
                    picture = Image.fromarray(stage.picture(standing((face + by_name(mouth))[None])))
                    picture.save(FOLDER / f"{name}{end}.webp", quality=72, method=6)


if __name__ == "__main__":
    main()
