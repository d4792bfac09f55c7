"""What everybody may know of the service: who runs it, with which models, what is kept, where to complain; its terms.

    GET /v1/compliance/disclosure        GET /v1/compliance/terms?language=zh|en

Both need no key: they are for visitors. The operator's own words are the settings `SHUREN_DISCLOSURE__…`.
"""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from animation.formats.clip import LABEL
from models.catalogue import Catalogue
from server.access.web import Configured
from server.refusals import refusals
from server.settings import Settings
from server.storage.rules import RULES

router = APIRouter(tags=["compliance"])
FOLDER = Path(__file__).parent
NOT_FILED = "未备案：仅限内部测试 · Not filed: internal tests only"
# What a backend on this machine uses where no model is named.
EMBEDDED = {"whisper": "whisper-base", "llama": "qwen2.5-1.5b", "kokoro": "kokoro-82m"}


class Filing(BaseModel):
    """`notice` is to be shown where a number is missing."""

    model: str = Field(description="Filing number of the generative model (生成式人工智能服务备案).")
    algorithm: str = Field(description="Filing number of the algorithm (算法备案).")
    notice: str


class UsedModel(BaseModel):
    part: Literal["ears", "language model", "voice"]
    backend: str
    name: str
    licence: str = Field(description="Of weights on this machine; empty for a model elsewhere.")
    origin: str
    elsewhere: bool = Field(description="Another machine is asked, and gets what the part needs.")


class Disclosure(BaseModel):
    label: str
    provider: str
    contact: str
    complaints: str
    filing: Filing
    models: list[UsedModel]
    kept_days: dict[str, int] = Field(description="Longest time each kind of record is kept; sound: 0.")
    asked: list[str] = Field(description="Purposes each visitor is asked to agree to.")


@router.get("/v1/compliance/disclosure", responses=refusals(503))
def disclosure(settings: Configured) -> Disclosure:
    """Who runs this, and with what."""
    return of(settings)


@router.get("/v1/compliance/terms", response_class=PlainTextResponse, responses=refusals(422, 503))
def terms(request: Request, settings: Configured, language: Literal["zh", "en"] = "zh") -> PlainTextResponse:
    """The agreement for visitors, as Markdown; a template, whose blanks the settings fill."""
    return PlainTextResponse(terms_of(settings, language), media_type="text/markdown; charset=utf-8")


def of(settings: Settings) -> Disclosure:
    told = settings.disclosure
    filed = bool(told.model_filing and told.algorithm_filing)
    filing = Filing(model=told.model_filing, algorithm=told.algorithm_filing, notice="" if filed else NOT_FILED)
    return Disclosure(
        label=LABEL, provider=told.provider, contact=told.contact, complaints=told.complaints, filing=filing,
        models=_models(settings), kept_days=dict(settings.storage.retention) if settings.storage.keep else {},
        asked=list(settings.storage.ask),
    )  # fmt: skip


def terms_of(settings: Settings, language: Literal["zh", "en"]) -> str:
    told = settings.disclosure
    blank = {"zh": "（待填写）", "en": "(to be filled in)"}[language]
    days = settings.storage.retention
    return Template((FOLDER / f"terms.{language}.md").read_text("utf-8")).substitute(
        provider=told.provider or blank, contact=told.contact or blank, complaints=told.complaints or blank,
        label=LABEL, audit=days["audit"], consents=days["consents"],
        talks=max(days[kind] for kind in RULES if kind not in ("audit", "consents", "audio")),
    )  # fmt: skip


def _models(settings: Settings) -> list[UsedModel]:
    ears, mind, voice = settings.ears, settings.language_model, settings.voice
    chosen = [
        ("ears", ears.recogniser, ears.model, ears.url),
        *(("ears", each.recogniser, each.model, each.url) for each in ears.fallbacks),
        *(("language model", each.name, each.model, each.url) for each in (mind, *mind.fallbacks)),
        ("voice", voice.name or "kokoro", voice.model, voice.url),
    ]
    return [_used(*each) for each in chosen if each[1] != "none"]


def _used(part: str, backend: str, model: str, url: str) -> UsedModel:
    name, catalogue = model or EMBEDDED.get(backend, ""), Catalogue.shipped()
    known = next((spec for spec in catalogue if spec.name == name), None) if not url else None
    title, licence, origin = (known.title, known.licence, known.upstream) if known else (name, "", "")
    return UsedModel(part=part, backend=backend, name=title, licence=licence, origin=origin, elsewhere=bool(url))
