"""How well the mouth follows a voice whose phones nobody knows (animation/listen), against the text-driven mouth.

Speech is Kokoro's (bench/corpus.py): held-out sentences by known voices and by held-out voices. The truth is what the
text-driven path makes of the same audio with its exact phones. Every figure is also given for two rivals: a jaw moved
by loudness alone, and phones spread over each stretch of voice by their usual length, as if only the text were known;
and, if asked for, for another network in the same run. People's recordings are judged by bench/recorded.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from animation.coarticulation import Wish, wish
from animation.listen.align import aligned
from animation.listen.augment import noise, plain, reverberated
from animation.listen.ears import BEFORE, Ears
from animation.listen.features import Features
from animation.listen.stream import Listener, Net
from animation.mouth import heard
from animation.rig import Rig
from animation.types import RATE, SAMPLES_PER_FRAME, Phone
from animation.visemes import PART, PARTS, is_silence, poses
from bench.corpus import Spoken, spoken, tasks
from bench.listen_measures import NEAR, Case, arrays, measures, show

Method = Callable[[np.ndarray, Sequence[Phone], int], Wish]


def listened(pcm: np.ndarray, phones: Sequence[Phone], n: int, net: Net | None = None) -> Wish:
    """The ears as a body uses them, with the shipped network or another."""
    ears = Ears(net)
    said, after = ears.hear(pcm, 0), ears.rest()
    lead = -said.first  # rows before frame 0
    rows = [
        np.concatenate([a[lead:], b[BEFORE:]])[:n] for a, b in zip(arrays(said.wish), arrays(after.wish), strict=True)
    ]
    return Wish(*rows)


def raw(pcm: np.ndarray, net: Net) -> np.ndarray:
    """What the network makes of speech before anything is decided: rows [frames, columns], frame 0 at sample 0."""
    padded = np.concatenate([pcm, np.zeros((net.delay + 1) * SAMPLES_PER_FRAME, np.int16)])
    features, memory, rows = Features().push(padded)[0], net.start(), []
    for row in features:
        made, memory = net.step(row, memory)
        rows.append(made.astype(np.float64))
    return np.array(rows)[net.delay :]


def near_phones(phones: Sequence[Phone], constraint: str, n: int) -> list[slice]:
    """Frames in which each such phone's constraint counts as met, of `n`."""
    return [
        slice(max(0, (p.start - NEAR) // SAMPLES_PER_FRAME + 1), min(n, (p.end + NEAR) // SAMPLES_PER_FRAME + 1))
        for p in phones
        if p.end > p.start and poses(p.symbol)[0].constraint == constraint
    ]


def told(pcm: np.ndarray, phones: Sequence[Phone], n: int) -> Wish:
    """The truth: phones with exact times."""
    return wish(heard([p for p in phones if p.end > p.start and not is_silence(p.symbol)], pcm, 0), 0, n)


def spread_out(phones: Sequence[Phone]) -> list[Phone]:
    """The phones without their times: spread over each stretch of voice by their usual length."""
    out: list[Phone] = []
    stretch: list[Phone] = []
    for phone in [*phones, None]:
        if phone is not None and not is_silence(phone.symbol):
            stretch.append(phone)
            continue
        if stretch:
            weights = np.cumsum([0.0] + [1.6 if poses(p.symbol)[0].opens else 1.0 for p in stretch])
            edges = stretch[0].start + weights / weights[-1] * (stretch[-1].end - stretch[0].start)
            ends = zip(stretch, edges, edges[1:], strict=False)
            out += [Phone(p.symbol, int(a), int(b), p.stress, p.tone) for p, a, b in ends]
            stretch = []
        if phone is not None:
            out.append(phone)
    return out


def guessed(pcm: np.ndarray, phones: Sequence[Phone], n: int) -> Wish:
    """As if only the text were known."""
    return told(pcm, spread_out(phones), n)


def text_and_ear(pcm: np.ndarray, phones: Sequence[Phone], n: int, net: Net | None = None) -> Wish:
    """The text known, its phones laid where the ears hear them."""
    return told(pcm, aligned(spread_out(phones), pcm, net), n)


def loudness_only(pcm: np.ndarray, phones: Sequence[Phone], n: int) -> Wish:
    """The jaw by how loud it is, eased over 50 ms: what most avatars do. Scaled to open as far as the truth does."""
    features = Features()
    _, loudness, _ = features.push(np.concatenate([pcm, np.zeros(n * SAMPLES_PER_FRAME - len(pcm) + 400, np.int16)]))
    open_ = np.clip((loudness[:n] - features.level_db + 20.0) / 22.0, 0.0, 1.3)
    open_ = np.convolve(open_, [0.25, 0.5, 0.25], "same")
    parts = np.zeros((n, len(PARTS)))
    parts[:, PART["jawOpen"]] = 0.24 * open_
    still = np.zeros(n)
    return Wish(parts, still, still, still, np.minimum(open_ * 4.0, 1.0))


RIVALS: dict[str, Method] = {"guessed_times": guessed, "loudness_only": loudness_only}


def case(said: Spoken, method: Method, rig: Rig, worsen: Callable[[np.ndarray], np.ndarray] | None = None) -> Case:
    """One utterance by one method, as it is or as `worsen` has it heard."""
    pcm, phones = plain(said.pcm, said.phones)
    n = len(pcm) // SAMPLES_PER_FRAME
    loud = np.sqrt(np.mean(pcm[: n * SAMPLES_PER_FRAME].reshape(n, -1).astype(np.float64) ** 2, axis=1))
    wanted = method(worsen(pcm) if worsen else pcm, phones, n)
    return Case(phones, show(told(pcm, phones, n), rig), show(wanted, rig), loud)


def noisy(pcm: np.ndarray) -> np.ndarray:
    """15 dB above a coloured noise, in a room, 10 dB softer."""
    rng = np.random.default_rng(len(pcm))
    audio = reverberated(pcm / 32_768.0, rng)
    audio += noise(len(audio), rng, []) * np.sqrt(np.mean(audio**2)) * 10 ** (-15 / 20)
    return np.clip(audio * 0.32 * 32_768.0, -32_768, 32_767).astype(np.int16)


CARD = ("closures", "closure_recall", "closure_precision", "teeth_recall", "gap_correlation", "jaw_envelope_r",
        "shapes_rmse", "release_offset_ms", "gap_speed_mm_s_p99", "weight_speed_max", "fast_share")  # fmt: skip


def card(network: Path, *, make: bool = True) -> dict[str, dict[str, Any]]:
    """What a network is shipped with: figures by language, held-out voice (or held-out sentences of known voices) and
    noise."""
    held = list(spoken([t for t in tasks() if t.split != "train"], make=make))
    ours, out = partial(listened, net=Net(network)), {}
    for language, group in sorted({(s.task.language, _group(s)) for s in held}):
        some = [s for s in held if (s.task.language, _group(s)) == (language, group)]
        for condition, worsen in (("clean", None), ("noise", noisy)):
            found = measures([case(s, ours, Rig.generic(), worsen) for s in some])
            out[f"{language}/{group}/{condition}"] = {name: found[name] for name in CARD}
    return out


def _group(said: Spoken) -> str:
    return said.task.voice if said.task.split == "voice" else "new sentences"


def cost(said: Sequence[Spoken], net: Net) -> dict[str, Any]:
    """Seconds of one thread for a second of audio, pushed in 20 ms pieces, and what is waited for."""
    listener = Listener(0, net)
    pcm = np.concatenate([s.pcm for s in said])[: 30 * RATE]
    start = time.thread_time()
    for at in range(0, len(pcm), RATE // 50):
        listener.push(pcm[at : at + RATE // 50])
    spent = time.thread_time() - start
    look = (listener.net.delay + 1) * SAMPLES_PER_FRAME / RATE * 1000
    return {"cpu_per_second": round(spent / (len(pcm) / RATE), 4), "look_ahead_ms": look}


def run(
    rig: Rig | None = None,
    *,
    network: Path | None = None,
    against: Path | None = None,
    recordings: Path | None = None,
    make: bool = True,
) -> dict[str, Any]:
    """Every method on every kind of held-out speech. `network`: an .onnx file instead of the shipped one. `against`:
    another to compare it with. `recordings`: a folder of people's voices (bench/recorded.py)."""
    rig, net = rig or Rig.generic(), Net(network) if network else Net.shipped()
    ears: dict[str, Method] = {"listen": partial(listened, net=net)}
    if against:
        ears["against"] = partial(listened, net=Net(against))
    methods = {"told": told, **ears, "text_and_ear": partial(text_and_ear, net=net)} | RIVALS
    held = list(spoken([t for t in tasks() if t.split != "train"], make=make))
    out: dict[str, Any] = {"rig": rig.name, **cost(held, net)}
    for split, kind in (("text", "new_sentences"), ("voice", "new_voices")):
        for language in ("zh", "en"):
            some = [s for s in held if s.task.split == split and s.task.language == language]
            if not some:
                continue
            found = {name: measures([case(s, method, rig) for s in some]) for name, method in methods.items()}
            for name, method in ears.items():
                found[f"{name}_in_noise"] = measures([case(s, method, rig, noisy) for s in some])
            out[f"{kind}_{language}"] = {"utterances": len(some)} | found
    if recordings:
        from bench.recorded import judged

        out["recordings"] = judged(recordings, methods, rig)
    return out
