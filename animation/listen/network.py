"""The network in PyTorch, for training only: 0.2 million weights that look 150 ms ahead.

Features of this and the last frame → a layer → two GRU layers → the wish for the frame DELAY frames ago. Recurrent
rather than convolutional because it is run a frame at a time: its whole past is two vectors.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from animation.listen.features import WIDTH
from animation.listen.teacher import COLUMNS, LEARNED

DELAY = 8  # frames; with the frame itself the network hears 150 ms beyond the frame it moves
FRONT, HIDDEN = 96, 128


class Network(nn.Module):
    """Features [batch, frames, WIDTH] → [batch, frames, len(COLUMNS)], constraint windows and presence as logits."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(WIDTH), requires_grad=False)
        self.scale = nn.Parameter(torch.ones(WIDTH), requires_grad=False)
        self.front = nn.Linear(2 * WIDTH, FRONT)
        self.first = nn.GRU(FRONT, HIDDEN, batch_first=True)
        self.second = nn.GRU(HIDDEN, HIDDEN, batch_first=True)
        self.out = nn.Linear(HIDDEN, len(COLUMNS))
        self.dropout = nn.Dropout(0.2)

    def forward(self, features: Tensor) -> Tensor:
        x = (features - self.mean) * self.scale
        x = torch.cat([nn.functional.pad(x, (0, 0, 1, 0))[:, :-1], x], dim=2)
        x = torch.relu(self.front(x))
        x, _ = self.first(self.dropout(x))
        x, _ = self.second(self.dropout(x))
        return self.out(x)


def rows_of(made: Tensor) -> Tensor:
    """The network's output as targets are: everything 0..1."""
    n = len(LEARNED)
    return torch.cat([made[..., :n].clamp(0.0, 1.0), torch.sigmoid(made[..., n:])], dim=-1)


def loss(made: Tensor, wanted: Tensor, spread: Tensor) -> Tensor:
    """Squared error of the articulators and of their speed, in units of their spread; cross-entropy of the windows."""
    n = len(LEARNED)
    error = (made[..., :n] - wanted[..., :n]) / spread[:n]
    speed = 4.0 * (error[:, 1:] - error[:, :-1])
    windows = nn.functional.binary_cross_entropy_with_logits(made[..., n:], wanted[..., n:], reduction="none")
    weights = torch.tensor([3.0, 2.0, 1.0, 0.5])
    return error.square().mean() + 0.5 * speed.square().mean() + (windows * weights).mean()
