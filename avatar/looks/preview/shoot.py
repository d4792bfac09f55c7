"""Takes pictures of an avatar in headless Chromium, to judge a look by eye.

    python avatar/looks/preview/shoot.py avatar.glb pictures/ --three node_modules/three [--shots rest,smile]

Needs the `three` package in a folder and playwright; `rig.json` beside the GLB gives the eye line.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

FLAGS = [
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PAGE = Path(__file__).with_name("page.html")


def both(**shapes: float) -> dict[str, float]:
    """Left and right of each shape."""
    return {name + side: value for name, value in shapes.items() for side in ("Left", "Right")}


FRONT, THREE_QUARTER, SIDE, BACK = (0, 0), (35, 4), (88, 2), (180, 5)  # azimuth, elevation in degrees
# name: shapes, joints (euler degrees x y z), view, framing (bust, face, eyes, mouth)
SHOTS: dict[str, dict] = {
    "rest": {},
    "rest34": {"view": THREE_QUARTER},
    "side": {"view": SIDE},
    "back": {"view": BACK},
    "face": {"frame": "face"},
    "face34": {"frame": "face", "view": (-30, 3)},
    "eyes": {"frame": "eyes"},
    "mouth": {"frame": "mouth"},
    "body": {"frame": "body"},
    "body34": {"frame": "body", "view": (40, 5)},
    "jaw": {"frame": "face", "shapes": {"jawOpen": 0.6}},
    "jaw34": {"frame": "face", "view": (-35, 3), "shapes": {"jawOpen": 0.4}},
    "smile": {"frame": "face", "shapes": both(mouthSmile=0.7, cheekSquint=0.4)},
    "grin": {"frame": "face", "shapes": both(mouthSmile=0.8, mouthUpperUp=0.3) | {"jawOpen": 0.15}},
    "pucker": {"frame": "face", "shapes": {"mouthPucker": 1.0}},
    "pucker34": {"frame": "face", "view": (-40, 3), "shapes": {"mouthPucker": 1.0}},
    "funnel": {"frame": "face", "shapes": {"mouthFunnel": 1.0, "jawOpen": 0.1}},
    "funnel34": {"frame": "face", "view": (-40, 3), "shapes": {"mouthFunnel": 1.0, "jawOpen": 0.1}},
    "o": {"frame": "face", "shapes": {"jawOpen": 0.25, "mouthFunnel": 0.45, "mouthPucker": 0.35}},
    "i": {"frame": "face", "shapes": {"jawOpen": 0.12} | both(mouthStretch=0.35, mouthDimple=0.2)},
    "f": {"frame": "face", "shapes": {"jawOpen": 0.07, "mouthRollLower": 0.45} | both(mouthUpperUp=0.18)},
    "closed": {"frame": "face", "shapes": {"jawOpen": 0.3, "mouthClose": 0.3}},
    "press": {"frame": "mouth", "shapes": {"jawOpen": 0.05, "mouthClose": 0.05} | both(mouthPress=0.5)},
    "blink": {"frame": "face", "shapes": both(eyeBlink=1.0)},
    "blinkeyes": {"frame": "eyes", "shapes": both(eyeBlink=1.0)},
    "halfblink": {"frame": "eyes", "shapes": both(eyeBlink=0.5)},
    "blinkside": {"frame": "eyes", "view": (-55, 0), "shapes": both(eyeBlink=0.5)},
    "left": {"frame": "face", "shapes": {"eyeLookOutLeft": 0.7, "eyeLookInRight": 0.7},
             "joints": {"leftEye": [0, 22, 0], "rightEye": [0, 22, 0]}},
    "down": {"frame": "face", "shapes": both(eyeLookDown=0.7),
             "joints": {"leftEye": [18, 0, 0], "rightEye": [18, 0, 0]}},
    "up": {"frame": "face", "shapes": both(eyeLookUp=0.7), "joints": {"leftEye": [-15, 0, 0], "rightEye": [-15, 0, 0]}},
    "brows": {"frame": "face", "shapes": {"browInnerUp": 0.8} | both(browOuterUp=0.5, eyeWide=0.4)},
    "frown": {"frame": "face", "shapes": both(browDown=0.7, mouthFrown=0.6)},
    "turn": {"joints": {"neck": [0, 15, 0], "head": [0, 20, 0]}},
    "nod": {"joints": {"neck": [7, 0, 4], "head": [10, 0, 6]}},
    "gesture": {"frame": "body", "joints": {"leftLowerArm": [-80, -25, 0], "rightLowerArm": [-70, 20, 0],
                                            "leftUpperArm": [-12, 0, 12]}},
    "tongue": {"frame": "face", "shapes": {"tongueOut": 0.8, "jawOpen": 0.4}},
    "puff": {"frame": "face", "shapes": {"cheekPuff": 0.8}},
}  # fmt: skip
# Distance of the camera and how far its target lies below the eyes, metres.
FRAMES = {
    "bust": (1.05, -0.13), "face": (0.62, -0.035), "eyes": (0.30, 0.0), "mouth": (0.22, -0.065), "body": (2.2, -0.35),
}  # fmt: skip


def camera(eye_line: tuple[float, float], frame: str, view: tuple[float, float]) -> dict:
    """Where the picture is taken from; eye_line is (height, depth) of the eyes in metres."""
    from math import cos, radians, sin

    distance, below = FRAMES[frame]
    azimuth, elevation = radians(view[0]), radians(view[1])
    y, z = eye_line[0] + below, eye_line[1] - (0.05 if frame in ("eyes", "mouth") else 0.08)
    flat = distance * cos(elevation)
    if frame in ("eyes", "mouth"):
        distance += 0.05
    return {
        "target": [0, y, z],
        "eye": [flat * sin(azimuth), y + distance * sin(elevation), z + flat * cos(azimuth)],
        "fov": 28,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("glb", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--three", type=Path, required=True, help="folder of the npm package `three`")
    parser.add_argument("--shots", default=",".join(SHOTS))
    parser.add_argument("--size", default="900x1100")
    parser.add_argument("--hide", default="")
    args = parser.parse_args()
    take(args.glb, args.out, args.three, args.shots.split(","), tuple(map(int, args.size.split("x"))), args.hide)


def take(glb: Path, out: Path, three: Path, shots: list[str], size: tuple[int, int], hide: str = "") -> None:
    """Write `<shot>.png` for each named shot."""
    from playwright.sync_api import sync_playwright

    out.mkdir(parents=True, exist_ok=True)
    rig = glb.with_name("rig.json")
    left = json.loads(rig.read_text())["eyes"]["left"] if rig.is_file() else [0, 1.5, 0.12]

    def serve(route) -> None:  # noqa: ANN001
        path = route.request.url.split("http://avatar.local/", 1)[1]
        if path.startswith("three/"):
            route.fulfill(path=three / path.removeprefix("three/"), content_type="text/javascript")
        elif path.endswith(".glb"):
            route.fulfill(path=glb, content_type="model/gltf-binary")
        elif path == "":
            route.fulfill(path=PAGE, content_type="text/html")
        else:
            route.fulfill(status=404)

    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.on("console", lambda m: print("page:", m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: print("page:", e))
        page.route("**/*", serve)
        page.goto("http://avatar.local/")
        page.wait_for_function("window.ready")
        page.evaluate("load('/avatar.glb')")
        for name in shots:
            shot = SHOTS[name]
            options = camera((left[1], left[2]), shot.get("frame", "bust"), shot.get("view", FRONT))
            options |= {"shapes": shot.get("shapes", {}), "joints": shot.get("joints", {}), "hide": hide.split(",")}
            triangles = page.evaluate("o => shoot(o)", options)
            page.screenshot(path=out / f"{name}.png")
            print(name, triangles, "triangles")
        browser.close()


if __name__ == "__main__":
    main()
