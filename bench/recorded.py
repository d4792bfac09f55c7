"""The mouth by ear on people's recordings: `transcripts.tsv` (file, language, seconds, text) and wav files in a folder.

Nobody has marked the phones of such recordings. Kokoro speaks the text, its phones are carried over by dynamic time
warping of the spectra (Sakoe & Chiba 1978), and what the text-driven path makes of those counts as the truth: itself
off by a frame or two, so compare methods, not figures. Where no text is known, only how lips and loudness go together
is measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from animation.listen.features import BANDS, HALVES, Features
from animation.rig import Rig
from animation.types import RATE, SAMPLES_PER_FRAME, Phone
from bench.corpus import Spoken, Task, folder, read, speak, write
from models.errors import AudioInvalid, BackendError
from speech.audio import read_wav, to_int16

_LONGEST = 12.0  # s: the table of a warping path grows with the square
_SPEAKERS = {"zh": "zm_yunxi", "en": "af_heart"}
_SKEW = 1.2  # what a step costs that moves in one of both only
_STEP = SAMPLES_PER_FRAME // HALVES


def judged(recordings: Path, methods: Mapping[str, Any], rig: Rig) -> dict[str, Any]:
    """Figures by language and method; languages without a text are left out."""
    from bench.listen import case, measures

    said = carried(recordings)
    out: dict[str, Any] = {}
    for language in ("zh", "en"):
        some = [s for s in said if s.task.language == language]
        if some:
            found = {name: measures([case(s, method, rig) for s in some]) for name, method in methods.items()}
            out[language] = {"utterances": len(some)} | found
    return out


def carried(recordings: Path) -> list[Spoken]:
    """The recordings with their phones; those without a text, too long or that the voice cannot say are left out.

    Raises AudioInvalid when there are no transcripts.
    """
    table, out = recordings / "transcripts.tsv", []
    if not table.is_file():
        raise AudioInvalid(f"{table} is missing.", hint="A line for each wav file: name, language, seconds, text.")
    for line in table.read_text(encoding="utf-8").splitlines()[1:]:
        name, language, seconds, text = line.split("\t")[:4]
        if language not in _SPEAKERS or float(seconds) > _LONGEST or not text.strip():
            continue
        text = text if text[-1] in "。.?？!！" else text + ("。" if language == "zh" else ".")
        model = _model(Task("voice", language, _SPEAKERS[language], 1.0, text))
        if model is not None:
            pcm = to_int16(read_wav(recordings / f"{Path(name).stem}.wav", rate=RATE))
            out.append(Spoken(model.task, pcm, moved(model.phones, model.pcm, pcm)))
    return out


def _model(task: Task) -> Spoken | None:
    path = folder() / f"{task.key}.npz"
    if not path.is_file():
        try:
            write(speak(task), path)
        except BackendError:
            return None
    return read(task, path)


def moved(phones: Sequence[Phone], pcm: np.ndarray, other: np.ndarray) -> tuple[Phone, ...]:
    """Phones of `pcm` where the same is said in `other`."""
    path = warped(_spectra(pcm), _spectra(other))
    steps, where = np.unique(path[:, 0], return_index=True)
    ends = np.append(where[1:], len(path))
    middle = np.array([path[a:b, 1].mean() for a, b in zip(where, ends, strict=True)])
    places = [int(at) for p in phones for at in np.interp([p.start / _STEP, p.end / _STEP], steps, middle) * _STEP]
    return tuple(replace(p, start=a, end=b) for p, a, b in zip(phones, places[::2], places[1::2], strict=True))


def _spectra(pcm: np.ndarray) -> np.ndarray:
    """float64 [half frames, 2 · BANDS]: log-mel bands of mean 0 and variance 1, and how they change."""
    rows = Features().push(pcm)[0].reshape(-1, BANDS).astype(np.float64)
    rows = (rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-3)
    return np.concatenate([rows, np.diff(rows, axis=0, prepend=rows[:1])], axis=1)


def warped(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The cheapest way through both, int [steps, 2], each step forward in one of them or both."""
    distance = np.square(a).sum(1)[:, None] + np.square(b).sum(1) - 2.0 * a @ b.T
    n, m = distance.shape
    total, came = np.full((n + 1, m + 1), np.inf), np.zeros((n, m), np.int8)
    total[0, 0] = 0.0
    for i in range(n):
        row, before = total[i + 1], total[i]
        for j in range(m):
            ways = (before[j] + distance[i, j], before[j + 1] + _SKEW * distance[i, j], row[j] + _SKEW * distance[i, j])
            came[i, j] = way = min(range(3), key=ways.__getitem__)
            row[j + 1] = ways[way]
    path, i, j = [], n - 1, m - 1
    while i >= 0 and j >= 0:
        path.append((i, j))
        i, j = i - (came[i, j] != 2), j - (came[i, j] != 1)
    return np.array(path[::-1])
