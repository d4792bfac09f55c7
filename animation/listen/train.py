"""Teaching the network: seeded, on one or two cores in minutes, on a GPU where there is one.

`shuren animation train` speaks the corpus (bench/corpus.py) and calls `train`; PyTorch comes with the extra `gpu`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from animation.listen.augment import resized, stretch, varied
from animation.listen.features import BANDS, HALVES, WIDTH, Features
from animation.listen.network import DELAY, Network, loss
from animation.listen.teacher import named, taught
from animation.types import Phone

CROP, BATCH = 128, 32  # frames of a sequence, sequences of a step
WARM_UP = 12  # frames of a crop that are not judged: its beginning was not heard
RATE_TOP, RATE_END = 2.5e-3, 2e-5


class Example(Protocol):
    """Speech whose phones are known: int16 at 24 kHz, phones in samples from its start. `key`: hexadecimal, its own."""

    @property
    def key(self) -> str: ...

    @property
    def pcm(self) -> np.ndarray: ...

    @property
    def phones(self) -> Sequence[Phone]: ...


@dataclass(frozen=True)
class Lessons:
    """Row for row: float16 features [n, WIDTH]; float16 wishes and uint8 phones, DELAY frames earlier."""

    features: np.ndarray
    targets: np.ndarray
    symbols: np.ndarray

    @classmethod
    def joined(cls, parts: Sequence[Lessons]) -> Lessons:
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))


def lessons(
    examples: Sequence[Example], variants: Callable[[Example], int], seed: int, cache: Path | None = None
) -> Lessons:
    """All examples one after the other, plain and in as many variations as `variants` says. What was heard is kept in
    `cache` (a folder); what is wanted of it is made anew, since the teacher may have learned something."""
    others = [example.pcm.astype(np.float64) for example in examples[:40]]
    return Lessons.joined([_lesson(e, k, seed, others, cache) for e in examples for k in range(variants(e) + 1)])


def _lesson(example: Example, k: int, seed: int, others: Sequence[np.ndarray], cache: Path | None) -> Lessons:
    """Variation k of an example, 0 as it is; drawn by the example's own key, whatever else is learned."""
    path = cache and cache / f"{example.key}-{seed}-{k}.npz"
    if path and path.is_file():
        with np.load(path) as kept:
            features, factor = kept["features"], float(kept["factor"])
        spoken, phones = resized(example.pcm, example.phones, factor)
        return _wanted(features, spoken, phones)
    rng = np.random.default_rng([seed, k, int(example.key[:12], 16)])
    factor = stretch(rng) if k else 1.0
    spoken, phones = resized(example.pcm, example.phones, factor)
    features, _, _ = Features().push(varied(spoken, rng, others) if k else spoken)
    features = features.astype(np.float16)
    if path:
        cache.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}.npz")
        np.savez(fresh, features=features, factor=factor)
        os.replace(fresh, path)
    return _wanted(features, spoken, phones)


def _wanted(features: np.ndarray, spoken: np.ndarray, phones: Sequence[Phone]) -> Lessons:
    span = -DELAY, len(features) - DELAY
    return Lessons(features, taught(phones, spoken, *span).astype(np.float16), named(phones, *span))


def train(
    learned: Lessons,
    *,
    steps: int,
    seed: int = 0,
    threads: int = 1,
    start: Path | None = None,
    progress: Callable[[int, float], Any] | None = None,
) -> Network:
    """The trained network, on the CPU, in evaluation mode. `start`: weights (.pt) to go on from."""
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    features, targets = learned.features, learned.targets
    network = Network().to(device)
    network.mean.data = torch.from_numpy(features.mean(axis=0, dtype=np.float64)).float().to(device)
    network.scale.data = torch.from_numpy(1.0 / features.std(axis=0, dtype=np.float64)).float().to(device)
    if start:
        network.load_state_dict(torch.load(start, map_location=device, weights_only=True))
    spread = torch.from_numpy(targets.std(axis=0, dtype=np.float64) + 0.01).float().to(device)
    optimiser = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], RATE_TOP, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE_TOP, steps, pct_start=0.08, final_div_factor=RATE_TOP / 25 / RATE_END
    )
    rng = np.random.default_rng(seed)
    network.train()
    running = 0.0
    for step in range(steps):
        starts = rng.integers(0, len(features) - CROP, BATCH)
        heard, wanted, symbols = (
            np.stack([rows[a : a + CROP] for a in starts]) for rows in (features, targets, learned.symbols)
        )
        heard = torch.from_numpy(_disguised(heard.astype(np.float32), rng).astype(np.float32)).to(device)
        wanted, symbols = (torch.from_numpy(x[:, WARM_UP:]).to(device) for x in (wanted.astype(np.float32), symbols))
        made, names = (x[:, WARM_UP:] for x in network(heard))
        missed = loss(made, names, wanted, symbols.long(), spread)
        optimiser.zero_grad()
        missed.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        running += 0.02 * (missed.item() - running) if step else missed.item()
        if progress:
            progress(step + 1, running)
    return network.cpu().eval()


def _disguised(heard: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Every sequence by somebody else through something else: bands stretched as by a longer or shorter throat (vocal
    tract length perturbation, Jaitly & Hinton 2013), tilted, louder or softer, and in every third a few muffled."""
    rows = heard.reshape(*heard.shape[:2], HALVES, BANDS)
    band = np.arange(BANDS)
    for k, row in enumerate(rows):
        at = np.clip(band * rng.uniform(0.9, 1.1) + rng.uniform(-1.0, 1.0), 0, BANDS - 1.001)
        low = at.astype(int)
        share = (at - low).astype(np.float32)
        warped = row[..., low] * (1 - share) + row[..., low + 1] * share
        tilt = rng.uniform(-0.2, 0.2) * (band / BANDS - 0.5) + rng.uniform(-0.15, 0.15)
        bump = rng.uniform(-0.2, 0.2) * np.exp(-0.5 * ((band - rng.uniform(0, BANDS)) / rng.uniform(2, 8)) ** 2)
        row[:] = warped + tilt + bump
        if k % 3 == 0:
            first = int(rng.integers(0, BANDS - 6))
            row[..., first : first + int(rng.integers(2, 7))] -= rng.uniform(0.2, 1.5)
    return rows.reshape(*heard.shape[:2], WIDTH) + rng.normal(0.0, 0.06, heard.shape).astype(np.float32)
