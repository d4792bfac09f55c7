"""Cards an operator shows beside her: `shuren.card`. What they say in her name passes the guard; links are theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

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


class ListCard(_Card):
    kind: Literal["list"]
    items: list[Line] = Field(min_length=1, max_length=20)

    def texts(self) -> Iterator[str]:
        yield from (self.title, *self.items)


Card = Annotated[ImageCard | MapCard | ProductCard | ListCard, Field(discriminator="kind")]
