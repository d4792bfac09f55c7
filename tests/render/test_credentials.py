"""Content Credentials: files are signed with a real chain, and the library's own reader says what they are worth."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from certificates import Chain, make_chain
from pydantic import ValidationError
from scripted_house import make_app
from typer.testing import CliRunner

from avatar.render.aigc import Mark, read_mark, wav
from avatar.render.credentials import Signer, read_credentials
from avatar.render.movie import write
from models.errors import BackendUnavailable, SigningFailed
from server.audio.encode import encoder
from server.cli.main import app
from server.marking import signer_of
from server.settings import Settings
from speech.types import OUTPUT_RATE

PCM = (6000 * np.sin(np.arange(12_000) / 20)).astype(np.int16)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    return make_chain(tmp_path_factory.mktemp("chain"))


@pytest.fixture(scope="module")
def signer(chain: Chain) -> Signer:
    return Signer.load(chain.certificate, chain.key)


@pytest.mark.parametrize("form", ["wav", "mp3", "flac"])
def test_signed_sound_is_trusted_by_its_authority_and_keeps_its_label(
    tmp_path: Path, chain: Chain, signer: Signer, form: str
) -> None:
    coder, path = encoder(form, Mark("Bank"), signer), tmp_path / f"a.{form}"
    assert coder.push(PCM) == b""  # a signature covers the whole of it
    path.write_bytes(coder.close())
    found = read_credentials(path, chain.root)
    assert (found["state"], found["by"], found["made"]) == ("Trusted", "Sichuan Demo Bank", "trainedAlgorithmicMedia")
    assert read_mark(path)["ContentProducer"] == "Bank"
    with av.open(str(path)) as file:
        assert sum(frame.samples for frame in file.decode(audio=0)) >= len(PCM)


def test_a_signed_film_plays_and_one_that_was_changed_is_found_out(
    tmp_path: Path, chain: Chain, signer: Signer
) -> None:
    path = tmp_path / "film.mp4"
    mark = write(path, [np.full((96, 64, 3), 9 * k, np.uint8) for k in range(10)], PCM, fps=25, signer=signer)
    found = read_credentials(path, chain.root)
    assert (found["state"], found["title"]) == ("Trusted", "film.mp4")
    assert read_mark(path)["ProduceID"] == mark.produce_id and list(tmp_path.iterdir()) == [path]
    with av.open(str(path)) as file:
        assert sum(1 for _ in file.decode(video=0)) == 10
    data = bytearray(path.read_bytes())
    data[data.rindex(b"mdat") + 200] ^= 1
    path.write_bytes(data)
    assert read_credentials(path, chain.root)["state"] == "Invalid"


def test_a_stranger_to_the_reader_is_valid_but_not_trusted(tmp_path: Path, signer: Signer) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(PCM, OUTPUT_RATE, Mark()))
    assert read_credentials(path)["state"] == "none"
    signer.sign(path)
    assert read_credentials(path)["state"] == "Valid"
    shown = json.loads(CliRunner().invoke(app, ["label", str(path), "--json"]).output)
    assert shown["AIGC"]["Label"] == "1" and shown["c2pa"]["state"] == "Valid"
    elsewhere = make_chain(tmp_path, name="Somebody else")
    assert read_credentials(path, elsewhere.root)["state"] == "Valid"


def test_formats_that_cannot_hold_a_signature_stream_as_before(signer: Signer) -> None:
    assert encoder("opus", Mark(), signer).push(np.tile(PCM, 8)) != b"" or not signer.signs("audio/ogg")
    assert encoder("pcm", Mark(), signer).push(PCM) == PCM.tobytes()


def test_what_cannot_sign_is_told_at_the_start(tmp_path: Path, chain: Chain) -> None:
    (tmp_path / "expired").mkdir()
    expired = make_chain(tmp_path / "expired", days=-1)
    with pytest.raises(SigningFailed):
        Signer.load(expired.certificate, expired.key)
    with pytest.raises(SigningFailed):
        Signer.load(chain.certificate, expired.key)  # of another certificate
    with pytest.raises(SigningFailed, match="cannot be read"):
        Signer.load(chain.certificate, tmp_path / "nowhere.pem")
    with pytest.raises(SigningFailed):
        Signer.load(chain.key, chain.key)
    settings = {"certificate": chain.certificate, "key": tmp_path / "nowhere.pem"}
    with pytest.raises(SigningFailed):
        make_app(c2pa=settings)


def test_without_the_extra_the_error_says_what_to_install(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(BackendUnavailable) as error:
        signer_of(Settings(c2pa={"certificate": chain.certificate, "key": chain.key}))
    assert error.value.hint == 'pip install "shuren[c2pa]"'
    assert signer_of(Settings()) is None  # and nobody misses it where nothing is configured


def test_settings_that_cannot_be_right_are_refused(chain: Chain) -> None:
    with pytest.raises(ValidationError, match="belong together"):
        Settings(c2pa={"certificate": chain.certificate})
    with pytest.raises(ValidationError, match="AIGC label"):
        Settings(audio={"producer": "Two Words"})
