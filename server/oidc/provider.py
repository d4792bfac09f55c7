"""The organisation's OpenID provider: what it says of itself, its keys, and the ID tokens it signs."""

from __future__ import annotations

import hmac
import math
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import jwt

from models.errors import BackendUnavailable, SignInFailed
from server.oidc.settings import Oidc, trusted

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY_S = 60  # clocks differ
ABOUT_S = 3600.0  # how long what the provider says of itself is believed
KEYS_EVERY_S = 30.0  # unknown key ids cannot make us ask more often
PATIENCE_S = 10.0
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]


class Provider:
    """One for each application. Raises BackendUnavailable where it cannot be reached or is not what it should be."""

    def __init__(self, settings: Oidc, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._about: tuple[float, dict[str, Any]] = (-math.inf, {})
        self._keys: tuple[float, list[jwt.PyJWK]] = (-math.inf, [])

    @property
    def callback(self) -> str:
        return f"{self._settings.url}/v1/oidc/callback"

    async def address(self, *, state: str, nonce: str, challenge: str) -> str:
        """Where a browser signs in."""
        about = await self._discovered()
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self.callback,
            "scope": " ".join(self._settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = about["authorization_endpoint"]
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def claims(self, code: str, *, verifier: str, nonce: str) -> Mapping[str, Any]:
        """What the provider says of the person who came back with `code`. Raises SignInFailed."""
        about = await self._discovered()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.callback}
        answer = await _answer("POST", about["token_endpoint"], **self._as_client(form | {"code_verifier": verifier}))
        if answer.status_code >= 500:
            raise BackendUnavailable("The sign-in provider has an error of its own.")
        if answer.status_code != 200:
            raise SignInFailed("The provider does not take this sign-in.", hint="Sign in again.")
        return await self._checked(str(_json(answer).get("id_token", "")), nonce)

    def _as_client(self, form: dict[str, str]) -> dict[str, Any]:
        """With the client's secret as the provider wants it (RFC 6749, 2.3.1), or without one."""
        name, secret = self._settings.client_id, self._settings.client_secret.get_secret_value()
        methods = self._about[1].get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if secret and "client_secret_basic" in methods:
            return {"data": form, "auth": (quote(name, safe=""), quote(secret, safe=""))}
        return {"data": form | {"client_id": name} | ({"client_secret": secret} if secret else {})}

    async def _checked(self, token: str, nonce: str) -> Mapping[str, Any]:
        """An ID token's claims, once it is known to be the provider's, for us, and of this sign-in."""
        try:
            key = await self._key(jwt.get_unverified_header(token))
            said = jwt.decode(
                token,
                key.key,
                algorithms=ALGORITHMS,
                audience=self._settings.client_id,
                issuer=self._settings.issuer,
                leeway=LEEWAY_S,
                options={"require": REQUIRED},
            )
        except (jwt.PyJWTError, TypeError, ValueError) as problem:
            raise SignInFailed(f"The provider's token is not good ({type(problem).__name__}).") from None
        if len(_listed(said["aud"])) > 1 and said.get("azp") != self._settings.client_id:
            raise SignInFailed("The provider's token is for another service.")
        if not hmac.compare_digest(str(said["nonce"]).encode(), nonce.encode()):
            raise SignInFailed("The provider's token is of another sign-in.", hint="Sign in again.")
        return said

    async def _key(self, header: Mapping[str, Any]) -> jwt.PyJWK:
        """The one that signed; keys change, so unknown ones are asked for anew."""
        if header.get("alg") not in ALGORITHMS:
            raise jwt.InvalidAlgorithmError
        for renew in (False, True):
            keys = await self._signing(renew=renew)
            found = [key for key in keys if key.key_id == header.get("kid")] if "kid" in header else keys
            if len(found) == 1:
                return found[0]
        raise jwt.InvalidKeyError

    async def _signing(self, *, renew: bool) -> list[jwt.PyJWK]:
        at, keys = self._keys
        age = self._clock() - at
        if age < (KEYS_EVERY_S if renew else ABOUT_S):
            return keys
        told = _json(await _answer("GET", (await self._discovered())["jwks_uri"]))
        try:
            keys = [key for key in jwt.PyJWKSet.from_dict(told).keys if key.public_key_use in (None, "sig")]
        except (jwt.PyJWTError, TypeError, ValueError, AttributeError):
            raise BackendUnavailable("The sign-in provider's keys cannot be read.") from None
        self._keys = (self._clock(), keys)
        return keys

    async def _discovered(self) -> dict[str, Any]:
        at, about = self._about
        if self._clock() - at < ABOUT_S:
            return about
        answer = await _answer("GET", f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        about = _json(answer)
        if about.get("issuer") != self._settings.issuer:
            raise BackendUnavailable("The sign-in provider names another issuer.", hint="SHUREN_OIDC__ISSUER")
        if not all(trusted(str(about.get(name, ""))) for name in ENDPOINTS):
            raise BackendUnavailable("The sign-in provider has no endpoints by https.", hint="SHUREN_OIDC__ISSUER")
        self._about = (self._clock(), about)
        return about


async def _answer(method: str, url: str, **what: Any) -> httpx.Response:
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
            return await http.request(method, url, headers={"Accept": "application/json"}, **what)
    except httpx.HTTPError as problem:
        raise BackendUnavailable(f"The sign-in provider cannot be reached ({type(problem).__name__}).") from None


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json() if answer.status_code == 200 else None
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise BackendUnavailable(f"The sign-in provider answers with no JSON object ({answer.status_code}).")
    return told


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
