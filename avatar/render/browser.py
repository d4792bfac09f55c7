"""One headless Chromium with the built render page (web-demo/render.html) and the avatars; it reaches no network.

    with Browser() as browser:
        lin = browser.stage("lin", size=(512, 512), view=FACE)
        pixels = lin.picture(pose({"mouthSmile": 0.6}))        # uint8 [512, 512, 3]

Files are handed to the page by name, so that no port is open. Playwright's synchronous interface is used: not from
within a running event loop.
"""

from __future__ import annotations

import base64
import contextlib
import io
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from animation.types import Frames
from avatar.render.picture import flat
from dialogue.pack import BACKDROPS
from models.errors import AvatarInvalid, BackendUnavailable
from models.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser as ChromiumBrowser
    from playwright.sync_api import Page, Route

PAGE = Path(__file__).parents[2] / "web-demo" / "dist"
ORIGIN = "http://render.shuren/"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--force-color-profile=srgb", "--ignore-gpu-blocklist", "--use-gl=angle",
)  # fmt: skip
# What draws, the first that gives WebGL 2: the machine's own OpenGL (a GPU, or Mesa's llvmpipe, which took a third of
# SwiftShader's time for the same picture), then Chromium's own software.
DRAWERS = (("--use-angle=gl-egl",), ("--use-angle=swiftshader", "--enable-unsafe-swiftshader"))
_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".glb": "model/gltf-binary"}
_BATCH = 8  # poses for one call into the page


@dataclass(frozen=True)
class View:
    """What a picture holds around the eyes, in metres of the avatar, and from where it is taken, in degrees."""

    above: float = 0.175
    below: float = 0.35
    half_width: float = 0.23
    yaw: float = 0.0  # the camera walks towards her left
    pitch: float = 0.0  # the camera rises
    lens: float = 22.0  # vertical field of view


CHEST_UP = View()
FACE = View(above=0.155, below=0.165, half_width=0.13)
HEAD = View(above=0.215, below=0.165, half_width=0.15)  # with a hat
WAIST_UP = View(above=0.22, below=0.62, half_width=0.44)
VIEWS = {"chest": CHEST_UP, "face": HEAD, "waist": WAIST_UP}


class Browser:
    """Headless Chromium as a context manager.

    Raises BackendUnavailable where Chromium, Playwright or the built page is missing, saying how to get it.
    """

    def __enter__(self) -> Self:
        executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
        if executable is None:
            raise BackendUnavailable("Pictures need Chromium.", hint="Debian: apt-get install chromium fonts-noto-cjk")
        if not (PAGE / "render.html").is_file():
            raise BackendUnavailable("The render page is not built.", hint="Run `make web`.")
        try:
            from playwright.sync_api import sync_playwright
        except ImportError as error:
            raise BackendUnavailable("Pictures need Playwright.", hint='pip install -e ".[render]"') from error
        with contextlib.ExitStack() as opened:
            playwright = opened.enter_context(sync_playwright())
            for drawer in DRAWERS:
                chromium = playwright.chromium.launch(executable_path=executable, args=[*FLAGS, *drawer])
                opened.callback(chromium.close)
                if _draws(chromium):
                    self._chromium, self._opened = chromium, opened.pop_all()
                    return self
        raise BackendUnavailable("This Chromium has no WebGL 2.")

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._opened.close()

    def stage(
        self,
        avatar: str | Path,
        *,
        size: tuple[int, int] = (512, 512),
        view: View = CHEST_UP,
        label: str = "",
        backdrop: str = BACKDROPS[0],
    ) -> Stage:
        """A stage of `size` (width, height) pixels with an avatar (its name, or its GLB) on it, before one of
        BACKDROPS."""
        stage = Stage(self.page(size), label, backdrop)
        stage.load(avatar)
        stage.view(view)
        return stage

    def page(self, size: tuple[int, int]) -> Page:
        """An empty page that sees the built web page below ORIGIN and nothing else."""
        page = self._chromium.new_page(viewport={"width": size[0], "height": size[1]}, device_scale_factor=1)
        page.route("**/*", lambda route: _serve(route, PAGE, route.request.url.removeprefix(ORIGIN)))
        return page


class Stage:
    """The render page: one avatar, one camera."""

    def __init__(self, page: Page, label: str = "", backdrop: str = BACKDROPS[0]) -> None:
        self._page = page
        self._faults: list[str] = []
        page.on("pageerror", lambda error: self._faults.append(str(error)))
        page.goto(f"{ORIGIN}render.html")
        if self._faults or not page.evaluate("Boolean(window.shurenRender)"):
            raise BackendUnavailable(f"The render page does not start. {' '.join(self._faults)}".rstrip())
        self._call("label", label)
        self._call("backdrop", backdrop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._page.close()

    def load(self, avatar: str | Path) -> None:
        """Put another avatar on stage. Raises AvatarInvalid when it is not built."""
        path = glb(avatar)
        folder = f"{ORIGIN}avatar/{path.parent.name}/"  # the page reads rig.json beside the model
        self._page.route(f"{folder}*", lambda route: _serve(route, path.parent, route.request.url.removeprefix(folder)))
        self._call("load", folder + path.name)

    @property
    def pose_size(self) -> int:
        """How many numbers the page takes for a pose."""
        return self._page.evaluate("shurenRender.poseSize")

    def view(self, view: View) -> None:
        """The camera of the next pictures."""
        values = asdict(view)
        self._call("view", {"halfWidth": values.pop("half_width"), **values})

    def picture(self, frames: Frames) -> np.ndarray:
        """The first of `frames`, uint8 [height, width, 3], exact pixels."""
        self._call("pose", flat(frames)[0].tolist())
        return pixels(base64.b64decode(self._call("png")))

    def film(self, frames: Frames, *, quality: float = 0.95) -> Sequence[np.ndarray]:
        """Every frame, uint8 [height, width, 3], by way of JPEG: faster than exact pixels."""
        rows = flat(frames)
        shots = (self._call("film", rows[k : k + _BATCH].tolist(), quality) for k in range(0, len(rows), _BATCH))
        return (pixels(base64.b64decode(shot)) for batch in shots for shot in batch)

    def _call(self, method: str, *arguments: Any) -> Any:
        return self._page.evaluate("([method, values]) => shurenRender[method](...values)", [method, list(arguments)])


def glb(avatar: str | Path) -> Path:
    """The GLB of an avatar by name, or the path itself. Raises AvatarInvalid when there is none."""
    path = Path(avatar)
    if path.suffix != ".glb":
        path = Store.default().home / "avatars" / avatar / "avatar.glb"
    if not path.is_file():
        raise AvatarInvalid(f"There is no avatar at {path}.", hint=f"Run `shuren avatar build {avatar}`.")
    return path


def built() -> list[str]:
    """Names of the avatars that are built."""
    return sorted(path.parent.name for path in (Store.default().home / "avatars").glob("*/avatar.glb"))


def pixels(image: bytes) -> np.ndarray:
    """uint8 [height, width, 3] of a PNG or JPEG."""
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(image)).convert("RGB"))


def _draws(chromium: ChromiumBrowser) -> bool:
    with contextlib.closing(chromium.new_page()) as page:
        return page.evaluate("Boolean(document.createElement('canvas').getContext('webgl2'))")


def _serve(route: Route, folder: Path, name: str) -> None:
    path = (folder / name).resolve()
    if path.is_relative_to(folder.resolve()) and path.is_file():
        route.fulfill(path=path, content_type=_TYPES.get(path.suffix, "application/octet-stream"))
    else:
        route.abort()
