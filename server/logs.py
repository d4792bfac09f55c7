"""The service's log: one line per thing that happened, readable or JSON.

Never in a log: what people said, what was answered, audio, keys.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

ROOT = "shuren"


def event(name: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Write one line: `event("turn", session=…, first_audio_ms=…)`. Fields are ids, counts, codes and times."""
    logging.getLogger(ROOT).log(level, name, extra={"fields": fields})


def failure(name: str, problem: BaseException | None = None, **fields: Any) -> None:
    """An error nobody foresaw, with its traceback: the one given, or the one being handled."""
    logging.getLogger(ROOT).error(name, exc_info=problem or True, extra={"fields": fields})


class TextFormatter(logging.Formatter):
    """`12:00:03 turn            session=sess_1f turn=2 first_audio_ms=640`"""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        mark = "" if record.levelno <= logging.INFO else f"{record.levelname} "
        pairs = " ".join(f"{key}={_plain(value)}" for key, value in _fields(record).items())
        line = f"{at} {mark}{record.getMessage():<15} {pairs}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """One object per line with `time`, `level`, `event` and the fields."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": at, "level": record.levelname.lower(), "event": record.getMessage(), **_fields(record)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(*, level: str = "INFO", lines_as_json: bool = False) -> None:
    """Send our log, and the web server's warnings, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if lines_as_json else TextFormatter())
    for name, lowest in ((ROOT, level.upper()), ("uvicorn", "WARNING")):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(lowest)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return getattr(record, "fields", {})


def _plain(value: Any) -> str:
    text = f"{value:.0f}" if isinstance(value, float) else str(value)
    return json.dumps(text, ensure_ascii=False) if " " in text or "\n" in text else text
