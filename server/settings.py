"""Every setting of the service, in one place.

Each field is an environment variable with the prefix `SHUREN_`; nested fields are joined by `__`, for instance
`SHUREN_SESSIONS__LIMIT=8` or `SHUREN_LANGUAGE_MODEL__NAME=openai`. Any of them may instead be a file of that name in
the folder `SHUREN_SECRETS_DIR`, or among systemd's credentials; the environment goes first.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NestedSecretsSettingsSource, SettingsConfigDict

from avatar.render.aigc import Mark
from server.access.settings import Access
from server.kiosk.settings import Kiosk
from server.oidc.settings import Oidc

if TYPE_CHECKING:
    from server.packs.versions import Versions

REPOSITORY = Path(__file__).resolve().parent.parent


class Sessions(BaseModel):
    """How many people may talk at once, and how."""

    limit: int = Field(4, ge=1)
    """Sessions at the same time; one more is refused with `at_capacity`."""

    greet: bool = True
    """The persona greets as soon as the AI label is on screen."""

    resume_s: float = Field(60.0, gt=0)
    """How long a session waits for its client after the connection is lost, where the client asked for it."""

    unattended_s: float = Field(300.0, gt=0)
    """How long a session made by REST lives after the last request about it, without client or follower."""

    close_timeout_s: float = Field(5.0, gt=0)
    """How long a closing session may take to end its work before its tasks are cancelled."""


class Wire(BaseModel):
    """Limits of one WebSocket."""

    message_bytes: int = Field(1 << 20, ge=1024)
    """Largest client event in UTF-8 bytes. 1 MiB holds 15 s of base64 audio."""

    queue_messages: int = Field(1500, ge=16)
    """Messages waiting for a slow reader, about 20 s of speech. Beyond it animation is dropped, then the session."""

    queue_bytes: int = Field(4 << 20, ge=1 << 16)
    """Bytes waiting for a slow reader, with the same policy."""

    write_timeout_s: float = Field(10.0, gt=0)
    """A client that takes no byte for this long is gone."""

    ping_interval_s: float = Field(20.0, gt=0)
    """Heartbeat of the WebSocket."""

    ping_timeout_s: float = Field(20.0, gt=0)
    """A client that answers no heartbeat for this long is gone."""


class LanguageModelChoice(BaseModel):
    """One language model."""

    name: str = "llama"
    """Backend name; `none` answers from the knowledge packs alone."""

    url: str = ""
    """Base URL, for a backend that talks to an OpenAI-compatible server."""

    model: str = ""
    """Model name at that server, or the name or folder of the weights of a local one. Empty: the backend's default."""

    key: SecretStr = SecretStr("")
    """API key for that server."""

    device: str = ""
    """Of a model in this process, `cpu` or `cuda`; empty: the GPU where there is one. For `transformers`."""

    tokens_per_day: int = Field(0, ge=0)
    """Of prompts and answers, estimated, after which it is not asked until the next day; 0: no limit."""


class LanguageModel(LanguageModelChoice):
    """Which language model the minds use."""

    fallbacks: list[LanguageModelChoice] = []
    """Models to go on with, in order, while the first one fails: `[{"name": "llama"}]`."""

    phrasing: Literal["approved", "model"] = "approved"
    """Answers from the knowledge packs as written, or told by the model and checked against what is written."""

    temperature: float = Field(0.7, ge=0, le=2)
    """Of small talk. What is told from passages has 0.2; questions are completed at 0."""

    max_tokens: int = Field(96, ge=16, le=1024)
    """Of one answer; it is cut after two sentences of small talk, three of facts."""

    helping_s: float = Field(2.5, ge=0, le=20)
    """Seconds it may take to complete a question that leans on the talk before (那周日呢), or to find the value in an
    answer that no rule can read; 0: it is not asked for either."""


class Voice(BaseModel):
    """Which voice the personas speak with, where it is not the one their pack names."""

    name: str = ""
    """Backend name; empty: the pack's."""

    url: str = ""
    """Base URL, for a backend that talks to a server with `/v1/audio/speech`; the region, for Azure."""

    model: str = ""
    """Model name at that server; the folder of the checkpoint, for Coqui."""

    voice: str = ""
    """Voice name at that server; a speaker of the model or a recording to clone, for Coqui."""

    key: SecretStr = SecretStr("")
    """API key for that server."""


class Rendered(BaseModel):
    """Fixed sentences of the packs that are rendered ahead (`shuren persona build`)."""

    play: bool = True
    """Play them; else everything is spoken live."""

    ahead: bool = True
    """Render what is missing in the background, while nobody speaks. Only for voices on this machine."""

    max_mb: int = Field(1024, ge=1)
    """What they may take on disk; those not used for longest go first."""


class Recogniser(BaseModel):
    """One recogniser."""

    recogniser: str = "whisper"
    """Backend name: `whisper` (embedded), `openai` or `funasr`."""

    url: str = ""
    """Where its server is: a base URL ending in `/v1` for `openai`, `ws://` or `wss://` for `funasr`."""

    model: str = ""
    """Model name at that server, or the name of the embedded weights (`whisper-small`, `whisper-large-v3-turbo`)."""

    device: Literal["", "cpu", "cuda"] = ""
    """What the embedded recogniser runs on; empty: the CPU."""

    key: SecretStr = SecretStr("")
    """API key for that server."""


class Ears(Recogniser):
    """How people are heard."""

    fallbacks: list[Recogniser] = []
    """Recognisers to go on with, in order, while the first one fails: `[{"recogniser": "whisper"}]`."""


class Audio(BaseModel):
    """`/v1/audio/speech` and `/v1/audio/transcriptions`. Each has its own places."""

    at_once: int = Field(1, ge=1)
    """Requests served at the same time; live conversations share the models with them."""

    waiting: int = Field(8, ge=0)
    """Requests that may wait; one more is refused with `at_capacity`."""

    input_characters: int = Field(4096, ge=1)
    """Longest text to speak."""

    upload_mb: int = Field(25, ge=1)
    """Largest recording to transcribe."""

    upload_seconds: float = Field(1800.0, gt=0)
    """Longest recording to transcribe."""

    producer: str = "Shuren"
    """Who the AIGC label of files names: the service's registered code, or a name while there is none."""

    @field_validator("producer")
    @classmethod
    def _may_stand_in_a_label(cls, given: str) -> str:
        return Mark(given).producer


class ContentCredentials(BaseModel):
    """C2PA signatures in exported audio and films (docs/formats.md). Needs the extra `c2pa`."""

    certificate: Path | None = None
    """PEM file, the signing certificate first, then those above it. None: files are not signed."""

    key: Path | None = None
    """PEM file with its private key (PKCS #8)."""

    algorithm: Literal["es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"] = "es256"
    """What the key signs with."""

    timestamps: str = ""
    """URL of an RFC 3161 authority, asked at each signature. Empty: none, and signatures end with the certificate."""

    @model_validator(mode="after")
    def _a_pair(self) -> ContentCredentials:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key belong together")
        return self


class Listening(BaseModel):
    """How sessions listen before their client says otherwise; meanings in `avatar/listening.py`."""

    barge_in: Literal["considerate", "immediate", "words"] = "considerate"
    """A sound pauses her and words stop her; any sound stops her; or only words do."""

    wake_word: bool = False
    """Only what calls her by name is meant for her, and what follows within 20 s."""

    min_speech_ms: float = Field(80, ge=32, le=1000)
    """Clear voice of this length counts as speech."""

    noise_floor: float | None = Field(None, ge=-90, le=0)
    """Level in dBFS below which nothing counts as a voice; learnt where it is empty."""

    near_field: bool = False
    """Only who stands at the microphone is heard, not the people behind. For open halls."""

    one_speaker: bool = False
    """Only who spoke first is heard, until they have been silent for a while. For kiosks."""


class Mirrors(BaseModel):
    """Programs outside that show what a session's client shows. Whoever sets this sees to the AI label there."""

    live_link: str = ""
    """`host:port` of Unreal Engine's Live Link (Apple ARKit source, port 11111). Empty: none."""

    vmc: str = ""
    """`host:port` of a VMC receiver for a VRM model (port 39539). Empty: none."""

    vrm: Literal["vrm0", "vrm1"] = "vrm0"
    """Which expression names the VMC receiver's model has."""

    rate: Literal[60, 30, 20] = 60
    """Frames a second."""

    @field_validator("live_link", "vmc")
    @classmethod
    def _an_address(cls, text: str) -> str:
        host, _, port = text.partition(":")
        if text and not (host and (not port or port.isdecimal())):
            raise ValueError(f"{text!r} is no address; give host or host:port")
        return text


class Log(BaseModel):
    """What the service writes to standard error."""

    lines_as_json: bool = False
    """One JSON object per line instead of readable text."""

    level: str = "INFO"
    """Lowest level written: DEBUG, INFO, WARNING or ERROR."""


class Observing(BaseModel):
    """How the service is watched (docs/operating.md)."""

    metrics: Literal["guarded", "open", "off"] = "guarded"
    """`/metrics`: for this machine and for operators' keys; for everybody; not at all."""

    traces_url: str = ""
    """Where turns go as OpenTelemetry traces: `http://collector:4318/v1/traces`. Empty: nowhere."""

    turns_kept: int = Field(500, ge=0)
    """Turns whose stages can still be asked for."""

    stall_s: float = Field(1.0, gt=0)
    """The event loop is said to stand still after so long."""

    disk_mb: int = Field(200, ge=0)
    """With less room on the disk of `home` nobody new is sent here (`/readyz`)."""

    drain_s: float = Field(30.0, ge=0)
    """How long people may go on talking after SIGTERM; then they are told, and it ends."""


class Storage(BaseModel):
    """What the service keeps, and where (docs/storage.md)."""

    keep: bool = True
    """Write conversations down, with personal data masked."""

    url: SecretStr = SecretStr("")
    """`sqlite:////path/shuren.db` or `postgresql://user:password@host/name`. Empty: `data/shuren.db` below `home`."""

    audit_key: SecretStr = SecretStr("")
    """Keys the chain of the audit log: whoever has only the database cannot forge it. Must stay the same for good."""

    ask: tuple[Literal["mic_asr", "store_transcript", "remember"], ...] = ()
    """Purposes each visitor is asked to agree to: `["mic_asr", "store_transcript"]`. For these the operator otherwise
    has another basis; `remember` is never done unasked."""

    retention: dict[str, int] = Field({}, validate_default=True)
    """Days by kind of record, where not the default: `{"general": 14}`. Law bounds them (docs/storage.md)."""

    @field_validator("retention")
    @classmethod
    def _lawful(cls, given: dict[str, int]) -> dict[str, int]:
        from server.storage.rules import checked

        return checked(given)


class Handoff(BaseModel):
    """Where a human is called when somebody asks for one (docs/flows.md)."""

    url: str = ""
    """Webhook of the operator's own system. Empty: those at the console alone are told."""

    secret: SecretStr = SecretStr("")
    """Signs what is posted there."""

    private: bool = False
    """The webhook may lie in a private network or on this machine."""


class Webhooks(BaseModel):
    """What tenants are told of (docs/api.md)."""

    private: bool = False
    """Receivers may lie in a private network or on this machine, and be reached without TLS."""


class Disclosure(BaseModel):
    """What visitors are told of whoever runs the service, at `/v1/compliance/disclosure` and in its terms."""

    provider: str = ""
    """The operator's name."""

    contact: str = ""
    """Where to reach them."""

    complaints: str = ""
    """Where to complain about an answer or a label."""

    model_filing: str = ""
    """Filing number of the generative model. Empty: the service says that it is for internal tests."""

    algorithm_filing: str = ""
    """Filing number of the algorithm."""

    public: bool = False
    """Everybody may come: the service does not start while one of the above is missing."""

    @model_validator(mode="after")
    def _told(self) -> Disclosure:
        told = ("provider", "contact", "complaints", "model_filing", "algorithm_filing")
        if self.public and (missing := [name for name in told if not getattr(self, name).strip()]):
            raise ValueError(f"a public service also needs {', '.join(missing)}")
        return self


class Settings(BaseSettings):
    """The service's settings, from the environment."""

    model_config = SettingsConfigDict(env_prefix="SHUREN_", env_nested_delimiter="__", env_ignore_empty=True)

    @classmethod
    def settings_customise_sources(cls, settings_cls: Any, **sources: Any) -> tuple[Any, ...]:
        """What is given, the environment, then files. Raises SettingsError for a folder that is not there."""
        folder = os.environ.get("SHUREN_SECRETS_DIR") or os.environ.get("CREDENTIALS_DIRECTORY")
        given, environment, files = (sources[f"{kind}_settings"] for kind in ("init", "env", "file_secret"))
        if not folder:
            return given, environment
        nested = {"secrets_nested_delimiter": "__", "secrets_dir_missing": "error"}
        return given, environment, NestedSecretsSettingsSource(files, secrets_dir=folder, **nested)

    host: str = "127.0.0.1"
    """Address to listen on. `0.0.0.0` lets other machines in, which needs an API key."""

    port: int = Field(8000, ge=0, le=65535)
    """Port to listen on."""

    home: Path = Path.home() / ".cache" / "shuren"
    """Weights and built avatars; the same variable tells the store of the weights."""

    personas: Path = REPOSITORY / "personas"
    """Folder of persona packs."""

    reload: bool = True
    """Packs that change on the disk are checked and used by the talks that begin from then on."""

    persona: str = ""
    """The persona a client gets that names none. Empty: the first by name."""

    avatar: str = ""
    """The avatar all personas show, where it is not the one their pack names."""

    page: Path = REPOSITORY / "web-demo" / "dist"
    """The built page, served at `/`."""

    api_key: SecretStr = SecretStr("")
    """A key of scope admin from the start; others are made with `shuren keys`."""

    client_tools: list[str] = []
    """Tools of the packs that a realtime client may answer itself, as OpenAI's function calls."""

    tools: Path | None = None
    """The operator's file of what tools may reach (docs/tools.md). None: demo servers only."""

    threads: int = Field(2, ge=1)
    """CPU threads for each model."""

    apart: bool = True
    """Recogniser and language model on this machine run in processes of their own, which are started again when they
    die (docs/operating.md); else in the service's."""

    sessions: Sessions = Sessions()
    wire: Wire = Wire()
    language_model: LanguageModel = LanguageModel()
    voice: Voice = Voice()
    rendered: Rendered = Rendered()
    audio: Audio = Audio()
    c2pa: ContentCredentials = ContentCredentials()
    ears: Ears = Ears()
    listening: Listening = Listening()
    mirror: Mirrors = Mirrors()
    access: Access = Access()
    oidc: Oidc = Oidc()
    handoff: Handoff = Handoff()
    disclosure: Disclosure = Disclosure()
    webhooks: Webhooks = Webhooks()
    kiosk: Kiosk = Kiosk()
    log: Log = Log()
    storage: Storage = Storage()
    observing: Observing = Observing()

    @property
    def avatars(self) -> Path:
        """Where `shuren avatar build` puts the avatars."""
        return self.home.expanduser() / "avatars"

    @property
    def versions(self) -> Versions:
        """The packs, and which version of each is in use."""
        from server.packs.versions import Versions

        return Versions(self.home.expanduser() / "data" / "packs", self.personas)

    @property
    def films(self) -> Path:
        """Recordings of shows, and their films."""
        return self.home.expanduser() / "data" / "films"

    @property
    def database_url(self) -> str:
        """Where the service keeps what it keeps; may hold a password."""
        return self.storage.url.get_secret_value() or f"sqlite:///{self.home.expanduser() / 'data' / 'shuren.db'}"
