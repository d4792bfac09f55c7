"""Pictures and documents over the wire: taken when they are asked for, made safe, refused with a reason otherwise."""

from __future__ import annotations

import base64
import io
import zlib

import pytest
from fakes import ScriptedMind
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from test_with_session import ANSWER, over_the_wire

from dialogue.attachments import Attachments
from dialogue.flows.types import Flow, Progress, Slot
from models.errors import FileInvalid
from server.realtime import files

LABEL = {"zh": "照片", "en": "picture"}
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def _url(content: bytes, kind: str = "image/jpeg") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _picture(width: int = 64, height: int = 48, form: str = "JPEG", **more) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(written, form, **more)
    return written.getvalue()


def _asking(kind: str = "photo") -> ScriptedMind:
    """A mind whose procedure waits for a file."""
    slot = Slot("photo", kind, LABEL, LABEL)
    flow = Flow("fault", LABEL, {}, {}, {"photo": slot}, ())
    mind = ScriptedMind(ANSWER)
    mind.files = Attachments(lambda: Progress(flow, "run", waits="slot", slot="photo"))
    return mind


def _sent(part: dict) -> dict:
    return {"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": [part]}}


def _image(content: bytes) -> dict:
    return _sent({"type": "input_image", "image_url": _url(content)})


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Virtual time waits for no thread."""

    async def at_once(work, *given):
        return work(*given)

    monkeypatch.setattr("asyncio.to_thread", at_once)


OFFER = {"type": "session.update", "session": {"type": "realtime", "shuren": {"files": True}}}


def test_a_client_that_can_send_files_is_shown_what_is_asked_for_and_what_it_sends_answers_her() -> None:
    mind = _asking()

    async def script(socket, house) -> None:
        socket.send(OFFER)
        assert (await socket.until("session.updated"))[-1]["session"]["shuren"]["files"] is True
        socket.send({"type": "conversation.item.create", "item": {
            "type": "message", "role": "user", "content": [{"type": "input_text", "text": "我要报修"}]}})  # fmt: skip
        socket.send({"type": "response.create"})
        card = (await socket.until("shuren.card"))[-1]["card"]
        assert card["kind"] == "file" and card["wants"] == "photo" and card["title_en"] == "picture"
        assert 700_000 < card["most_bytes"] < 1 << 20
        socket.send(_image(_picture()))
        item = (await socket.until("conversation.item.done"))[-1]["item"]
        assert item["content"][0]["text"] == "📎1.jpg"
        socket.send({"type": "response.create"})
        await socket.until("response.done")
        assert mind.asked == ["我要报修", "📎1.jpg"]

    over_the_wire(script, mind=mind)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (_image(b"no picture at all"), "file_invalid"),
        (_sent({"type": "input_image", "image_url": "https://elsewhere.example/a.jpg"}), "file_invalid"),
        (_sent({"type": "input_image"}), "file_invalid"),
        (_sent({"type": "input_file", "file_data": _url(PDF, "application/pdf")}), "file_not_asked"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_the_talk_goes_on(event: dict, code: str) -> None:
    async def script(socket, house) -> None:
        socket.send(OFFER)
        socket.send(event)
        assert (await socket.until("error"))[-1]["error"]["code"] == code
        socket.send(_image(_picture()))
        await socket.until("conversation.item.done")

    over_the_wire(script, mind=_asking())


def test_a_client_that_did_not_offer_files_can_send_none() -> None:
    async def script(socket, house) -> None:
        socket.send(_image(_picture()))
        assert (await socket.until("error"))[-1]["error"]["code"] == "file_not_asked"

    over_the_wire(script, mind=_asking())


# --- what goes on of a file -------------------------------------------------------------------------------------------


def test_where_and_with_what_a_picture_was_taken_does_not_go_on() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a maker of phones"
    exif.get_ifd(0x8825)[2] = (30.0, 39.0, 0.0)  # latitude
    raw = _picture(exif=exif, comment=b"home")
    assert b"a maker of phones" in raw
    file = files.photo(_url(raw))
    assert file.media_type == "image/jpeg" and b"maker" not in file.content and b"home" not in file.content
    with Image.open(io.BytesIO(file.content)) as picture:
        assert not picture.getexif() and picture.size == (64, 48)


def test_a_picture_is_upright_and_no_larger_than_needed() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    with Image.open(io.BytesIO(files.photo(_url(_picture(3000, 1000, exif=exif))).content)) as picture:
        assert picture.size == (683, 2048)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_pictures_of_phones_and_screens_are_read(form: str) -> None:
    assert files.photo(_url(_picture(form=form), "image/whatever")).content[:2] == b"\xff\xd8"


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = (30_000).to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    rows = zlib.compress(b"\0" * 1000)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    with pytest.raises(FileInvalid):
        files.photo(_url(bomb, "image/png"))


STARTS = (b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF....WEBP", b"%PDF-")


@given(st.binary(max_size=200), st.sampled_from(STARTS))
def test_no_bytes_break_it(content: bytes, start: bytes) -> None:
    for read, kind in ((files.photo, "image/png"), (files.document, "application/pdf")):
        try:
            file = read(_url(start + content, kind))
        except FileInvalid:
            continue
        assert file.content


def test_only_a_whole_pdf_is_a_document() -> None:
    assert files.document(_url(PDF, "application/pdf")).content == PDF
    for other in (PDF[:-7], b"<html>" + PDF, b""):
        with pytest.raises(FileInvalid):
            files.document(_url(other, "application/pdf"))
