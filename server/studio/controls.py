"""What an operator may do in a show: the same over REST and over the desk's WebSocket."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dialogue.feelings import MOODS
from dialogue.gestures import GESTURES

Spoken = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"\S", max_length=600)]
CommentId = Annotated[str, Field(max_length=40)]


class _Control(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Start(_Control):
    """Begin, or go on after a pause."""

    do: Literal["start"]


class Pause(_Control):
    """Stop at the end of the sentence; answers stop, too."""

    do: Literal["pause"]


class Heartbeat(_Control):
    """Somebody is at the desk."""

    do: Literal["heartbeat"]


class Skip(_Control):
    do: Literal["skip"]
    what: Literal["line", "part"] = "line"


class Go(_Control):
    do: Literal["go"]
    part: int = Field(ge=1)
    """From 1."""


class Approve(_Control):
    """Have a comment answered."""

    do: Literal["approve"]
    comment: CommentId


class Drop(_Control):
    do: Literal["drop"]
    comment: CommentId


class Pin(_Control):
    """Keep a comment at the head of those that wait, or let it go."""

    do: Literal["pin"]
    comment: CommentId
    on: bool = True


class Show(_Control):
    """Show a product's card now and keep it; null: the rundown shows what is spoken of."""

    do: Literal["product"]
    sku: str | None = Field(max_length=80)


class SayNow(_Control):
    """Words of the operator: `now` cuts her off, `next` comes at the end of the sentence."""

    do: Literal["say"]
    text: Spoken
    when: Literal["now", "next"] = "next"
    mood: Literal[MOODS] | None = None
    gesture: Literal[GESTURES] | None = None
    about: str = Field("", max_length=80)
    """Sku of the product whose price is in it."""


class Mood(_Control):
    do: Literal["mood"]
    mood: Literal[MOODS] | None
    intensity: float = Field(1.0, ge=0, le=1)


class Gesture(_Control):
    do: Literal["gesture"]
    gesture: Literal[GESTURES]


class Answering(_Control):
    """Whether questions are answered that nobody has approved."""

    do: Literal["answering"]
    alone: bool


class Perform(_Control):
    """The streamer's own face in place of hers, or hers again. Wants a camera at `…/perform` to begin."""

    do: Literal["perform"]
    on: bool


class Calibrate(_Control):
    """Learn the streamer's resting face, or how far it goes, from the pictures that come now."""

    do: Literal["calibrate"]
    what: Literal["neutral", "range"]


class End(_Control):
    """Say the closing words, then end."""

    do: Literal["end"]


class Kill(_Control):
    """Silence at once; the show is over."""

    do: Literal["kill"]


Control = Annotated[
    Start
    | Pause
    | Heartbeat
    | Skip
    | Go
    | Approve
    | Drop
    | Pin
    | Show
    | SayNow
    | Mood
    | Gesture
    | Answering
    | Perform
    | Calibrate
    | End
    | Kill,
    Field(discriminator="do"),
]
