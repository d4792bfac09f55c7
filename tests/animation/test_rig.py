"""The rig manifest: what it computes, and that a broken one is refused by the name of its field."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from animation.rig import CLOSE, INDEX, JAW, Rig
from models.errors import AvatarInvalid

GOOD: dict[str, Any] = {
    "name": "test", "glb": "avatar.glb", "closure_gain": 0.98, "rest_gap_mm": 0.24, "max": {"jawOpen": 0.8},
    "closure_gain_by_jaw": [[0.05, 0.9], [0.5, 0.98]], "joints": {"head": [0, 1.3, 0]}, "extra": "ignored",
    "lip_probe": {
        "upper": {"jawOpen": [0, 0.6, 0.2], "mouthClose": [0.1, -7.4, -2.0]},
        "lower": {"jawOpen": [0.3, -32.9, -16.7], "mouthClose": [-0.3, 26.5, 14.8], "mouthSmileLeft": [1.4, 3.0, 0.3]},
    },
}  # fmt: skip


def load(tmp_path: Path, data: Any) -> Rig:
    path = tmp_path / "rig.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return Rig.load(path)


def test_lip_gap_is_the_rest_gap_plus_what_each_shape_adds(tmp_path: Path) -> None:
    rig = load(tmp_path, GOOD)
    shapes = np.zeros((3, 52))
    shapes[1, JAW] = 0.3
    shapes[2, [JAW, CLOSE]] = 0.3
    assert rig.lip_gap(shapes) == pytest.approx([0.24, 0.24 + 0.3 * 33.5, 0.24 + 0.3 * (33.5 - 33.9)])
    assert rig.limits[JAW] == 0.8 and rig.limits[CLOSE] == 1.0
    assert rig.close_limit(np.array([0.05, 0.5])) == pytest.approx([0.045, 0.49])


def test_closing_shuts_the_lips_at_any_jaw_and_never_beyond_the_jaw() -> None:
    rig = Rig.generic()
    shapes = np.zeros((11, 52))
    shapes[:, JAW] = np.linspace(0.05, 0.5, 11)
    shapes[:, INDEX["mouthSmileLeft"]] = 0.2
    rig.close(shapes, np.ones(11))
    assert np.abs(rig.lip_gap(shapes)).max() <= 0.3
    assert (shapes[:, CLOSE] <= rig.close_limit(shapes[:, JAW]) + 1e-9).all()
    rig.close(shapes, np.zeros(11))
    assert (shapes[:, CLOSE] == 0).all()


def test_lips_that_would_pass_through_each_other_push_the_jaw_instead() -> None:
    rig = Rig.generic()
    shapes = np.zeros((1, 52))
    shapes[0, [INDEX["mouthSmileLeft"], INDEX["mouthSmileRight"], INDEX["mouthPucker"]]] = 0.9
    assert rig.lip_gap(shapes)[0] < -2
    rig.close(shapes, np.zeros(1))
    assert rig.lip_gap(shapes)[0] >= -0.51


BROKEN = [
    ("name", lambda d: d.pop("name")),
    ("name", lambda d: d.update(name=3)),
    ("rest_gap_mm", lambda d: d.update(rest_gap_mm="0.2")),
    ("rest_gap_mm", lambda d: d.update(rest_gap_mm=float("nan"))),
    ("closure_gain", lambda d: d.pop("closure_gain")),
    ("closure_gain", lambda d: d.update(closure_gain=9)),
    ("closure_gain_by_jaw", lambda d: d.update(closure_gain_by_jaw=[[0.5, 1], [0.1, 1]])),
    ("closure_gain_by_jaw", lambda d: d.update(closure_gain_by_jaw=[1, 2, 3])),
    ("lip_probe", lambda d: d.pop("lip_probe")),
    ("lip_probe.lower", lambda d: d["lip_probe"].pop("lower")),
    ("lip_probe.upper.jawOpen", lambda d: d["lip_probe"]["upper"].update(jawOpen=[1, 2])),
    ("lip_probe.upper.jawOpen", lambda d: d["lip_probe"]["upper"].update(jawOpen=[0, "x", 0])),
    ("lip_probe.upper.jawOpenn", lambda d: d["lip_probe"]["upper"].update(jawOpenn=[0, 0, 0])),
    ("mouthClose must close", lambda d: d["lip_probe"]["lower"].pop("mouthClose") and d["lip_probe"]["upper"].clear()),
    ("max.jawOpen", lambda d: d["max"].update(jawOpen=2)),
    ("max.nose", lambda d: d["max"].update(nose=1)),
    ("joints", lambda d: d.update(joints=[])),
]


@pytest.mark.parametrize(("field", "spoil"), BROKEN)
def test_a_broken_manifest_is_refused_by_field(tmp_path: Path, field: str, spoil: Any) -> None:
    data = copy.deepcopy(GOOD)
    spoil(data)
    with pytest.raises(AvatarInvalid, match=field) as failure:
        load(tmp_path, data)
    assert failure.value.hint


def test_files_that_are_not_json_objects_or_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AvatarInvalid, match="the file must be an object"):
        load(tmp_path, [])
    (tmp_path / "rig.json").write_text("{", encoding="utf-8")
    with pytest.raises(AvatarInvalid, match="Cannot read"):
        Rig.load(tmp_path / "rig.json")
    with pytest.raises(AvatarInvalid, match="Cannot read"):
        Rig.load(tmp_path / "none.json")
