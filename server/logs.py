"""The service's log: one line per thing that happened, readable or JSON.

Never in a log: what people said, what was answered, audio, keys. So exceptions are told by their kind and place and
not by their words, which may quote anything, and every text passes the same masks as what is stored. A line written
while a turn is under way has its ids, whoever writes it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from typing import Any

from models import telemetry
from models.errors import ShurenError

ROOT = "shuren"
LONGEST = 400  # characters of one text
_PLACES = 4  # innermost places of a traceback
_QUERY = re.compile(r"\?[^\s\"']+")
_KEY = re.compile(
    r"(?i)(?:bearer\s+|openai-insecure-api-key\.|(?:api[-_]?key|token|secret|password|authorization)[\"']?\s*[=:]\s*[\"']?"
    r"|\b(?:sk|pk|ek)[-_]|\bshuren_\w+?_|\beyJ)[\w.~+/=-]{6,}"
)


def event(name: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Write one line: `event("turn", session=…, first_audio_ms=…)`. Fields are ids, counts, codes and times."""
    logging.getLogger(ROOT).log(level, name, extra={"fields": fields})


def failure(name: str, problem: BaseException | None = None, **fields: Any) -> None:
    """An error nobody foresaw, with its kind and place: the one given, or the one being handled."""
    logging.getLogger(ROOT).error(name, exc_info=problem or True, extra={"fields": fields})


class TextFormatter(logging.Formatter):
    """`12:00:03 turn            session=sess_1f turn=2 first_audio_ms=640`"""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        mark = "" if record.levelno <= logging.INFO else f"{record.levelname} "
        pairs = " ".join(f"{key}={_plain(value)}" for key, value in _fields(record).items())
        return f"{at} {mark}{_words(record):<15} {pairs}".rstrip()


class JsonFormatter(logging.Formatter):
    """One object per line with `time`, `level`, `event` and the fields."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": at, "level": record.levelname.lower(), "event": _words(record), **_fields(record)}
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(*, level: str = "INFO", lines_as_json: bool = False) -> None:
    """Send our log, and the warnings of every library, to standard error; also what threads die of."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if lines_as_json else TextFormatter())
    for name, lowest in ((ROOT, level.upper()), ("uvicorn", "WARNING")):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(lowest)
    others = logging.getLogger()
    others.handlers = [handler]
    others.setLevel(logging.WARNING)
    threading.excepthook = lambda died: failure("thread_died", died.exc_value, thread=died.thread and died.thread.name)


def clean(text: str) -> str:
    """The text without what must not be in a log: personal data, keys, query strings. Cut where it is long."""
    from dialogue.redaction import redact

    return redact(_QUERY.sub("?…", _KEY.sub("[key]", text[: 4 * LONGEST]))).text[:LONGEST]


def broke(problem: BaseException) -> str:
    """`ValueError at talk.py:120 reply < session.py:300 _make_answer`, and what caused it; none of its words."""
    frames = traceback.extract_tb(problem.__traceback__)[-_PLACES:]
    places = " < ".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno} {f.name}" for f in reversed(frames))
    cause = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
    told = f"{_kind(problem)} at {places}" if places else _kind(problem)
    return f"{told}, caused by {_kind(cause)}" if cause else told


def _kind(problem: BaseException) -> str:
    name = type(problem).__name__
    if isinstance(problem, ShurenError):
        return f"{name} ({problem.code})"
    number = getattr(problem, "errno", None)
    return f"{name} (errno {number})" if isinstance(number, int) else name


def _words(record: logging.LogRecord) -> str:
    """The message on one line. Errors in it are told by their kind; libraries go on about them on further lines."""
    message = record.msg
    if record.args:
        args = record.args
        if isinstance(args, tuple):
            args = tuple(_kind(each) if isinstance(each, BaseException) else each for each in args)
        message = str(message) % args
    first = str(message).strip().split("\n", 1)[0]
    return clean(first if record.name.startswith(ROOT) else f"{record.name}: {first}")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """The line's own fields, those of the turn under way, and what broke."""
    fields = {key: _shown(value) for key, value in getattr(record, "fields", {}).items()}
    if watching := telemetry.observer():
        fields.setdefault("session", watching.session)
        if watching.turn:
            fields.setdefault("turn", watching.turn)
    if record.exc_info and (problem := record.exc_info[1]):
        fields["exception"] = broke(problem)
    return fields


def _shown(value: Any) -> Any:
    if isinstance(value, BaseException):
        return _kind(value)
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    return value if value is None or isinstance(value, int | float) else clean(str(value))


def _plain(value: Any) -> str:
    text = f"{value:.0f}" if isinstance(value, float) else str(value)
    return json.dumps(text, ensure_ascii=False) if " " in text or "\n" in text else text
