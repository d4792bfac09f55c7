"""What the settings say of files that leave the house: whose label they bear, and whose signature."""

from __future__ import annotations

from avatar.render.aigc import Mark
from avatar.render.credentials import Signer
from server.settings import Settings


def mark_of(settings: Settings) -> Mark:
    """The implicit label of one file, with an id of its own."""
    return Mark(settings.audio.producer)


def signer_of(settings: Settings) -> Signer | None:
    """None where no certificate is configured. Raises BackendUnavailable, SigningFailed."""
    chosen = settings.c2pa
    if chosen.certificate is None or chosen.key is None:
        return None
    where = {"algorithm": chosen.algorithm, "timestamps": chosen.timestamps}
    return Signer.load(chosen.certificate.expanduser(), chosen.key.expanduser(), **where)
