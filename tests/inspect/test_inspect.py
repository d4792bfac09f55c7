"""Any maker's avatar: what is found on it, what is said of a broken one, and lips solved from its vertices alone."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from animation.calibrate import Surface, calibrate, find_lips
from animation.formats import glb
from animation.rig import CLOSE, INDEX, JAW, Rig
from avatar.inspect import gltf as reader
from avatar.inspect.check import Report, check
from avatar.inspect.load import load_rig
from avatar.inspect.names import bone_of, oculus_of, shapes_of
from bench.lipsync.mesh import MeshLips
from models.errors import AvatarInvalid

BONES = (
    "hips", "spine", "chest", "neck", "head", "leftShoulder", "leftUpperArm", "leftLowerArm", "leftHand",
    "rightShoulder", "rightUpperArm", "rightLowerArm", "rightHand",
)  # fmt: skip


def face(
    *, half: float = 0.026, opens: float = 0.030, apart: float = 0.0002, columns: int = 41, turn: float = 1.0
) -> dict[str, Any]:
    """A sheet with a slit for a mouth, `half` metres to either side, that jawOpen tears by `opens`; teeth behind."""
    x = np.linspace(-0.06, 0.06, columns)
    heights = np.concatenate([-np.geomspace(0.0011, 0.06, 12)[::-1] + 0.001, 0.0 * np.ones(1)])
    points, lower = [], []
    for side in (-1.0, 1.0):
        for k, y in enumerate(heights):
            edge = k == len(heights) - 1
            bend = 0.004 * np.exp(-abs(y) / 0.008)
            gap = apart / 2 * np.clip(1.0 - (x / half) ** 2, 0.0, 1.0) if edge else 0.0
            rows = np.stack([x, -side * y + side * gap + 0 * x, 0.1 - 3.0 * x * x + bend], axis=1)
            points.append(rows)
            lower.append(np.full(columns, side < 0))
    skin, below = np.concatenate(points), np.concatenate(lower)
    rows = len(heights)
    quads = [
        (s * rows * columns + r * columns + c, c, r, s)
        for s in (0, 1)
        for r in range(rows - 1)
        for c in range(columns - 1)
    ]
    triangles = [t for i, *_ in quads for t in ((i, i + 1, i + columns), (i + 1, i + columns + 1, i + columns))]
    if turn < 0:
        skin = skin * [-1.0, 1.0, -1.0]
    x, y = skin[:, 0], skin[:, 1]
    share = np.clip(1.0 - (x / half) ** 2, 0.0, 1.0) * np.exp(-np.abs(y) / 0.03)
    none = np.zeros_like(skin)
    shapes = {name: none.copy() for name in ("jawOpen", "mouthClose", "mouthRollLower", "mouthStretchLeft")}
    shapes["jawOpen"][:, 1] = -opens * share * below
    shapes["mouthClose"][:, 1] = np.where(below, 0.9 * opens, -0.1 * opens) * share
    shapes["mouthRollLower"][:, 2] = -0.007 * turn * share * below
    teeth = np.array([(a, b, 0.098 * turn) for a in np.linspace(-0.01, 0.01, 9) for b in (-0.001, 0.008)])
    row = [t for i in range(0, 16, 2) for t in ((i, i + 1, i + 2), (i + 1, i + 3, i + 2))]
    return {"skin": (skin, np.array(triangles), shapes), "teeth": (teeth, np.array(row), {})}


def surface(parts: dict[str, Any], rename: dict[str, str] | None = None) -> Surface:
    return Surface.joined([Surface(*part) for part in parts.values()])


def write(
    path: Path, parts: dict[str, Any], *, rename: Any = lambda name: name, bones: tuple[str, ...] = BONES,
    weights: Any = None, extensions: dict[str, Any] | None = None, extra: dict[str, Any] | None = None,
) -> Path:  # fmt: skip
    """A GLB of these parts, each bound to the bone `head` unless `weights` says otherwise."""
    blob, views, accessors = bytearray(), [], []

    def put(rows: np.ndarray, kind: int, form: str) -> int:
        views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": rows.nbytes})
        blob.extend(rows.tobytes() + b"\0" * (-rows.nbytes % 4))
        accessors.append({"bufferView": len(views) - 1, "componentType": kind, "count": len(rows), "type": form})
        return len(accessors) - 1

    nodes: list[dict[str, Any]] = [{"name": bone, "translation": [0, 0.1, 0]} for bone in bones]
    for i in range(len(nodes) - 1):
        nodes[i]["children"] = [i + 1]
    meshes = []
    for name, (points, triangles, shapes) in parts.items():
        bound = np.tile([1.0, 0, 0, 0], (len(points), 1)) if weights is None else weights(len(points))
        primitive = {
            "attributes": {
                "POSITION": put(points.astype(np.float32), 5126, "VEC3"),
                "JOINTS_0": put(np.zeros((len(points), 4), np.uint8), 5121, "VEC4"),
                "WEIGHTS_0": put(bound.astype(np.float32), 5126, "VEC4"),
            },
            "indices": put(triangles.reshape(-1, 1).astype(np.uint32), 5125, "SCALAR"),
        }
        mesh: dict[str, Any] = {"name": name, "primitives": [primitive]}
        if shapes:
            primitive["targets"] = [
                {"POSITION": put(move.astype(np.float32), 5126, "VEC3")} for move in shapes.values()
            ]
            mesh["extras"] = {"targetNames": [rename(shape) for shape in shapes]}
        meshes.append(mesh)
        nodes.append({"name": name, "mesh": len(meshes) - 1, "skin": 0})
    js = {
        "asset": {"version": "2.0"}, "nodes": nodes, "meshes": meshes, "accessors": accessors, "bufferViews": views,
        "skins": [{"joints": list(range(len(bones)))}], "buffers": [{"byteLength": len(blob)}],
        "extensions": extensions or {},
    } | (extra or {})  # fmt: skip
    text = json.dumps(js).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sII", b"glTF", 2, 12 + 8 + len(text) + 8 + len(blob))
    path.write_bytes(
        head + struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(blob), b"BIN\0") + bytes(blob)
    )
    return path


def texts(report: Report, level: str) -> str:
    return " | ".join(f"{f.about}: {f.text}" for f in report.findings if f.level == level)


# Lips


@settings(max_examples=20, deadline=None)
@given(
    st.floats(0.016, 0.034),
    st.floats(0.012, 0.045),
    st.floats(0.0, 0.0004),
    st.integers(15, 81),
    st.sampled_from([1.0, -1.0]),
)
def test_lips_are_found_and_close_on_faces_of_any_size_and_mesh(
    half: float, opens: float, apart: float, columns: int, turn: float
) -> None:
    made = surface(face(half=half, opens=opens, apart=apart, columns=columns, turn=turn))
    result = calibrate(made)
    lips = result.lips
    assert abs(made.positions[lips.upper, 0]) <= 0.12 / (columns - 1) + 1e-9
    assert made.positions[lips.upper, 1] >= made.positions[lips.lower, 1]
    assert lips.forward == turn
    spacing = 120.0 / (columns - 1)  # mm between the mesh's columns: the corners are known no better
    assert 1200 * half - spacing <= lips.width_mm <= 2000 * half + 1
    rig = Rig.of({"name": "x", "glb": "x.glb"} | result.manifest(), "x")
    weights = np.zeros((6, 52))
    weights[:, JAW] = np.linspace(0.02, 0.5, 6)
    rig.close(weights, np.ones(6))
    assert np.abs(rig.lip_gap(weights)).max() <= 0.5
    assert (weights[:, CLOSE] <= rig.close_limit(weights[:, JAW]) + 1e-9).all()


def test_lips_that_close_by_the_rig_close_on_the_mesh() -> None:
    made = surface(face())
    rig, mesh = Rig.of({"name": "x", "glb": "x.glb"} | calibrate(made).manifest(), "x"), MeshLips(made)
    weights = np.zeros((5, 52))
    weights[:, JAW] = np.linspace(0.05, 0.5, 5)
    assert mesh.gap(weights).min() > 1.0
    rig.close(weights, np.ones(5))
    assert np.abs(mesh.gap(weights)).max() <= 0.5


def test_a_lower_lip_reaches_the_teeth_by_the_weights_solved_for_f() -> None:
    made = surface(face())
    result, mesh = calibrate(made), MeshLips(made)
    weights = np.zeros((1, 52))
    for name, value in result.labiodental.items():
        for full in (name,) if name in INDEX else (f"{name}Left", f"{name}Right"):
            weights[0, INDEX[full]] = value
    assert result.touch_mm is not None and result.touch_mm <= 1.0
    assert mesh.teeth(weights)[0] <= 1.0 < mesh.teeth(np.zeros((1, 52)))[0]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda s: s.pop("jawOpen"), "no jawOpen"),
        (lambda s: s["jawOpen"].fill(0.0), "moves nothing"),
        (lambda s: s["jawOpen"].__setitem__(slice(None), [0.0, -0.02, 0.0]), "torn open|parts no lips"),
        (lambda s: s.pop("mouthClose"), "no mouthClose"),
        (lambda s: s["mouthClose"].fill(0.0), "mouthClose moves the lips"),
    ],
)
def test_a_face_that_cannot_speak_is_refused_with_the_reason(spoil: Any, says: str) -> None:
    parts = face()
    spoil(parts["skin"][2])
    with pytest.raises(AvatarInvalid, match=says) as failure:
        calibrate(surface(parts))
    assert failure.value.hint


def test_pieces_joined_only_by_position_are_one_skin() -> None:
    parts = face()
    points, triangles, shapes = parts["skin"]
    index = triangles.reshape(-1)  # every triangle with vertices of its own, as exporters with hard edges write them
    torn = Surface(points[index], np.arange(len(index)).reshape(-1, 3), {n: m[index] for n, m in shapes.items()})
    assert find_lips(torn).width_mm == pytest.approx(find_lips(Surface(points, triangles, shapes)).width_mm, abs=0.5)


# Names


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("jawOpen", ("jawOpen",)), ("JawOpen", ("jawOpen",)), ("mouthSmile_L", ("mouthSmileLeft",)),
        ("mouthSmileRight", ("mouthSmileRight",)), ("mouth_smile_left", ("mouthSmileLeft",)),
        ("eyeBlink.R", ("eyeBlinkRight",)), ("browInnerUp_L", ("browInnerUp",)), ("cheekPuff_R", ("cheekPuff",)),
        ("blendShape1.jawOpen", ("jawOpen",)), ("eyesLookUp", ()), ("viseme_aa", ()), ("", ()),
        ("mouthSmile", ("mouthSmileLeft", "mouthSmileRight")), ("BS_mouthClose", ("mouthClose",)),
    ],
)  # fmt: skip
def test_shapes_are_known_by_the_names_makers_give_them(name: str, shapes: tuple[str, ...]) -> None:
    assert shapes_of(name) == shapes


def test_visemes_and_bones_are_known_by_the_names_makers_give_them() -> None:
    visemes = {"viseme_aa": "aa", "viseme_PP": "PP", "v_ou": "U", "vrc.v_ih": "I", "viseme_O": "O", "jawOpen": ""}
    assert {name: oculus_of(name) for name in visemes} == visemes
    bones = {
        "mixamorig:LeftForeArm": "leftLowerArm", "LeftArm": "leftUpperArm", "Hips": "hips", "Spine1": "chest",
        "mixamorig:LeftHandThumb1": "leftThumbMetacarpal", "RightHandPinky3": "rightLittleDistal", "Camera": "",
        "leftIndexIntermediate": "leftIndexIntermediate", "rightHand": "rightHand", "LeftHandIndex4": "",
    }  # fmt: skip
    assert {name: bone_of(name) for name in bones} == bones


# Files


def test_a_sound_file_can_talk_and_gets_a_rig_that_loads(tmp_path: Path) -> None:
    report = check(write(tmp_path / "avatar.glb", face()))
    assert report.usable and report.rig is not None
    assert "lips close" in texts(report, "good") and "13 joints" in texts(report, "good")
    assert "eyeBlinkLeft" in texts(report, "poor") and "mouthPucker" in texts(report, "poor")
    (tmp_path / "rig.json").write_text(json.dumps(report.rig), encoding="utf-8")
    rig = load_rig(tmp_path)
    assert rig.lip_gap(np.zeros((1, 52)))[0] == pytest.approx(0.2, abs=0.01)
    assert set(rig.joints) == set(BONES)


def test_makers_other_names_are_mapped_and_the_rig_says_how(tmp_path: Path) -> None:
    report = check(
        write(tmp_path / "a.glb", face(), rename=lambda n: {"mouthStretchLeft": "mouthStretch_L"}.get(n, n.title()))
    )
    assert report.usable and report.rig is not None
    assert report.rig["morphs"]["jawOpen"] == {"Jawopen": 1.0}
    assert report.rig["morphs"]["mouthStretchLeft"] == {"mouthStretch_L": 1.0}


def vrm(version: str, names: dict[str, str]) -> dict[str, Any]:
    """Expressions and bones as VRM 0 or 1 lists them; `names`: expression → morph of the face."""
    order = ["jawOpen", "mouthClose", "mouthRollLower", "mouthStretchLeft"]
    face_node = len(BONES)
    if version == "1":
        preset = {
            name: {"morphTargetBinds": [{"node": face_node, "index": order.index(morph), "weight": 0.5}]}
            for name, morph in names.items()
        }
        bones = {bone: {"node": i} for i, bone in enumerate(BONES)}
        return {
            "VRMC_vrm": {"meta": {"name": "Ai"}, "expressions": {"preset": preset}, "humanoid": {"humanBones": bones}}
        }
    old = {"aa": "a", "ee": "e", "blink": "blink"}
    groups = [
        {"presetName": old[name], "binds": [{"mesh": 0, "index": order.index(morph), "weight": 50.0}]}
        for name, morph in names.items()
    ]
    human = [{"bone": bone, "node": i} for i, bone in enumerate(BONES)]
    return {
        "VRM": {
            "meta": {"title": "Ai"},
            "blendShapeMaster": {"blendShapeGroups": groups},
            "humanoid": {"humanBones": human},
        }
    }


@pytest.mark.parametrize("version", ["0", "1"])
def test_a_vrm_without_arkit_shapes_talks_with_its_vowels(tmp_path: Path, version: str) -> None:
    parts = face(turn=-1.0 if version == "0" else 1.0)  # VRM 0 looks the other way
    path = write(
        tmp_path / "ai.vrm", parts, rename=lambda n: f"Fcl_{n}_x1", bones=tuple(f"J_{b}_x" for b in BONES),
        extensions=vrm(version, {"aa": "jawOpen", "ee": "mouthStretchLeft", "blink": "mouthRollLower"}),
    )  # fmt: skip
    report = check(path)
    assert report.facts["format"] == f"VRM {version}.x" and report.facts["title"] == "Ai"
    assert report.usable and report.rig is not None, texts(report, "bad")
    assert "VRM expressions" in texts(report, "poor") and "13 joints" in texts(report, "good")
    assert report.rig["morphs"]["jawOpen"] == {"Fcl_jawOpen_x1": 1.0}  # aa, twice, at half weight
    assert report.rig["morphs"]["mouthClose"] == {"Fcl_jawOpen_x1": -1.0}
    assert report.rig["morphs"]["eyeBlinkLeft"] == {"Fcl_mouthRollLower_x1": 0.5}
    rig = Rig.of(report.rig, "x")
    weights = np.zeros((1, 52))
    weights[0, JAW] = 0.3
    rig.close(weights, np.ones(1))
    assert abs(rig.lip_gap(weights)[0]) <= 0.5


def test_oculus_visemes_alone_suffice_to_talk(tmp_path: Path) -> None:
    names = {
        "jawOpen": "viseme_aa",
        "mouthClose": "viseme_PP",
        "mouthRollLower": "viseme_FF",
        "mouthStretchLeft": "viseme_I",
    }
    report = check(write(tmp_path / "o.glb", face(), rename=names.__getitem__))
    assert report.usable and report.facts["shapes"]["source"] == "oculus"
    assert report.facts["shapes"]["oculus"] == ["FF", "I", "PP", "aa"]


def test_a_file_without_shapes_is_said_to_be_mute(tmp_path: Path) -> None:
    parts = {name: (points, triangles, {}) for name, (points, triangles, _) in face().items()}
    report = check(write(tmp_path / "a.glb", parts))
    assert not report.usable and report.rig is None
    assert "no shapes" in texts(report, "bad") and "no jawOpen" in texts(report, "bad")


def test_weights_that_are_wrong_are_named(tmp_path: Path) -> None:
    def spoiled(count: int) -> np.ndarray:
        rows = np.tile([0.7, 0.0, 0.0, 0.0], (count, 1))
        rows[0], rows[1] = [0, 0, 0, 0], [-0.5, 1.5, 0, 0]
        return rows

    report = check(write(tmp_path / "a.glb", face(), weights=spoiled))
    assert "hang on no bone" in texts(report, "bad") and "negative" in texts(report, "bad")
    assert "do not add up" in texts(report, "poor")

    def nan(count: int) -> np.ndarray:
        return np.full((count, 4), np.nan)

    assert "NaN" in texts(check(write(tmp_path / "b.glb", face(), weights=nan)), "bad")


def test_more_than_four_influences_and_unknown_joints_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.glb", face())
    gltf = reader.Gltf.read(path)
    primitive = gltf.js["meshes"][0]["primitives"][0]["attributes"]
    primitive |= {"JOINTS_1": primitive["JOINTS_0"], "WEIGHTS_1": primitive["WEIGHTS_0"]}
    made = next(iter(reader.Gltf(path, gltf.js, gltf.blob).primitives()))
    assert made.weights.shape[1] == 8
    report = check(write(tmp_path / "b.glb", face(), extra={"skins": [{"joints": []}]}))
    assert "joint 0 of a skin with 0" in texts(report, "bad")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"), (b"hello there, I am text", "no GLB"), (b"\x89PNG\r\n", "PNG"), (b'{"asset": {}}', "gltf text"),
        (b"glTF", "cut short"), (struct.pack("<4sII", b"glTF", 1, 20) + b"12345678", "version 1"),
        (struct.pack("<4sII", b"glTF", 2, 24) + struct.pack("<I4s", 4, b"JSON") + b"{{{{", "broken JSON"),
        (struct.pack("<4sII", b"glTF", 2, 24) + struct.pack("<I4s", 4, b"JSON") + b"[]  ", "no object"),
        (struct.pack("<4sII", b"glTF", 2, 24) + struct.pack("<I4s", 4, b"JSON") + b"{}  ", "holds no meshes"),
        (struct.pack("<4sII", b"glTF", 2, 24) + struct.pack("<I4s", 4, b"BIN\0") + b"{}  ", "no JSON"),
    ],
)  # fmt: skip
def test_files_that_are_no_avatar_are_refused_by_what_they_are(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "x.glb"
    path.write_bytes(content)
    with pytest.raises(AvatarInvalid, match=says):
        check(path)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_damage_to_a_file_brings_anything_but_a_clear_error(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    whole = write(folder / "a.glb", face(columns=9)).read_bytes()
    if data.draw(st.booleans()):
        spoiled = bytearray(whole[: data.draw(st.integers(0, len(whole) - 1))])
    else:
        spoiled = bytearray(whole)
        for _ in range(data.draw(st.integers(1, 4))):
            spoiled[data.draw(st.integers(12, 4000))] = data.draw(st.integers(0, 255))
    (folder / "b.glb").write_bytes(spoiled)
    try:
        check(folder / "b.glb")
    except AvatarInvalid as problem:
        assert problem.message


def test_a_file_too_large_to_serve_and_one_that_lies_about_its_size_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.glb", face())
    gltf = reader.Gltf.read(path)
    gltf.js["accessors"][0]["count"] = 10**12
    with pytest.raises(AvatarInvalid, match="broken accessor"):
        list(gltf.primitives())
    monkeypatch.setattr(glb, "LARGEST", 1000)
    with pytest.raises(AvatarInvalid, match="MB"):
        check(path)


def test_compressed_meshes_are_refused_with_the_way_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.glb", face(), extra={"extensionsRequired": ["KHR_draco_mesh_compression"]})
    with pytest.raises(AvatarInvalid, match="Draco") as failure:
        check(path)
    assert "without mesh compression" in failure.value.hint


# Loading and the command


def test_a_rig_is_measured_on_the_file_that_is_shown_and_keeps_the_makers_limits(tmp_path: Path) -> None:
    rig = check(write(tmp_path / "avatar.glb", face())).rig
    assert rig is not None
    rig |= {"rest_gap_mm": 3.0, "max": {"jawOpen": 0.6}}  # of another mesh
    (tmp_path / "rig.json").write_text(json.dumps(rig), encoding="utf-8")
    loaded = load_rig(tmp_path)
    assert loaded.rest_gap_mm == pytest.approx(0.2, abs=0.01) and loaded.limits[JAW] == 0.6
    (tmp_path / "avatar.glb").write_bytes(b"no glb")
    assert load_rig(tmp_path).rest_gap_mm == 3.0
    (tmp_path / "rig.json").unlink()
    with pytest.raises(AvatarInvalid, match="no GLB"):
        load_rig(tmp_path)


def test_the_command_reports_writes_the_rig_and_fails_for_a_mute_avatar(tmp_path: Path) -> None:
    from server.cli.avatar import app

    run, path, out = CliRunner(), write(tmp_path / "a.glb", face()), tmp_path / "rig.json"
    done = run.invoke(app, ["check", str(path), "--json", "--out", str(out)])
    assert done.exit_code == 0 and json.loads(done.stdout)["usable"]
    assert Rig.load(out).name == "a"
    shown = run.invoke(app, ["check", str(path)])
    assert shown.exit_code == 0 and "She can talk with it." in shown.stdout
    mute = write(tmp_path / "m.glb", {"teeth": face()["teeth"]})
    assert run.invoke(app, ["check", str(mute), "--out", str(tmp_path / "n.json")]).exit_code == 1
    assert not (tmp_path / "n.json").exists()
