"""Teaching the network: seeded, on one or two cores in minutes, on a GPU where there is one.

`shuren animation train` speaks the corpus (bench/corpus.py) and calls `train`; PyTorch comes with the extra `gpu`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import torch

from animation.listen.augment import plain, varied
from animation.listen.features import BANDS, HALVES, WIDTH, Features
from animation.listen.network import DELAY, Network, loss
from animation.listen.teacher import taught
from animation.types import Phone

CROP, BATCH = 160, 32  # frames of a sequence, sequences of a step
WARM_UP = 12  # frames of a crop that are not judged: its beginning was not heard
RATE_TOP, RATE_END = 2.5e-3, 2e-5


class Example(Protocol):
    """Speech whose phones are known: int16 at 24 kHz, phones in samples from its start."""

    @property
    def pcm(self) -> np.ndarray: ...

    @property
    def phones(self) -> Sequence[Phone]: ...


def lesson(heard: np.ndarray, spoken: np.ndarray, phones: Sequence[Phone]) -> tuple[np.ndarray, np.ndarray]:
    """Features [n, WIDTH] of what is heard and, row for row, what is wanted DELAY frames before it."""
    features, _, _ = Features().push(heard)
    return features, taught(phones, spoken, -DELAY, len(features) - DELAY)


def lessons(examples: Sequence[Example], variants: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """All examples one after the other, plain and in `variants` variations: features and targets, float16."""
    rng = np.random.default_rng(seed)
    others = [example.pcm.astype(np.float64) for example in examples[:40]]
    heard, wanted = [], []
    for k in range(variants + 1):
        for example in examples:
            if k == 0:
                spoken, phones = plain(example.pcm, example.phones)
                mic = spoken
            else:
                mic, phones, spoken = varied(example.pcm, example.phones, rng, others)
            features, targets = lesson(mic, spoken, phones)
            heard.append(features.astype(np.float16))
            wanted.append(targets.astype(np.float16))
    return np.concatenate(heard), np.concatenate(wanted)


def train(
    features: np.ndarray,
    targets: np.ndarray,
    *,
    steps: int,
    seed: int = 0,
    threads: int = 1,
    progress: Callable[[int, float], Any] | None = None,
) -> Network:
    """The trained network, on the CPU, in evaluation mode."""
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = Network().to(device)
    network.mean.data = torch.from_numpy(features.mean(axis=0, dtype=np.float64)).float().to(device)
    network.scale.data = torch.from_numpy(1.0 / features.std(axis=0, dtype=np.float64)).float().to(device)
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
        heard = np.stack([features[a : a + CROP] for a in starts]).astype(np.float32)
        wanted = np.stack([targets[a : a + CROP] for a in starts]).astype(np.float32)
        heard = torch.from_numpy(_disguised(heard, rng).astype(np.float32)).to(device)
        made = network(heard)[:, WARM_UP:]
        missed = loss(made, torch.from_numpy(wanted).to(device)[:, WARM_UP:], spread)
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
