"""The streamer's own face in place of the host's: one camera of a show, what it reads, and who has the face."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from animation.performer.calibration import Calibration
from animation.performer.reading import Order
from models.errors import EventInvalid, SessionBusy, SpeechRefused
from server.studio.performer import Performer

FaceState = Literal["none", "calibrating", "ready", "performing", "lost"]
"""No camera; the face is being learnt; she has her own; the streamer's drives her; it cannot be seen."""
Number = Annotated[float, Field(allow_inf_nan=False)]


class Names(BaseModel):
    """What the scores of all that follows are called. `consent`: the streamer has agreed that the camera is read."""

    model_config = ConfigDict(extra="forbid")

    names: list[Annotated[str, Field(max_length=40)]] = Field(min_length=1, max_length=80)
    consent: Literal[True]


class Picture(BaseModel):
    """One picture's reading: seconds of the camera's clock, a score for each name, the head's 4 × 4 by columns."""

    model_config = ConfigDict(extra="forbid")

    at: Number
    scores: list[Number] = Field(max_length=80)
    matrix: list[Number] = Field(min_length=16, max_length=16)


class ActingFace:
    """`changed` is called when `state` is another one."""

    def __init__(self, performer: Performer, changed: Callable[[], None]) -> None:
        self._performer, self._changed = performer, changed
        self._order: Order | None = None

    @property
    def state(self) -> FaceState:
        if self._order is None:
            return "none"
        drive = self._performer.drive
        if drive.lost(self._performer.media_now) and drive.calibration.ready:
            return "lost"
        if drive.calibration.phase != "done":
            return "calibrating"
        return "performing" if drive.wanted else "ready"

    def enter(self, names: list[str]) -> None:
        """A camera; its streamer's face is learnt first. Raises SessionBusy while there is one."""
        if self._order is not None:
            raise SessionBusy("Another camera has the face.", hint="Switch it off there first.")
        self._order = Order(names)
        self._performer.drive.calibration = Calibration()
        self._changed()

    def read(self, picture: Picture) -> None:
        """Raises EventInvalid."""
        before = self.state
        try:
            if self._order is None:
                raise ValueError("there is no camera")
            reading = self._order.reading(picture.at, picture.scores, picture.matrix)
        except ValueError as error:
            raise EventInvalid(f"This is no reading: {error}") from error
        self._performer.drive.read(reading, self._performer.media_now)
        if self.state != before:
            self._changed()

    def perform(self, on: bool) -> None:
        """Take over, or hand back. Raises SpeechRefused where no face is known yet."""
        if not on:
            return self.hand_back()
        if self._order is None or not self._performer.drive.calibration.ready:
            raise SpeechRefused("No face is known yet.", hint="Switch the camera on and look at it for two seconds.")
        self._performer.drive.want(True)

    def calibrate(self, what: Literal["neutral", "range"]) -> None:
        """Raises SpeechRefused without a camera."""
        if self._order is None:
            raise SpeechRefused("There is no camera.", hint="Switch it on first.")
        self._performer.drive.calibration.begin(what)

    def hand_back(self) -> None:
        """She has her own face again; the camera stays."""
        if self._order is not None:
            self._performer.drive.want(False)
            self._changed()

    def leave(self) -> None:
        """The camera is off."""
        self.hand_back()
        self._order = None
        self._changed()
