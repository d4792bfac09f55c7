"""The network in PyTorch, for training only: 0.35 million weights that look 150 ms ahead.

Features of this and four frames before → a layer → two GRU layers → the wish for the frame DELAY frames ago. Recurrent
rather than convolutional because it is run a frame at a time: its whole past is three rows. While it learns it must
also name the phone, which makes it hear what tells a b from a d; that head is not exported.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from animation.listen.features import SILENT, WIDTH
from animation.listen.teacher import COLUMNS, LEARNED, SYMBOLS

DELAY = 8  # frames; with the frame itself the network hears 150 ms beyond the frame it moves
PAST = 4  # frames heard together with the present one
FRONT, HIDDEN = 128, 160
_WINDOWS = torch.tensor([4.0, 2.5, 1.0, 0.5])  # how much closure, teeth, sibilant and presence matter
_KEPT = torch.tensor([2.0, 1.0, 0.0, 0.0])  # and how much more where they are fully wanted
_NAMES = 0.3


class Network(nn.Module):
    """Features [batch, frames, WIDTH] → [batch, frames, len(COLUMNS)], constraint windows and presence as logits, and
    [batch, frames, len(SYMBOLS)], which phone it is, as logits."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(WIDTH), requires_grad=False)
        self.scale = nn.Parameter(torch.ones(WIDTH), requires_grad=False)
        self.front = nn.Linear((PAST + 1) * WIDTH, FRONT)
        self.first = nn.GRU(FRONT, HIDDEN, batch_first=True)
        self.second = nn.GRU(HIDDEN, HIDDEN, batch_first=True)
        self.out = nn.Linear(HIDDEN, len(COLUMNS))
        self.names = nn.Linear(HIDDEN, len(SYMBOLS))
        self.dropout = nn.Dropout(0.15)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        frames = features.shape[1]
        x = nn.functional.pad(features, (0, 0, PAST, 0), value=SILENT)
        x = (x - self.mean) * self.scale
        x = torch.cat([x[:, k : k + frames] for k in range(PAST + 1)], dim=2)
        x = torch.relu(self.front(x))
        x, _ = self.first(self.dropout(x))
        x, _ = self.second(self.dropout(x))
        return self.out(x), self.names(self.dropout(x))


def rows_of(made: Tensor) -> Tensor:
    """The network's output as targets are: everything 0..1."""
    n = len(LEARNED)
    return torch.cat([made[..., :n].clamp(0.0, 1.0), torch.sigmoid(made[..., n:])], dim=-1)


def loss(made: Tensor, names: Tensor, wanted: Tensor, symbols: Tensor, spread: Tensor) -> Tensor:
    """Squared error of the articulators and of their speed, in units of their spread; cross-entropy of the windows,
    more of it where lips must be wholly shut, and of the phone's name."""
    n = len(LEARNED)
    error = (made[..., :n] - wanted[..., :n]) / spread[:n]
    speed = 4.0 * (error[:, 1:] - error[:, :-1])
    windows = nn.functional.binary_cross_entropy_with_logits(made[..., n:], wanted[..., n:], reduction="none")
    weights = _WINDOWS.to(made.device) * (1.0 + _KEPT.to(made.device) * wanted[..., n:])
    named = nn.functional.cross_entropy(names.flatten(0, 1), symbols.flatten())
    return error.square().mean() + 0.5 * speed.square().mean() + (windows * weights).mean() + _NAMES * named
