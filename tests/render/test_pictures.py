"""Pictures of an avatar without anybody at the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from animation.formats.clip import LABEL
from animation.types import Frames
from avatar.render import browser as driver
from avatar.render.aigc import read_mark
from avatar.render.browser import FACE, WAIST_UP, Browser, Stage, View
from avatar.render.movie import film
from avatar.render.picture import flat, pose
from models.errors import AvatarInvalid, BackendUnavailable

pytestmark = [pytest.mark.browser, pytest.mark.model]
SIZE = (144, 160)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def lin(chromium) -> Iterator[Stage]:
    with chromium.stage("lin", size=SIZE, view=FACE) as stage:
        yield stage


def test_what_is_behind_her_is_chosen_and_changes_nothing_of_her(chromium) -> None:
    shots = []
    for backdrop in driver.BACKDROPS:
        with chromium.stage("lin", size=SIZE, view=FACE, backdrop=backdrop) as stage:
            shots.append(stage.picture(pose()).astype(int))
    width, height = SIZE
    corner = np.s_[: height // 5, : width // 8]
    face = np.s_[height // 2 - 8 : height // 2 + 8, width // 2 - 8 : width // 2 + 8]
    for k, one in enumerate(shots):
        for other in shots[:k]:
            assert np.abs(one[corner] - other[corner]).mean() > 8, "two backdrops look alike"
            assert (one[face] == other[face]).all()


def differing(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Rows of pixels that look different."""
    return np.flatnonzero((np.abs(a.astype(int) - b).max(axis=2) > 24).any(axis=1))


def test_the_same_pose_gives_the_same_pixels_whatever_was_drawn_before(lin) -> None:
    first = lin.picture(pose({"mouthSmile": 0.5}, head=(8, 0, 0)))
    lin.picture(pose({"jawOpen": 0.6}, head=(-20, 0, 0), gaze=(15, 0)))
    assert (lin.picture(pose({"mouthSmile": 0.5}, head=(8, 0, 0))) == first).all()
    assert first.shape == (SIZE[1], SIZE[0], 3)


def test_a_shape_moves_its_part_of_the_face_and_no_other(lin) -> None:
    rest = lin.picture(pose())
    eyes, mouth = (
        differing(rest, lin.picture(pose({"eyeBlink": 1}))),
        differing(rest, lin.picture(pose({"jawOpen": 1}))),
    )
    assert len(eyes) and len(mouth)
    assert eyes.max() < mouth.min()


def test_the_page_and_the_house_agree_on_what_a_pose_is(lin) -> None:
    assert lin.pose_size == flat(pose()).shape[1]


def test_hands_close_and_nothing_else_moves(chromium) -> None:
    with chromium.stage("lin", size=SIZE, view=WAIST_UP) as stage:
        loose = pose()
        rest, fists = stage.picture(loose), stage.picture(replace(loose, hands=np.ones_like(loose.hands)))
    rows = differing(rest, fists)
    assert len(rows) and rows.min() > 0.6 * SIZE[1]


def test_the_camera_walks_round_her(lin) -> None:
    rest = lin.picture(pose())
    lin.view(View(**{**vars(FACE), "yaw": 40}))
    try:
        assert len(differing(rest, lin.picture(pose())))
    finally:
        lin.view(FACE)
    assert (lin.picture(pose()) == rest).all()


def test_a_film_of_her_bears_the_label_in_every_picture_and_in_the_file(chromium, tmp_path) -> None:
    import av

    path = tmp_path / "film.mp4"
    frames = Frames.joined([pose({"jawOpen": k / 8}) for k in range(8)])
    with chromium.stage("lin", size=SIZE, view=FACE, label=LABEL) as stage:
        film(path, stage, frames, np.zeros(3200, np.int16), fps=30)
    with chromium.stage("lin", size=SIZE, view=FACE) as bare:
        plain = bare.picture(pose())
    with av.open(str(path)) as file:
        shots = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
    assert len(shots) == 4
    for shot in shots:
        rows = differing(plain[:40], shot[:40])
        letters = np.flatnonzero((shot[:40].max(axis=2) < 90).any(axis=1))  # dark ink on light ground
        assert len(rows) and len(letters) >= 0.05 * min(SIZE)
    assert read_mark(path)["Label"] == "1"


def test_an_avatar_that_is_not_built_is_told_by_name(chromium) -> None:
    with pytest.raises(AvatarInvalid, match="nobody"):
        chromium.stage("nobody")


def test_a_page_that_is_not_built_is_told_with_the_remedy(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(driver, "PAGE", tmp_path)
    with pytest.raises(BackendUnavailable) as told:
        Browser().__enter__()
    assert "make web" in told.value.hint


def test_a_missing_chromium_is_told_with_the_remedy(monkeypatch) -> None:
    monkeypatch.setattr(driver, "CHROMIUM", ("no-such-browser",))
    with pytest.raises(BackendUnavailable) as told:
        Browser().__enter__()
    assert "chromium" in told.value.hint


def test_the_page_reaches_nothing_but_its_own_files(chromium) -> None:
    page = chromium.page((64, 64))
    page.goto(f"{driver.ORIGIN}render.html")
    reached = page.evaluate("fetch('http://example.org/').then(() => true, () => false)")
    outside = page.evaluate("fetch('/../../pyproject.toml').then(r => r.ok, () => false)")
    page.close()
    assert not reached and not outside
