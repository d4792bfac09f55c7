"""MediaPipe's models for pages that look through a camera, out of the catalogue: nothing comes from elsewhere."""

from __future__ import annotations

import zipfile
from pathlib import Path

from fastapi import APIRouter, Response

from models.store import Store

router = APIRouter(include_in_schema=False)
DETECTOR = "face_detector.tflite"


@router.get(f"/kiosk/{DETECTOR}")
def detector() -> Response:
    """How many faces there are, for kiosks; a part of the landmarker's bundle. Raises ModelMissing."""
    with zipfile.ZipFile(_bundle()) as bundle:
        return _sent(bundle.read(DETECTOR))


@router.get("/studio/face_landmarker.task")
def landmarker() -> Response:
    """A streamer's own face. Raises ModelMissing."""
    return _sent(_bundle().read_bytes())


def _bundle() -> Path:
    return Store.default().path("face-landmarker") / "face_landmarker.task"


def _sent(model: bytes) -> Response:
    return Response(model, media_type="application/octet-stream", headers={"Cache-Control": "max-age=86400"})
