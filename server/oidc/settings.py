"""Where operators sign in, and who of them may do what."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, model_validator

from server.access.origins import LOOPBACK


class Grant(BaseModel):
    """What members of a group may do."""

    scope: Literal["operator", "editor", "compliance", "auditor", "admin"] = "operator"
    tenant: str = Field("default", pattern=r"^[A-Za-z0-9-]{1,64}$")


class Oidc(BaseModel):
    """Sign-in of operators with their organisation's account (docs/access.md)."""

    issuer: str = ""
    """The provider, as its tokens name it: `https://login.example/realms/staff`. Empty: keys only."""

    client_id: str = ""
    """What the provider calls this service."""

    client_secret: SecretStr = SecretStr("")
    """Empty: a public client, which PKCE protects alone."""

    url: str = ""
    """This service as browsers reach it: `https://shuren.example`. The provider sends them back to its
    `/v1/oidc/callback`."""

    scopes: list[str] = ["openid", "profile"]
    """What is asked of the provider."""

    claim: str = "groups"
    """The claim of the ID token that holds a person's groups: a text, or a list of them."""

    grants: dict[str, Grant] = {}
    """By group, `{"shuren-admins": {"scope": "admin"}}`; of several the first in this order."""

    name_claim: str = "preferred_username"
    """The claim by which the console and the audit log name a person."""

    hours: float = Field(8.0, gt=0, le=72)
    """After so long a person signs in again."""

    @model_validator(mode="after")
    def _whole(self) -> Oidc:
        if not self.issuer:
            return self
        if missing := [name for name in ("client_id", "url", "grants") if not getattr(self, name)]:
            raise ValueError(f"sign-in also needs {', '.join(missing)}")
        for name in ("issuer", "url"):
            if not trusted(getattr(self, name)):
                raise ValueError(f"{name} must be an https:// address")
        self.url = self.url.rstrip("/")
        if urlsplit(self.url).path or "openid" not in self.scopes:
            raise ValueError("url has no path, and scopes has openid")
        return self

    @property
    def secure(self) -> bool:
        return self.url.startswith("https://")


def trusted(url: str) -> bool:
    """Whether what is sent there cannot be read on the way: https, or this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname) or parts.scheme == "http" and parts.hostname in LOOPBACK
