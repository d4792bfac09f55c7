"""Content Credentials (C2PA): a signed statement inside a file that it is generated, and by whom it was published.

    signer = Signer.load(Path("chain.pem"), Path("key.pem"))
    signer.sign(Path("hello.mp4"))

Needs the extra `c2pa`. WAV, MP3, FLAC and MP4 can hold such a statement; Ogg, ADTS and raw PCM cannot. The AIGC label
stays where it is: a signature is made over the labelled file.
"""

from __future__ import annotations

import io
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from avatar.render.aigc import Mark, wav
from models.errors import BackendUnavailable, SigningFailed

MEDIA_TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".flac": "audio/flac", ".mp4": "video/mp4"}
ALGORITHMS = ("es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519")
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"  # IPTC's term for it


class Signer:
    """Signs files in the name of one certificate. Threads may share it."""

    def __init__(self, signer: Any, library: Any) -> None:
        self._signer, self._c2pa = signer, library

    @classmethod
    def load(cls, certificate: Path, key: Path, *, algorithm: str = "es256", timestamps: str = "") -> Signer:
        """`certificate`: PEM, the signing one first, then those above it; `key`: PEM, PKCS #8; `timestamps`: URL of an
        RFC 3161 authority that is asked at every signature, so that it holds when the certificate has expired.

        Signs something at once, so that what is wrong is found now. Raises BackendUnavailable without the extra,
        SigningFailed where certificate, key and algorithm do not belong together or no signature comes about.
        """
        try:
            import c2pa
        except ImportError as error:
            raise BackendUnavailable(
                "Files cannot be signed without the package c2pa-python.", hint='pip install "shuren[c2pa]"'
            ) from error
        try:
            chain, secret = certificate.read_bytes(), key.read_bytes()
        except OSError as error:
            raise SigningFailed(f"{error.filename} cannot be read: {error.strerror}.") from error
        kind = c2pa.C2paSigningAlg[algorithm.upper()]
        try:
            made = c2pa.Signer.from_info(c2pa.C2paSignerInfo(kind, chain, secret, timestamps or None))
        except c2pa.C2paError as error:
            raise SigningFailed(f"{certificate} and {key} cannot sign: {error}.", hint=_HINT) from error
        signer = cls(made, c2pa)
        signer.signed(wav(np.zeros(2400, np.int16), 24_000, Mark()), "audio/wav")
        return signer

    def signs(self, media_type: str) -> bool:
        """Whether a file of that type can hold a signature."""
        return media_type in MEDIA_TYPES.values()

    def signed(self, data: bytes, media_type: str, *, title: str = "") -> bytes:
        """The file with its statement. Raises SigningFailed. Takes some milliseconds, and a request to the time-stamp
        authority where there is one: not for the event loop's thread."""
        out = io.BytesIO()
        try:
            with self._c2pa.Builder(_statement(title)) as builder:
                builder.sign(self._signer, media_type, io.BytesIO(data), out)
        except self._c2pa.C2paError as error:
            raise SigningFailed(f"The file could not be signed: {error}.", hint=_HINT) from error
        return out.getvalue()

    def sign(self, path: Path, media_type: str = "", *, title: str = "") -> None:
        """Sign a file where it lies; by its suffix where no type is given. One that cannot hold it stays as it is."""
        kind = media_type or MEDIA_TYPES.get(path.suffix.lower(), "")
        if not self.signs(kind):
            return
        unfinished = path.with_name(f".{path.name}.signed")
        try:
            unfinished.write_bytes(self.signed(path.read_bytes(), kind, title=title or path.name))
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)


def read_credentials(path: Path, anchors: Path | None = None) -> dict[str, str]:
    """What a file's Content Credentials are worth: `state` is none, unread (the extra is missing), Invalid (changed, or
    wrongly signed), Valid, or Trusted where `anchors` (PEM) are above its certificate; then `by`, `title` and `made`,
    the kind of source it says it comes from."""
    kind = MEDIA_TYPES.get(path.suffix.lower())
    if kind is None:
        return {"state": "none"}
    try:
        import c2pa
    except ImportError:
        return {"state": "unread"}
    trust = {"trust": {"trust_anchors": anchors.read_text("utf-8")}} if anchors else {}
    context = c2pa.Context(settings=c2pa.Settings.from_dict(trust | {"verify": {"verify_trust": bool(anchors)}}))
    try:
        with path.open("rb") as file, c2pa.Reader(kind, file, context=context) as reader:
            state, manifest = reader.get_validation_state(), reader.get_active_manifest() or {}
    except c2pa.C2paError.ManifestNotFound:
        return {"state": "none"}
    except c2pa.C2paError:
        return {"state": "Invalid"}
    assertions = {each["label"]: each["data"] for each in manifest.get("assertions", [])}
    actions = assertions.get("c2pa.actions.v2", {}).get("actions", [{}])
    by = manifest.get("signature_info", {}).get("issuer", "")
    made = actions[0].get("digitalSourceType", "").rpartition("/")[2]
    return {"state": state or "Invalid", "by": by, "title": manifest.get("title", ""), "made": made}


_HINT = "The chain begins with the signing certificate, whose use is digitalSignature and emailProtection (or C2PA's)."


def _statement(title: str) -> dict[str, Any]:
    made = {"action": "c2pa.created", "digitalSourceType": GENERATED}
    return {
        "claim_generator_info": [{"name": "Shuren", "version": version("shuren")}],
        "title": title or "Shuren",
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [made]}}],
    }
