"""T1 to T16 on every avatar, what another engine does with the same sounds, and whether a face tracker reads the faces.

A figure is reported with its target and whether it is met; nothing is left out because it is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from animation.mood import MOODS
from animation.rig import Rig
from bench.lipsync import articulation, closure, reading, repeats, rival, smoothness, timing, voicing
from bench.lipsync.mesh import MeshLips
from bench.lipsync.sentences import SENTENCES
from bench.lipsync.takes import SPEEDS, Take, body, perform, takes
from bench.report import spread
from models.errors import AvatarInvalid, BackendUnavailable, ModelMissing

TARGETS: dict[str, tuple[str, float, float]] = {  # figure → (test, least, most)
    "closure_rate": ("T1", 1.0, 1.0),
    "closure_rate_30_fps": ("T2", 1.0, 1.0),
    "closure_ms_median": ("T2", 45.0, 140.0),
    "release_ms_median": ("T3", -15.0, 15.0),
    "release_ms_p95": ("T3", 0.0, 35.0),
    "labiodental_within_1_mm": ("T4", 0.95, 1.0),
    "sibilant_jaw_share_p95": ("T5", 0.0, 0.25),
    "round_to_spread_width": ("T6", 0.0, 0.75),
    "rounding_lead_ms_median": ("T6", 80.0, 150.0),
    "envelope_r": ("T7", 0.5, 1.0),
    "envelope_lead_ms": ("T7", 0.0, 60.0),
    "mouth_hz": ("T8", 3.0, 5.0),
    "head_hz": ("T8", 1.0, 2.0),
    "loudness_rho": ("T9", 0.8, 1.0),
    "opening_misalignment_ms": ("T10", 0.0, 25.0),
    "weight_speed_max": ("T11", 0.0, 12.0),
    "blink_speed_max": ("T11", 0.0, 25.0),
    "lip_gap_speed_max": ("T11", 0.0, 300.0),
    "jump_max": ("T11", 0.0, 0.2),
    "energy_above_12_hz": ("T11", 0.0, 0.01),
    "violations": ("T12", 0.0, 0.0),
    "chunk_mismatch": ("T14", 0.0, 0.0),
    "viseme_accuracy": ("T15", 0.85, 1.0),
    "real_time_factor": ("T16", 0.0, 0.01),
    "replay_differs": ("T16", 0.0, 0.0),
}  # fmt: skip
LOOKS_STEPS = 5  # pictures of each shape, from nothing to all
NOT_HERE = {"T13": "audio against video at the client: measured in the browser, tests/web"}


def built(names: Sequence[str] | None = None) -> dict[str, Path]:
    """name → folder of avatars that are built, or of those named. Raises AvatarInvalid for one that is not built."""
    from models.store import Store

    home = Store.default().home / "avatars"
    found = {path.parent.name: path.parent for path in sorted(home.glob("*/avatar.glb"))}
    missing = [name for name in names or () if name not in found]
    if missing:
        raise AvatarInvalid(f"Not built: {', '.join(missing)}.", hint="shuren avatar build")
    return {name: found[name] for name in names} if names else found


def run(
    avatars: dict[str, Path] | None = None, *, speeds: Sequence[float] = SPEEDS, every: int = 1, voice: bool = False,
    looks: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """`{sentences, rigs: {name: figures}, missed, not_measured, voice, looks, rivals}`.

    avatars: name → folder of a built avatar; an ordinary head by its linear rig alone is measured too. every: take only
    every so many sentences. voice: speak some of them with Kokoro, whose weights must be there. looks: draw the avatars
    and show them to a face tracker.
    """
    rigs: dict[str, tuple[Rig, MeshLips | None]] = {"generic": (Rig.generic(), None)}
    for name, folder in (avatars or {}).items():
        rigs[name] = _built(folder)
    out: dict[str, Any] = {"sentences": sum(len(s[::every]) for s in SENTENCES.values()), "rigs": {}}
    for name, (rig, mesh) in rigs.items():
        out["rigs"][name] = measured(rig, mesh, speeds=speeds, every=every)
    rig, mesh = rigs[next(reversed(rigs))]
    seen = closed_loop(list(avatars or {})) if looks else {}
    return out | {
        "missed": missed(out["rigs"]) + misread(seen),
        "not_measured": NOT_HERE,
        "voice": {rig.name: asyncio.run(with_voice(rig, mesh, every))} if voice else {},
        "looks": seen,
        "rivals": compared(rig, mesh, speeds=speeds, every=every),
    }


def closed_loop(avatars: Sequence[str]) -> dict[str, Any]:
    """`bench.looks.run` on built avatars by name, or `{note}` where there is no tracker or nothing to draw with."""
    from bench.looks import run as show_to_tracker

    if not avatars:
        return {"note": "No avatar is built: `shuren avatar build`."}
    try:
        return show_to_tracker(avatars, steps=LOOKS_STEPS)
    except (BackendUnavailable, ModelMissing) as problem:
        return {"note": f"Faces are not shown to a tracker. {problem.message} {problem.hint}".rstrip()}


def _built(folder: Path) -> tuple[Rig, MeshLips]:
    from avatar.inspect.load import load_rig

    return load_rig(folder), MeshLips.of(folder / "avatar.glb")


def measured(
    rig: Rig, mesh: MeshLips | None = None, *, speeds: Sequence[float] = SPEEDS, every: int = 1
) -> dict[str, Any]:
    """All figures of one avatar: moods and speeds mixed for what must hold always, plain speech for the rest."""
    mixed = takes(rig, speeds=speeds, mesh=mesh, every=every)
    moody = mixed[::7]
    every_mood = [
        perform(t.said, rig, mood=mood, seed=k, language=t.language, speed=t.speed, mesh=mesh)
        for k, t in enumerate(moody) for mood in MOODS
    ]  # fmt: skip
    plain = takes(rig, speeds=(1.0,), moods=("neutral",), mesh=mesh, every=every)
    said = [t.said for t in plain]
    figures = speech(mixed + every_mood, plain) | {
        "viseme_accuracy": min(accuracies(plain).values()),
        "viseme_accuracy_by_language": accuracies(plain),
        "chunk_mismatch": repeats.chunk_mismatch(said[:: max(len(said) // 12, 1)], rig),
        "replay_differs": int(repeats.digest(plain[:10]) != repeats.digest([_again(t) for t in plain[:10]])),
        "head_hz": voicing.head_hz(rig, said[::4]),
        "frames_sha256": repeats.digest(mixed),
        "real_time_factor": repeats.real_time_factor(said[::8], lambda one: body(one, rig, "neutral", 0)),
    }
    texts = {language: list(some[:: 8 * every]) for language, some in SENTENCES.items()}
    rho, rises, per_6_db = voicing.loudness_slope(rig, texts)
    figures |= {"loudness_rho": rho, "loudness_rises": rises, "lip_gap_mm_per_6_db": per_6_db}
    return _rounded(figures)


def _again(take: Take) -> Take:
    return perform(take.said, take.rig, mood=take.mood, seed=take.seed, language=take.language, mesh=take.mesh)


async def with_voice(rig: Rig, mesh: MeshLips | None, every: int = 1) -> dict[str, Any]:
    """What needs real speech: bursts, envelope and openings of every eighth sentence, spoken by Kokoro."""
    from bench.lipsync.said import spoken
    from models.store import Store
    from speech.voices import VOICES

    voice = VOICES.load("kokoro", store=Store.default())
    made = []
    try:
        for language, some in SENTENCES.items():
            for k, text in enumerate(some[:: 8 * every]):
                said = await spoken(voice, text, language)
                made.append(perform(said, rig, seed=k, language=language, mesh=mesh))
    finally:
        await voice.aclose()
    return _rounded(speech(made, made))


def accuracies(plain: list[Take]) -> dict[str, float]:
    """By language: every other sentence is the key to the rest."""
    out = {}
    for language in sorted({t.language for t in plain}):
        mine = [t for t in plain if t.language == language]
        out[language] = reading.viseme_accuracy(mine[::2], mine[1::2])
    return out


def speech(mixed: list[Take], plain: list[Take]) -> dict[str, Any]:
    """Figures that can be had from the takes of any engine."""
    shut = np.concatenate([closure.closures(t) for t in mixed])
    linear = np.concatenate([closure.closures(_linear(t)) for t in mixed]) if mixed[0].mesh else shut
    shown = np.concatenate([closure.touched(t) for t in mixed])
    lasting = np.concatenate([closure.durations_ms(t) for t in mixed])
    offsets = np.concatenate([timing.release_offsets(t) for t in mixed])
    teeth = np.concatenate([articulation.teeth_distances(t) for t in mixed])
    jaws = np.concatenate([articulation.sibilant_jaws(t) for t in mixed]) / articulation.open_jaw(plain)
    rounds = np.concatenate([articulation.vowel_widths(t, ("u", "v", "UW")) for t in plain])
    spreads = np.concatenate([articulation.vowel_widths(t, ("i", "IY")) for t in plain])
    leads = np.concatenate([articulation.rounding_leads(t) for t in plain])
    together = np.array([voicing.envelope_correlation(t) for t in plain])
    aligned = np.abs(np.concatenate([timing.opening_misalignment(t) for t in plain]))
    moved = [smoothness.weight_speed(t.frames) for t in mixed]
    mouth = np.concatenate([smoothness.mouth_speed(t.frames) for t in mixed])
    gaps = np.concatenate([timing.gap_speed(t) for t in mixed])
    broken: dict[str, int] = {}
    for take in mixed:
        for rule, count in smoothness.violations(take).items():
            broken[rule] = broken.get(rule, 0) + count
    return {
        "utterances": len(mixed),
        "bilabials": len(shut),
        "closure_rate": float(shut.mean()),
        "closures_missed": [line for t in mixed for line in closure.missed(t)],
        "closure_rate_linear": float(linear.mean()),
        "closure_rate_30_fps": float(shown.mean()),
        "closure_ms": spread(lasting),
        "closure_ms_median": float(np.median(lasting)) if len(lasting) else float("nan"),
        "release_ms_median": float(np.median(offsets)) if len(offsets) else float("nan"),
        "release_ms_p95": float(np.percentile(np.abs(offsets), 95)) if len(offsets) else float("nan"),
        "labiodentals": len(teeth),
        "labiodental_within_1_mm": float((teeth <= 1.0).mean()),
        "labiodental_mm": spread(teeth),
        "sibilant_jaw_share_median": float(np.median(jaws)),
        "sibilant_jaw_share_p95": float(np.percentile(jaws, 95)),
        "round_to_spread_width": float(np.median(rounds) / np.median(spreads)),
        "rounding_lead_ms_median": float(np.median(leads)) if len(leads) else float("nan"),
        "rounding_lead_ms": spread(leads),
        "envelope_r": float(np.median(together[:, 0])),
        "envelope_lead_ms": float(np.median(together[:, 1])),
        "mouth_hz": voicing.peak_hz([t.gap for t in plain]),
        "opening_misalignment_ms": float(aligned.mean()),
        "mouth_speed_max": float(mouth.max()),
        "weight_speed_max": float(max(other.max() for other, _ in moved)),
        "blink_speed_max": float(max(blink.max() for _, blink in moved)),
        "lip_gap_speed_max": float(gaps.max()),
        "lip_gap_speed_mm_s": spread(gaps),
        "jump_max": float(max(other.max() for other, _ in moved)) / 60.0,
        "rms_jerk": float(np.median([smoothness.rms_jerk(t.frames) for t in plain])),
        "energy_above_12_hz": smoothness.fast_energy(plain),
        "violations": sum(broken.values()),
        "violations_by_rule": broken,
    }


def _linear(take: Take) -> Take:
    return Take(take.said, take.frames, take.rig, take.language, take.speed, take.mood, take.seed)


def compared(rig: Rig, mesh: MeshLips | None, *, speeds: Sequence[float], every: int) -> dict[str, Any]:
    """OpenFaceFX and Shuren in English, neutral, same phones, same rig, same measures; ratios are theirs by ours."""
    if rival.package() is None:
        return {"note": 'OpenFaceFX is not installed; `pip install -e ".[bench]"` adds the comparison.'}

    def figures(player: Any) -> dict[str, Any]:
        settings = {"moods": ("neutral",), "languages": ("en",), "mesh": mesh, "every": every, "player": player}
        plain = takes(rig, speeds=(1.0,), **settings)
        mixed = takes(rig, speeds=speeds, **settings)
        said = [t.said for t in plain[::8]]
        return speech(mixed, plain) | {
            "viseme_accuracy": accuracies(plain)["en"],
            "real_time_factor": repeats.real_time_factor(said, lambda one: player(one, rig, "neutral", 0)),
        }

    ours = figures(body)
    out: dict[str, Any] = {"rig": rig.name, "version": rival.VERSION, "shuren": _rounded(ours)}
    for name, jali in zip(rival.NAMES, (False, True), strict=True):
        theirs = figures(rival.player(jali=jali))
        out[name] = _rounded(theirs)
        out[f"{name}_by_shuren"] = _rounded({key: theirs[key] / ours[key] for key in _RATIOS if ours[key]})
    return out


_RATIOS = (
    "closure_rate", "labiodental_within_1_mm", "mouth_speed_max", "lip_gap_speed_max", "rms_jerk", "viseme_accuracy",
    "opening_misalignment_ms", "envelope_r", "real_time_factor",
)  # fmt: skip


def missed(rigs: dict[str, dict[str, Any]]) -> list[str]:
    """A sentence for each target that is not met."""
    out = []
    for name, figures in rigs.items():
        for key, (test, least, most) in TARGETS.items():
            value = figures.get(key)
            if value is not None and not least - 1e-9 <= value <= most + 1e-9:
                out.append(f"{test} {name}: {key} is {value:g}, wanted {least:g} to {most:g}")
    return out


def misread(seen: dict[str, Any]) -> list[str]:
    """A sentence for each shape of an avatar that the tracker reads otherwise than it was set."""
    return [f"looks {name}: read with r {r:g}, wanted 0.9 to 1" for name, r in seen.get("below_0.9", {}).items()]


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        key: round(value, 4) if isinstance(value, float) else _rounded(value) if isinstance(value, dict) else value
        for key, value in figures.items()
    }
