"""Every error Shuren raises on purpose, in one tree.

    ShurenError
    ├── ModelError              weights
    │   ├── ModelUnknown        model_unknown
    │   ├── ModelMissing        model_missing        not fetched yet, or a file is gone
    │   ├── ModelCorrupt        model_corrupt        sha256 or size differs
    │   ├── SourceFailed        model_source_failed  no source could deliver it
    │   └── NoSpace             no_space
    ├── BackendError            a recogniser, voice or language model failed
    │   ├── BackendUnknown      backend_unknown
    │   ├── BackendUnavailable  backend_unavailable  dead server, missing extra
    │   ├── BackendTimeout      backend_timeout
    │   └── BackendBudget       backend_budget       what it may be used in a day is used up
    ├── PackError               persona packs
    │   ├── PersonaUnknown      persona_unknown
    │   ├── PackInvalid         pack_invalid         names file, line and mend
    │   │   └── PackRefused     pack_refused         all that is wrong with a pack that was sent
    │   ├── VersionUnknown      version_unknown      a persona has no such version
    │   └── VersionChanged      version_changed      another one was put to use meanwhile
    ├── DocumentInvalid         document_invalid     a document that cannot be taken into a pack
    ├── ToolFailed              tool_failed          a tool of a pack brought no result
    │   ├── ToolTimeout         tool_timeout         an effect may have happened: call again with the same key
    │   ├── ToolUnavailable     tool_unavailable     no server, no connection, or facts too old to be told
    │   ├── ToolInvalid         tool_invalid         arguments or an answer that break the tool's schema
    │   └── ToolRefused         tool_refused         unknown, not allowed, or the other side said no
    ├── MarkupInvalid           markup_invalid       a tag for the voice that is unknown, wrong or never closed
    ├── ConsentMissing          consent_missing      a cloned voice without its owner's recorded consent
    ├── AudioError
    │   └── AudioInvalid        audio_invalid        wrong format, rate or length
    ├── AvatarInvalid           avatar_invalid       a broken or missing rig
    ├── ClipInvalid             clip_invalid         a recorded performance that cannot be read
    ├── SigningFailed           signing_failed       certificate, key or time stamps that cannot sign a file
    ├── StorageError            storage_error        what the service keeps
    │   ├── StorageBusy         storage_busy         locked by someone else: try again
    │   ├── StorageFull         storage_full
    │   ├── StorageUnavailable  storage_unavailable  no database there, or a wrong URL
    │   └── AuditBroken         audit_broken         an entry was changed, removed, added or moved
    ├── JobUnknown              job_unknown          there is no such job, or no more
    ├── WebhookUnknown          webhook_unknown      there is no such webhook or delivery
    ├── RequestInvalid          request_invalid      a REST request that cannot be served as it is
    │   └── RequestTooLarge     request_too_large
    ├── RundownInvalid          rundown_invalid      names every fault of a show's rundown
    ├── ShowUnknown             show_unknown         there is no such show, or no more
    ├── FilmUnknown             film_unknown         a show is not recorded, or has no film yet
    ├── CommentUnknown          comment_unknown      a show has no such comment, or no more
    ├── OfferChanged            offer_changed        words with a price that the shop does not say now
    └── SessionError
        ├── EventInvalid        event_invalid        a client's malformed event
        │   ├── UnsupportedInstructions  unsupported_instructions  clients do not tell a persona how to answer
        │   └── FileInvalid     file_invalid         a picture or document that cannot be read, or is none
        ├── FileNotAsked        file_not_asked       a file she does not wait for
        ├── ConsentRequired     consent_required     a purpose the visitor has not agreed to
        ├── LabelNotShown       label_not_shown      media asked for before the AI label is on screen
        ├── SessionBusy         session_busy         a second response while one runs
        ├── NothingToCancel     response_cancel_not_active
        ├── SessionUnknown      session_unknown      there is no such session, or no more
        ├── SpeechRefused       speech_refused       what she was to say as it is may not be said
        ├── AtCapacity          at_capacity
        │   └── Draining            draining             the service goes down; another one answers
        ├── Unauthorized        unauthorized         no key or token, or none that is valid
        │   ├── TokenExpired    token_expired        a browser's token: ask its backend for a new one
        │   └── SignInFailed        sign_in_failed       what an identity provider sent is not good
        ├── Forbidden           forbidden            the key or token is good, but not for this
        │   └── OriginRefused   origin_not_allowed   a page of a site that may not use the service
        ├── RateLimited         rate_limited         too often; `retry_after_s` tells when to come again
        │   └── QuotaExceeded   quota_exceeded       the day's minutes or the places of a key are used up
        ├── ServiceStopped      service_stopped      the operator has stopped the service
        ├── SessionIdle         session_idle         nobody has said anything for long
        ├── SessionExpired      session_expired      the longest time of one session is over
        └── KeyRequired         key_required         other machines are let in only with a key

`code` is stable and machine-readable; `str(error)` is a sentence for a person; `hint`, where present, says what to do.
The lowest package holds them, since every other one may import it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class ShurenError(Exception):
    """Base of all deliberate errors."""

    code = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def as_dict(self) -> dict[str, Any]:
        """The error as it travels on the wire."""
        body = {"code": self.code, "message": self.message}
        return body | {"hint": self.hint} if self.hint else body


class ModelError(ShurenError):
    code = "model_error"


class ModelUnknown(ModelError):
    code = "model_unknown"


class ModelMissing(ModelError):
    code = "model_missing"


class ModelCorrupt(ModelError):
    code = "model_corrupt"


class SourceFailed(ModelError):
    code = "model_source_failed"


class NoSpace(ModelError):
    code = "no_space"


class BackendError(ShurenError):
    code = "backend_error"


class BackendUnknown(BackendError):
    code = "backend_unknown"


class BackendUnavailable(BackendError):
    code = "backend_unavailable"


class BackendTimeout(BackendError):
    code = "backend_timeout"


class BackendBudget(BackendError):
    code = "backend_budget"


class PackError(ShurenError):
    code = "pack_error"


class PersonaUnknown(PackError):
    code = "persona_unknown"


class PackInvalid(PackError):
    """`file` and `line` tell where, if it is in a file; line 0: the file as a whole."""

    code = "pack_invalid"

    def __init__(self, message: str, *, hint: str = "", file: str = "", line: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.file = file
        self.line = line


class PackRefused(PackInvalid):
    """`mistakes`: all of them, each with `file` (in the pack), `line`, `what` and `mend`."""

    code = "pack_refused"

    def __init__(self, message: str, mistakes: Sequence[dict[str, Any]], *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.mistakes = list(mistakes)

    def as_dict(self) -> dict[str, Any]:
        return super().as_dict() | {"mistakes": self.mistakes}


class VersionUnknown(PackError):
    code = "version_unknown"


class VersionChanged(PackError):
    code = "version_changed"


class DocumentInvalid(ShurenError):
    code = "document_invalid"


class ToolFailed(ShurenError):
    code = "tool_failed"


class ToolTimeout(ToolFailed):
    code = "tool_timeout"


class ToolUnavailable(ToolFailed):
    code = "tool_unavailable"


class ToolInvalid(ToolFailed):
    code = "tool_invalid"


class ToolRefused(ToolFailed):
    code = "tool_refused"


class MarkupInvalid(ShurenError):
    code = "markup_invalid"


class ConsentMissing(ShurenError):
    code = "consent_missing"


class AudioError(ShurenError):
    code = "audio_error"


class AudioInvalid(AudioError):
    code = "audio_invalid"


class AvatarInvalid(ShurenError):
    code = "avatar_invalid"


class ClipInvalid(ShurenError):
    code = "clip_invalid"


class SigningFailed(ShurenError):
    code = "signing_failed"


class JobUnknown(ShurenError):
    code = "job_unknown"


class WebhookUnknown(ShurenError):
    code = "webhook_unknown"


class RequestInvalid(ShurenError):
    """`param` names the field that is wrong."""

    code = "request_invalid"

    def __init__(self, message: str, *, hint: str = "", param: str = "") -> None:
        super().__init__(message, hint=hint)
        self.param = param


class RequestTooLarge(RequestInvalid):
    code = "request_too_large"


class StorageError(ShurenError):
    code = "storage_error"


class StorageBusy(StorageError):
    code = "storage_busy"


class StorageFull(StorageError):
    code = "storage_full"


class StorageUnavailable(StorageError):
    code = "storage_unavailable"


class AuditBroken(StorageError):
    code = "audit_broken"


class RundownInvalid(ShurenError):
    code = "rundown_invalid"


class ShowUnknown(ShurenError):
    code = "show_unknown"


class FilmUnknown(ShurenError):
    code = "film_unknown"


class CommentUnknown(ShurenError):
    code = "comment_unknown"


class OfferChanged(ShurenError):
    code = "offer_changed"


class SessionError(ShurenError):
    code = "session_error"


class EventInvalid(SessionError):
    code = "event_invalid"


class UnsupportedInstructions(EventInvalid):
    code = "unsupported_instructions"


class FileInvalid(EventInvalid):
    code = "file_invalid"


class FileNotAsked(SessionError):
    code = "file_not_asked"


class ConsentRequired(SessionError):
    code = "consent_required"


class LabelNotShown(SessionError):
    code = "label_not_shown"


class SessionBusy(SessionError):
    code = "session_busy"


class NothingToCancel(SessionError):
    code = "response_cancel_not_active"  # OpenAI's name: clients tell this harmless race by it


class SessionUnknown(SessionError):
    code = "session_unknown"


class SpeechRefused(SessionError):
    code = "speech_refused"


class AtCapacity(SessionError):
    code = "at_capacity"


class Draining(AtCapacity):
    code = "draining"


class Unauthorized(SessionError):
    code = "unauthorized"


class TokenExpired(Unauthorized):
    code = "token_expired"


class SignInFailed(Unauthorized):
    code = "sign_in_failed"


class Forbidden(SessionError):
    code = "forbidden"


class OriginRefused(Forbidden):
    code = "origin_not_allowed"


class RateLimited(SessionError):
    """`retry_after_s`: whole seconds until it is worth another try."""

    code = "rate_limited"

    def __init__(self, message: str, *, hint: str = "", retry_after_s: int = 1) -> None:
        super().__init__(message, hint=hint or f"Try again in {retry_after_s} s.")
        self.retry_after_s = retry_after_s


class QuotaExceeded(RateLimited):
    code = "quota_exceeded"


class ServiceStopped(SessionError):
    code = "service_stopped"


class SessionIdle(SessionError):
    code = "session_idle"


class SessionExpired(SessionError):
    code = "session_expired"


class KeyRequired(SessionError):
    code = "key_required"
