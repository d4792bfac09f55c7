"""The gallery: parts are spoken with the real voice and stay small enough for a repository."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from animation.types import FPS, RATE
from avatar.render import gallery
from avatar.render.browser import Browser
from avatar.render.sheet import LIMIT, sheet

pytestmark = pytest.mark.browser


@pytest.mark.model
def test_a_part_is_spoken_before_the_browser_opens_and_its_face_lasts_as_long_as_its_voice(monkeypatch) -> None:
    lines = (("zh", "warm", "您好。"), ("en", "glad", "Good morning."))
    part = gallery.Part("branch", "zf_xiaoxiao", "af_heart", lines)
    made = {}
    monkeypatch.setitem(gallery.PARTS, "lin", part)
    monkeypatch.setattr(gallery, "clip", lambda browser, name, frames, pcm: made.update({name: (frames, pcm)}))
    monkeypatch.setattr(sys, "argv", ["gallery", "clips", "--avatars", "lin"])
    gallery.main()
    frames, pcm = made["lin"]
    assert abs(len(frames) / FPS - len(pcm) / RATE) < 0.6
    assert np.abs(pcm).max() > 1000
    assert frames.shapes[:, 17].max() > 0.1  # jawOpen


def test_a_sheet_keeps_within_its_size_whatever_it_holds(tmp_path) -> None:
    from PIL import Image

    noise = np.random.default_rng(0).integers(0, 256, (6, 4, 120, 120, 3), dtype=np.uint8)
    path = tmp_path / "sheet.webp"
    with Browser() as browser:
        sheet(browser, path, "Noise", list("abcd"), {str(k): list(row) for k, row in enumerate(noise)})
    assert path.stat().st_size <= LIMIT
    width, height = Image.open(path).size
    assert width >= 4 * 120 and height >= 6 * 120
