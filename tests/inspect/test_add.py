"""Another maker's avatar, taken in with one command, stands, points and talks as ours do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from animation.calibrate import calibrate
from animation.formats.gltf import animated
from animation.rig import CLOSE, JAW
from animation.types import HANDS, JOINTS, Frames
from avatar.inspect.add import add
from avatar.inspect.face import face_of
from avatar.inspect.gltf import Gltf
from avatar.inspect.load import load_rig
from avatar.inspect.vrm import Vrm
from avatar.render.picture import pose
from bench.lipsync.mesh import MeshLips
from models.errors import AvatarInvalid
from models.store import Store
from tests.inspect.foreign import disguise
from tests.inspect.test_inspect import face, write

ARM = ("leftUpperArm", "leftLowerArm", "leftHand", "leftIndexProximal")


@pytest.fixture(scope="module")
def ours() -> Path:
    return Store.default().home / "avatars" / "lin"


@pytest.fixture(scope="module")
def theirs(ours: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("foreign")
    add(disguise(ours / "avatar.vrm", folder / "somebody.vrm", seed=7), folder / "somebody")
    return folder / "somebody"


def pointing() -> Frames:
    """The upper arm forward and out, the elbow bent, fingers half curled."""
    frames = pose(head=(10, 0, 0))
    for name, axis, angle in (("leftUpperArm", (1, 0, 0), -0.9), ("leftLowerArm", (0.8, 0, 0.6), -1.1)):
        frames.joints[0, JOINTS.index(name)] = [*np.array(axis) * np.sin(angle / 2), np.cos(angle / 2)]
    frames.hands[0] = 0.5 * np.ones(len(HANDS))
    return frames


def places(folder: Path, frames: Frames, out: Path) -> dict[str, np.ndarray]:
    """Where the joints of the left arm are in the first frame of an exported performance."""
    rig = json.loads((folder / "rig.json").read_text(encoding="utf-8"))
    out.write_bytes(animated(folder / "avatar.glb", rig, frames))
    gltf = Gltf.read(out)
    names = [str(node.get("name", "")) for node in gltf.rows("nodes")]
    samplers = gltf.js["animations"][0]["samplers"]
    for channel in gltf.js["animations"][0]["channels"]:
        if channel["target"]["path"] == "rotation":
            turn = gltf.accessor(samplers[channel["sampler"]]["output"])[0]
            gltf.js["nodes"][channel["target"]["node"]]["rotation"] = turn.tolist()
    moved = Gltf(out, gltf.js, gltf.blob)
    turned = np.array([-1.0, 1.0, -1.0]) if rig.get("faces") == "-z" else 1.0
    return {name: moved.world[names.index(rig.get("nodes", {}).get(name, name))][:3, 3] * turned for name in ARM}


@pytest.mark.model
@pytest.mark.parametrize("frames", [pose(), pointing()], ids=["at ease", "pointing"])
def test_anothers_arms_are_where_ours_are(ours: Path, theirs: Path, tmp_path: Path, frames: Frames) -> None:
    here, there = (places(folder, frames, tmp_path / f"{folder.name}.glb") for folder in (ours, theirs))
    for joint in ARM:
        assert np.linalg.norm(here[joint] - there[joint]) < 0.04, joint
    assert np.linalg.norm(here["leftHand"] - here["leftUpperArm"]) > 0.2


@pytest.mark.model
def test_anothers_lips_close_though_it_has_but_five_mouths(theirs: Path) -> None:
    rig, gltf = load_rig(theirs), Gltf.read(theirs / "avatar.glb")
    surface = face_of(gltf, list(gltf.primitives()), Vrm.of(gltf)).surface
    assert calibrate(surface).lips.forward < 0
    weights = np.zeros((4, 52))
    weights[:, JAW] = [0.05, 0.15, 0.3, 0.4]
    mesh = MeshLips(surface)
    assert mesh.gap(weights).min() > 0.5
    rig.close(weights, np.ones(4))
    assert weights[:, CLOSE].min() > 0 and np.abs(mesh.gap(weights)).max() <= 0.5


@pytest.mark.model
@pytest.mark.browser
def test_another_is_shown_as_ours_is_and_its_mouth_moves(ours: Path, theirs: Path) -> None:
    from avatar.render.browser import WAIST_UP, Browser

    shots = {}
    with Browser() as browser:
        for folder in (ours, theirs):
            with browser.stage(folder / "avatar.glb", size=(160, 200), view=WAIST_UP) as stage:
                shots[folder] = [
                    stage.picture(frames).astype(int) for frames in (pose(), pointing(), pose({"jawOpen": 1}))
                ]
    for here, there in zip(shots[ours][:2], shots[theirs][:2], strict=True):
        assert np.abs(here - there).mean() < 6
    rest, _, wide = shots[theirs]
    rows = np.flatnonzero((np.abs(rest - wide).max(axis=2) > 24).any(axis=1))
    assert len(rows) and rows.max() < 100  # the mouth, nothing below the neck


def test_an_avatar_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    file = write(tmp_path / "some one.glb", face())
    report = add(file, tmp_path / "home" / "someone", title="Some One")
    folder = tmp_path / "home" / "someone"
    assert report.usable and sorted(p.name for p in folder.iterdir()) == ["avatar.glb", "provenance.json", "rig.json"]
    rig = json.loads((folder / "rig.json").read_text(encoding="utf-8"))
    assert (rig["name"], rig["title"], rig["glb"]) == ("someone", "Some One", "avatar.glb")
    assert json.loads((folder / "provenance.json").read_text(encoding="utf-8"))["file"] == "some one.glb"
    with pytest.raises(AvatarInvalid, match="already"):
        add(file, folder)
    with pytest.raises(AvatarInvalid, match="cannot name"):
        add(file, tmp_path / "home" / "..no")
    mute = write(tmp_path / "mute.glb", {name: (p, t, {}) for name, (p, t, _) in face().items()})
    with pytest.raises(AvatarInvalid, match="could not talk"):
        add(mute, tmp_path / "home" / "mute")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(AvatarInvalid, match="cannot be written"):
        add(file, tmp_path / "file" / "someone")
    assert [p.name for p in (tmp_path / "home").iterdir()] == ["someone"]


def test_the_command_takes_one_in_and_says_how_to_show_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from server.cli.main import app

    monkeypatch.setenv("SHUREN_HOME", str(tmp_path))
    file = write(tmp_path / "Some One.glb", face())
    said = CliRunner().invoke(app, ["avatar", "add", str(file)])
    assert said.exit_code == 0, said.output
    assert "SHUREN_AVATAR=some-one" in said.output and (tmp_path / "avatars" / "some-one" / "rig.json").is_file()
