"""A person's recorded consent to have their voice cloned. Without it no cloned voice is loaded.

The record is a JSON file beside the reference recording:

    {"who": "王芳", "when": "2026-11-01", "purpose": "网点数字人柜员的语音播报", "until": "2027-10-31",
     "evidence": "sha256 of the signed authorisation", "audio_sha256": "sha256 of the reference recording"}

`until` and `withdrawn` (dates) are optional; `evidence` is the hash of the paper or file that was signed. Personal
Information Protection Law (PRC) art. 14, 15, 29: separate, informed, and revocable at any time.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models.errors import ConsentMissing

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Consent:
    """Who allowed what, when, for which recording."""

    who: str
    when: date
    purpose: str
    audio_sha256: str
    evidence: str
    until: date | None = None
    withdrawn: date | None = None


def require(reference: Path, record: Path, today: date | None = None) -> Consent:
    """The consent that covers `reference` today. Raises ConsentMissing, saying what is missing and what to do."""
    today = today or date.today()
    if not reference.is_file():
        raise ConsentMissing(f"There is no reference recording {reference.name}.", hint="Give its path.")
    consent = _read(record)
    found = hashlib.sha256(reference.read_bytes()).hexdigest()
    if found != consent.audio_sha256:
        raise ConsentMissing(
            f"The consent in {record.name} is for another recording than {reference.name}.",
            hint=f"That recording has the sha256 {found}; its speaker must agree to its use.",
        )
    if consent.withdrawn and consent.withdrawn <= today:
        raise ConsentMissing(f"{consent.who} withdrew the consent on {consent.withdrawn}.", hint="Use another voice.")
    if consent.when > today:
        raise ConsentMissing(f"The consent of {consent.who} begins on {consent.when}.", hint="Check the date.")
    if consent.until and consent.until < today:
        raise ConsentMissing(f"The consent of {consent.who} ended on {consent.until}.", hint="Ask for a new one.")
    return consent


def _read(record: Path) -> Consent:
    if not record.is_file():
        raise ConsentMissing(
            f"A cloned voice needs its owner's recorded consent; there is no {record.name}.",
            hint="Record who agreed, when, to what, and the sha256 of the reference (speech/voices/consent.py).",
        )
    try:
        body = json.loads(record.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise ConsentMissing(f"{record.name} cannot be read: {error}", hint="It must be a JSON object.") from None
    if not isinstance(body, dict):
        raise ConsentMissing(f"{record.name} is no record of consent.", hint="It must be a JSON object.")
    unknown = set(body) - set(Consent.__dataclass_fields__)
    if unknown:
        raise ConsentMissing(f"{record.name} holds {sorted(unknown)[0]!r}, which is no part of a record of consent.")
    for name in ("who", "when", "purpose", "audio_sha256", "evidence"):
        if not isinstance(body.get(name), str) or not body[name].strip():
            raise ConsentMissing(f"{record.name} lacks {name!r}.", hint="See speech/voices/consent.py for its parts.")
    for name in ("audio_sha256", "evidence"):
        if not _HASH.fullmatch(body[name]):
            raise ConsentMissing(f"{name!r} in {record.name} is no sha256.", hint="Give 64 hexadecimal digits.")
    dates = {name: _date(body[name], name, record) for name in ("when", "until", "withdrawn") if body.get(name)}
    return Consent(**(body | {"until": None, "withdrawn": None} | dates))


def _date(value: object, name: str, record: Path) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ConsentMissing(f"{name!r} in {record.name} is no date.", hint="Write it as 2026-11-30.") from None
