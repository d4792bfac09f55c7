"""Contact sheets: pictures in a grid with names, the AI label on top, laid out by the browser and kept small."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from animation.formats.clip import LABEL
from avatar.render.browser import Browser

LIMIT = 400_000  # bytes of a sheet
_QUALITIES = (86, 80, 74, 68, 60, 50, 40)
_STYLE = """
body { margin: 0; background: #f2f5f3; color: #14231f; font: 15px/1.3 "Noto Sans CJK SC", "Noto Sans SC", sans-serif; }
#sheet { display: inline-block; padding: 16px; }
header { display: flex; align-items: center; gap: 18px; margin-bottom: 12px; }
h1 { font-size: 22px; margin: 0; }
.label { font-size: LETTERSpx; font-weight: 600; padding: 4px 18px; border-radius: 12px; background: #fff; border-left: 6px solid #0d6b5c; }
table { border-spacing: 4px; border-collapse: separate; }
th { font-weight: 600; padding: 2px 8px; }
tbody th { text-align: right; }
img { display: block; border-radius: 6px; }
"""  # noqa: E501


def sheet(
    browser: Browser, path: Path, title: str, columns: Sequence[str], rows: Mapping[str, Sequence[np.ndarray]]
) -> None:
    """Write a WebP of at most LIMIT bytes: one row of pictures (uint8 [h, w, 3]) for each name in `rows`."""
    from PIL import Image

    shots = list(rows.values())
    height, width = shots[0][0].shape[:2]
    # The label's letters are to be 5 % of the shorter side (GB 45438-2025).
    short = min(len(columns) * (width + 4) + 110, len(shots) * (height + 4) + 90)
    page = browser.page((4000, 400))
    page.set_content(_html(title, columns, rows, letters=round(0.055 * short)))
    page.wait_for_function("[...document.images].every(image => image.complete)")
    whole = Image.open(io.BytesIO(page.locator("#sheet").screenshot(type="png"))).convert("RGB")
    page.close()
    path.parent.mkdir(parents=True, exist_ok=True)
    for quality in _QUALITIES:
        out = io.BytesIO()
        whole.save(out, "WEBP", quality=quality, method=6)
        if out.tell() <= LIMIT:
            break
    path.write_bytes(out.getvalue())


def _html(title: str, columns: Sequence[str], rows: Mapping[str, Sequence[np.ndarray]], *, letters: int) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "".join(
        f"<tr><th>{html.escape(name)}</th>{''.join(f'<td>{_img(shot)}</td>' for shot in shots)}</tr>"
        for name, shots in rows.items()
    )
    top = f'<header><span class="label">{LABEL}</span><h1>{html.escape(title)}</h1></header>'
    style = _STYLE.replace("LETTERS", str(max(18, letters)))
    return (
        f'<style>{style}</style><div id="sheet">{top}'
        f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _img(shot: np.ndarray) -> str:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(shot).save(out, "PNG", compress_level=1)
    return f'<img src="data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}">'
