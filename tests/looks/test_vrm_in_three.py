"""The VRM file in a program that is not ours: three-vrm in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.model, pytest.mark.browser]

MODULES = Path(__file__).parents[2] / "web-demo/node_modules"
PAGE = """<!doctype html><script type="importmap">{"imports": {
"three": "/modules/three/build/three.module.js", "three/addons/": "/modules/three/examples/jsm/",
"@pixiv/three-vrm": "/modules/@pixiv/three-vrm/lib/three-vrm.module.js"}}</script>
<script type="module">
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { VRMLoaderPlugin } from "@pixiv/three-vrm";
const loader = new GLTFLoader();
loader.register((parser) => new VRMLoaderPlugin(parser));
const { vrm } = (await loader.loadAsync("/avatar.vrm")).userData;
const skin = vrm.scene.getObjectByName("skin");
const shape = (name) => skin.morphTargetInfluences[skin.morphTargetDictionary[name]];
window.show = (weights) => {
  for (const name of Object.keys(vrm.expressionManager.expressionMap)) vrm.expressionManager.setValue(name, 0);
  for (const [name, value] of Object.entries(weights)) vrm.expressionManager.setValue(name, value);
  vrm.update(1 / 60);
  return { jaw: shape("jawOpen"), smile: shape("mouthSmileLeft"), blink: shape("eyeBlinkLeft") };
};
window.bend = (name) => {
  vrm.humanoid.getNormalizedBoneNode(name).rotation.z = 0.5;
  vrm.update(1 / 60);
  return vrm.humanoid.getRawBoneNode(name).rotation.z;
};
window.facts = {
  title: vrm.meta.name, bones: Object.keys(vrm.humanoid.humanBones).length,
  expressions: Object.keys(vrm.expressionManager.expressionMap).length, looks: vrm.lookAt !== undefined,
};
</script>"""


@pytest.fixture(scope="module")
def page(avatars: dict[str, Path]) -> Iterator:
    playwright = pytest.importorskip("playwright.sync_api")
    if not (MODULES / "@pixiv/three-vrm").is_dir():
        pytest.skip("web-demo's packages are not installed: npm ci in web-demo/")

    def serve(route) -> None:  # noqa: ANN001
        path = route.request.url.split("http://avatar.local/", 1)[1]
        if path.startswith("modules/"):
            route.fulfill(path=MODULES / path.removeprefix("modules/"), content_type="text/javascript")
        elif path == "avatar.vrm":
            route.fulfill(path=avatars["chuan"] / "avatar.vrm", content_type="model/gltf-binary")
        else:
            route.fulfill(body=PAGE, content_type="text/html")

    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.route("**/*", serve)
        page.goto("http://avatar.local/")
        page.wait_for_function("window.facts", timeout=120_000)
        yield page
        browser.close()


def test_it_loads_with_all_bones_and_expressions(page) -> None:  # noqa: ANN001
    facts = page.evaluate("facts")
    assert facts["title"] == "Chuan, guide" and facts["looks"]
    assert facts["bones"] >= 50
    assert facts["expressions"] == 18 + 52 + 15


def test_a_happy_face_speaks_and_blinks(page) -> None:  # noqa: ANN001
    shown = page.evaluate("show({happy: 1, aa: 1, blink: 1})")
    assert shown["jaw"] > 0.3 and shown["smile"] > 0.5 and shown["blink"] == pytest.approx(1.0)
    assert page.evaluate("show({})") == {"jaw": 0, "smile": 0, "blink": 0}


def test_perfect_sync_names_drive_the_shapes(page) -> None:  # noqa: ANN001
    assert page.evaluate("show({jawOpen: 0.5})")["jaw"] == pytest.approx(0.5)


def test_fingers_turn(page) -> None:  # noqa: ANN001
    assert page.evaluate("bend('leftIndexProximal')") == pytest.approx(0.5, abs=1e-3)
