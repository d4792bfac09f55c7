"""Cards an operator shows beside her: `shuren.card`. What they say in her name passes the guard; links are theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Link = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9]", max_length=2000)]
Line = Annotated[str, Field(min_length=1, max_length=200)]


class _Card(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    title: Line

    def texts(self) -> Iterator[str]:
        """All that people read on it."""
        yield self.title


class ImageCard(_Card):
    kind: Literal["image"]
    url: Link
    alt: Line
    """What it shows, for those who do not see it."""

    def texts(self) -> Iterator[str]:
        yield from (self.title, self.alt)


class MapCard(_Card):
    kind: Literal["map"]
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    address: Line | None = None

    def texts(self) -> Iterator[str]:
        yield from filter(None, (self.title, self.address))


class ProductCard(_Card):
    kind: Literal["product"]
    price: Line | None = None
    image: Link | None = None
    url: Link | None = None

    def texts(self) -> Iterator[str]:
        yield from filter(None, (self.title, self.price))


class _Items(_Card):
    items: list[Line] = Field(min_length=1, max_length=20)

    def texts(self) -> Iterator[str]:
        yield from (self.title, *self.items)


class ListCard(_Items):
    kind: Literal["list"]


class ChecklistCard(_Items):
    """A list to be ticked off by whoever reads it; nobody is told of the ticks."""

    kind: Literal["checklist"]


class TableCard(_Card):
    kind: Literal["table"]
    columns: list[Line] = Field(min_length=1, max_length=6)
    rows: list[list[Annotated[str, Field(max_length=200)]]] = Field(min_length=1, max_length=30)

    @model_validator(mode="after")
    def _full(self) -> Self:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("each row has a cell for each column")
        return self

    def texts(self) -> Iterator[str]:
        yield from (self.title, *self.columns)
        yield from (cell for row in self.rows for cell in row if cell)


class QrCard(_Card):
    kind: Literal["qr"]
    text: Link
    note: Line | None = None

    def texts(self) -> Iterator[str]:
        yield from filter(None, (self.title, self.note))


class FormField(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    label: Line
    options: list[Line] = Field([], max_length=20)
    """To choose from; empty: it is typed."""


class FormCard(_Card):
    """What the visitor fills in comes back as a message of theirs, like any they type."""

    kind: Literal["form"]
    fields: list[FormField] = Field(min_length=1, max_length=8)

    def texts(self) -> Iterator[str]:
        yield self.title
        for field in self.fields:
            yield from (field.label, *field.options)


Card = Annotated[
    ImageCard | MapCard | ProductCard | ListCard | ChecklistCard | TableCard | QrCard | FormCard,
    Field(discriminator="kind"),
]
