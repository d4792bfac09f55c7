"""What makes one look differ from another: a handful of parameters, and the looks that are shipped."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.errors import AvatarInvalid


@dataclass(frozen=True)
class Look:
    """Parameters of one avatar.

    targets: MakeHuman shape target -> weight; "{s}" in a name stands for both sides.
    """

    name: str
    title: str
    targets: dict[str, float] = field(default_factory=dict)


LIN = Look(
    name="lin",
    title="Lin, bank teller",
    targets={
        "macrodetails/asian-female-young": 1.0,
        "macrodetails/universal-female-young-averagemuscle-averageweight": 1.0,
    },
)

LOOKS: dict[str, Look] = {look.name: look for look in (LIN,)}


def find(names: list[str]) -> list[Look]:
    """The looks of those names, all when none is given. Raises AvatarInvalid for an unknown one."""
    for name in names:
        if name not in LOOKS:
            raise AvatarInvalid(f"There is no look {name!r}.", hint=f"Known: {', '.join(LOOKS)}")
    return [LOOKS[name] for name in names] or list(LOOKS.values())
