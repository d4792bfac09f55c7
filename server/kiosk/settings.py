"""How kiosks behave."""

from __future__ import annotations

from pydantic import BaseModel, Field, field_validator


class Kiosk(BaseModel):
    """Full-screen pages at `/kiosk` (docs/kiosk.md)."""

    presence: bool = False
    """The page looks through the device's camera whether somebody is there. Pictures stay on the device."""

    wake_on_presence: bool = True
    """Whoever looks at her for a moment is greeted; else only a touch wakes her. Needs `presence`."""

    idle_s: int = Field(45, ge=2, le=3600)
    """With nobody touching, speaking or being spoken to for so long, she asks whether somebody is still there."""

    farewell_s: int = Field(15, ge=2, le=120)
    """How long she waits for an answer before everything of the visitor is forgotten."""

    hours: dict[str, str] = {}
    """When it is open, by the device's clock, on `mon` to `sun` or `daily`: `{"daily": "08:30-17:30", "mon": ""}`; an
    empty one is a day off. None at all: always."""

    follow_noise: bool = True
    """Speaks louder where it is loud. Measured while the microphone is on, on the device."""

    print: bool = False
    """Cards may be printed by the browser; `shuren-print` is told in any case."""

    url: str = ""
    """Where phones reach this service, for what is handed to them by QR code. Empty: as the kiosk reaches it."""

    fleet: list[str] = []
    """The kiosks there are. Then no others are heard, and one that is not heard is told as missing. Empty: any."""

    @field_validator("hours")
    @classmethod
    def _hours(cls, given: dict[str, str]) -> dict[str, str]:
        from server.kiosk.hours import checked

        return checked(given)
