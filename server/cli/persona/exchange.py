"""`shuren persona import` and `export`: packs as zip files and as character cards."""

from __future__ import annotations

import json
import shutil
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dialogue.pack import Pack

LARGEST = 64 << 20  # bytes of a file that is imported


def export(
    pack: Annotated[str, typer.Argument(help="The id of a pack, or its folder.")],
    to: Annotated[Path | None, typer.Option(help="A .zip (all of it), .json or .png (a character card).")] = None,
    language: Annotated[str, typer.Option(help="Of a character card: zh or en.")] = "zh",
    image: Annotated[Path | None, typer.Option(exists=True, help="The picture of a .png card.")] = None,
) -> None:
    """Write a pack as one file: ID.zip, or a Character Card v3."""
    from dialogue.archive import export_zip
    from dialogue.cards import png
    from dialogue.cards.export import card_of
    from dialogue.packs import load_pack
    from server.cli.minds import pack_folder
    from server.cli.serve import settings_of

    whole = load_pack(pack_folder(pack, settings_of()))
    to = to or Path(f"{whole.id}.zip")
    if language not in whole.languages or to.suffix not in (".zip", ".json", ".png"):
        raise typer.BadParameter("--language is zh or en, and --to ends in .zip, .json or .png.")
    card = json.dumps(card_of(whole, language), ensure_ascii=False, indent=1).encode()  # type: ignore[arg-type]
    if to.suffix == ".zip":
        export_zip(whole.folder, to)
    elif to.suffix == ".json":
        to.write_bytes(card)
    else:
        to.write_bytes(png.with_card(image.read_bytes() if image else _picture(whole), card))
    typer.echo(str(to))


def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A .zip of a pack, or a character card.")],
    persona: Annotated[str, typer.Option("--id", help="Of a character card; made of its name when omitted.")] = "",
    into: Annotated[Path | None, typer.Option(help="The folder it goes to.")] = None,
    service: Annotated[bool, typer.Option(help="The character keeps no company: it answers and nothing more.")] = False,
    replace: Annotated[bool, typer.Option(help="Put the pack of a .zip in the place of one that is there.")] = False,
) -> None:
    """Take in a pack: a .zip goes to the service's packs, if nothing is wrong with it. A character card (JSON, PNG or
    charx, version 2 or 3) becomes a draft in the current folder, to be filled in."""
    import zipfile

    from models.errors import PackInvalid

    if file.stat().st_size > LARGEST:
        raise PackInvalid(f"{file} is larger than {LARGEST >> 20} MB.")
    data = file.read_bytes()
    if data.startswith(b"PK") and zipfile.is_zipfile(BytesIO(data)) and file.suffix != ".charx":
        _import_pack(data, into, replace)
    else:
        _import_card(data, persona, into or Path(), service)


def _import_pack(data: bytes, into: Path | None, replace: bool) -> None:
    from dialogue.archive import import_zip
    from dialogue.packs import check_pack
    from models.errors import PackInvalid
    from server.cli.persona.check import tell
    from server.cli.serve import settings_of

    into = into or settings_of().personas
    into.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=into, prefix=".import-") as apart:
        unpacked = import_zip(BytesIO(data), Path(apart))
        if mistakes := check_pack(unpacked):
            tell(unpacked, mistakes)
            raise typer.Exit(1)
        home = into / unpacked.name
        if home.exists():
            if not replace:
                raise PackInvalid(f"{home} is there already.", hint="--replace puts the new one in its place.")
            home.rename(Path(apart) / "replaced")
        shutil.move(unpacked, home)
    typer.echo(str(home))


def _import_card(data: bytes, persona: str, into: Path, service: bool) -> None:
    from dialogue.cards.card import read_card
    from dialogue.cards.draft import id_of, write_draft
    from dialogue.packs import check_pack
    from dialogue.starter import checked_id
    from models.errors import PackInvalid
    from server.cli.persona.check import tell

    card = read_card(data)
    folder = into / checked_id(persona or id_of(card))
    try:
        write_draft(card, folder, service=service, today=date.today())
    except FileExistsError:
        raise PackInvalid(f"{folder} is there already.", hint="Choose another --id, or remove it.") from None
    typer.echo(f"{folder}: a draft. No service takes it before nothing is wrong with it:")
    tell(folder, check_pack(folder))


def _picture(pack: Pack) -> bytes:
    """A plain picture that says what it is."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (512, 768), (52, 73, 94))
    draw = ImageDraw.Draw(image)
    for text, height, size in ((pack.names["en"], 340, 56), (pack.label["en"], 420, 26)):
        draw.text((256, height), text, fill="white", font=ImageFont.load_default(size), anchor="mm")
    written = BytesIO()
    image.save(written, "PNG")
    return written.getvalue()
