"""Is the seam heard where a slot's phrase, made live, meets what was rendered ahead? Joins of both kinds are compared.

At every join between two clauses: the step in level (dB) and pitch (semitones) from the last to the first third of a
second of voice, the largest sample within 5 ms of the join (dBFS), and the rest between the two (ms).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from animation.prosody import pitch
from bench.report import spread
from models.store import Store
from speech.text.slots import Template
from speech.types import OUTPUT_RATE, Language, Speech
from speech.voices import VOICES
from speech.voices.rendered import RenderedVoice
from speech.voices.shelf import Shelf

TEMPLATES: tuple[tuple[str, Language, tuple[str, ...]], ...] = (
    ("您的余额是{value}元，请您核对一下，有疑问可以到柜台。", "zh", ("1280", "35.6", "1204500")),
    ("您前面还有{value}位客人，请您先坐一会儿，叫到号我会提醒您。", "zh", ("3", "12", "27")),
    ("请您拿好号码，到{value}号窗口，工作人员会帮您办理。", "zh", ("2", "8", "15")),
    ("好的，{value}，我已经帮您登记了，请您稍等片刻。", "zh", ("王女士", "欧阳先生", "李经理")),
    ("Your balance is {value} yuan, so please check it, and ask at the counter if something is wrong.", "en",
     ("1280", "35.6", "92000")),
    ("Please go to window {value}, and a colleague will help you there.", "en", ("2", "8", "15")),
    ("Thank you, {value}, your visit is registered, and we will call you.", "en", ("Mr. Miller", "Anna", "Ms. Chen")),
)  # fmt: skip
NEAR = OUTPUT_RATE // 3
AT = OUTPUT_RATE // 200
MEASURES = ("level_step_db", "pitch_step_semitones", "peak_at_join_dbfs", "rest_ms")


async def run() -> dict[str, Any]:
    """The keys of `bench seams`: MEASURES for joins with a slot's phrase and for joins between fixed parts."""
    voice = VOICES.load("kokoro", store=Store.default())
    found: dict[str, list[tuple[float, ...]]] = {"slot": [], "ordinary": []}
    with tempfile.TemporaryDirectory() as folder:
        templates = [Template(text, language) for text, language, _ in TEMPLATES]
        shelved = RenderedVoice(voice, Shelf(Path(folder)), templates)
        for template, (_, _, values) in zip(templates, TEMPLATES, strict=True):
            for clause in await shelved.fixed(template.text, template.language):
                await shelved.render(clause)
            for value in values:
                await _measure(shelved, template, value, found)
    return {kind: _spreads(joins) for kind, joins in found.items()}


async def _measure(
    voice: RenderedVoice, template: Template, value: str, found: dict[str, list[tuple[float, ...]]]
) -> None:
    clauses = await voice.cut(template.fill(value=value), language=template.language)
    fixed = {voice.key(clause) for clause in await voice.fixed(template.text, template.language)}
    spoken = [tuple([speech async for speech in voice.speak(clause)]) for clause in clauses]
    known = [voice.key(clause) in fixed for clause in clauses]
    for k in range(len(clauses) - 1):
        kind = "ordinary" if known[k] and known[k + 1] else "slot"
        found[kind].append(_join(spoken[k], spoken[k + 1]))


def _join(before: Sequence[Speech], after: Sequence[Speech]) -> tuple[float, ...]:
    one, two = (np.concatenate([speech.pcm for speech in side]) for side in (before, after))
    end = len(one) - (before[-1].phones[-1].end - before[-1].phones[-1].start) * (before[-1].phones[-1].symbol == "sil")
    start = after[0].phones[0].end if after[0].phones[0].symbol == "sil" else 0
    last, first = one[max(0, end - NEAR) : end], two[start : start + NEAR]
    peak = np.abs(np.concatenate([one[-AT:], two[:AT]]).astype(float)).max()
    return (
        abs(_level(first) - _level(last)),
        _semitones(last, first),
        20 * np.log10(max(peak, 1.0) / 32768),
        (len(one) - end + start) / OUTPUT_RATE * 1000,
    )


def _level(pcm: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(pcm.astype(float) ** 2) + 1e-9))


def _semitones(last: np.ndarray, first: np.ndarray) -> float:
    """NaN where either has no voiced stretch."""
    one, two = pitch(last, [(0, len(last))])[0], pitch(first, [(0, len(first))])[0]
    return abs(two - one) if one and two else np.nan


def _spreads(joins: list[tuple[float, ...]]) -> dict[str, Any]:
    columns = dict(zip(MEASURES, np.array(joins).T, strict=True)) if joins else {}
    return {name: spread(values[np.isfinite(values)]) for name, values in columns.items()}
