"""An impact assessment (个人信息保护影响评估) of one persona, with what the service knows filled in.

What only the operator can judge stays as 【填写】; the document is a beginning, not an assessment.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from server.compliance.disclosure import UsedModel, of
from server.storage.keeping import kind_of
from server.storage.rules import RULES

if TYPE_CHECKING:
    from dialogue.pack import Pack
    from dialogue.tools.config import Tool
    from server.settings import Settings

FILE = Path(__file__).parent / "pia.zh.md"
DOMAINS = {
    "finance": "金融（涉及金融账户，敏感个人信息）",
    "health": "医疗健康（敏感个人信息）",
    "commerce": "电商直播",
}
PARTS = {"ears": "语音识别", "language model": "语言模型", "voice": "语音合成"}
YES = {True: "是", False: "否"}


def assessment(pack: Pack, settings: Settings, *, on: date) -> str:
    """Markdown, in Chinese: it is written for PIPL, articles 55 and 56, and kept for three years."""
    told = of(settings)
    kind = kind_of(pack)
    days = settings.storage.retention
    away = [model for model in told.models if model.elsewhere]
    return Template(FILE.read_text("utf-8")).substitute(
        persona=pack.names["zh"], id=pack.id, on=on.isoformat(), provider=told.provider or "【填写】",
        role=pack.role["zh"], domain=DOMAINS.get(pack.domain, "一般"), companion=YES[pack.companion is not None],
        languages="、".join(pack.languages), models="\n".join(map(_row, told.models)),
        away="、".join(PARTS[model.part] for model in away) or "无", kind=kind, days=days[kind],
        law=RULES[kind].reason, audit=days["audit"], consents=days["consents"], keep=YES[settings.storage.keep],
        asked="、".join(told.asked) or "无（须另有合法性基础）【填写】",
        database="PostgreSQL" if settings.database_url.startswith("postgresql") else "SQLite（本机）",
        tools="、".join(map(_tool, pack.tools.tools.values())) or "无",
        handoff=YES[bool(settings.handoff.url)], signed=YES[settings.c2pa.certificate is not None],
        filing=told.filing.notice or f"模型 {told.filing.model}，算法 {told.filing.algorithm}",
    )  # fmt: skip


def _tool(tool: Tool) -> str:
    return f"{tool.spec.name}（{'有后果' if tool.spec.effect else '只读'}）"


def _row(model: UsedModel) -> str:
    where = "外部服务器" if model.elsewhere else "本机"
    return f"| {PARTS[model.part]} | {model.name or model.backend} | {where} | {model.licence or '【填写】'} |"
