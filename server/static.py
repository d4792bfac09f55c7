"""The page at `/`: the built web-demo, or, where it is not built yet, a page that says so."""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import HTMLResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

NOT_BUILT = """<!doctype html>
<html lang="zh">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shuren 蜀人</title>
<style>body { font: 18px/1.6 system-ui, sans-serif; max-width: 34em; margin: 15vh auto; padding: 0 1em }</style>
<h1>蜀人 Shuren</h1>
<p>服务已经启动，页面还没有构建。请运行 <code>make web</code>，然后刷新。</p>
<p lang="en">The service is running, but its page is not built yet. Run <code>make web</code>, then reload.
(It needs Node.js 20 or newer.)</p>
</html>
"""


NAMED = {"console": "console.html", "kiosk": "kiosk.html", "map": "map.html"}  # pages with an address of their own
NAMED |= {"stage": "stage.html", "studio": "studio.html"}


class Page(StaticFiles):
    """Serves `folder`; hashed assets may be cached for good, everything else is asked for anew."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        self._index = folder / "index.html"

    async def check_config(self) -> None:
        """The folder may appear later, when somebody builds the page; a missing file is a plain 404."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path in (".", "index.html") and not self._index.is_file():
            return HTMLResponse(NOT_BUILT, status_code=503)
        response = await super().get_response(NAMED.get(path, path), scope)
        forever = path.startswith("assets/") and response.status_code == 200
        if path == "widget.js":  # a plain <script> of any page; what it imports is for the pages of known origins alone
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if forever else "no-cache"
        return response
