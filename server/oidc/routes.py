"""`/v1/oidc/…`: a browser goes to the provider and comes back signed in, to the console and nowhere else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Any

import jwt
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from models.errors import Forbidden, RequestInvalid, ShurenError, SignInFailed
from server import logs
from server.oidc.provider import Provider
from server.oidc.settings import Oidc
from server.oidc.signed_in import SignedIn

router = APIRouter(prefix="/v1/oidc", include_in_schema=False)
MINUTES = 10  # for signing in at the provider
PER_MINUTE = 30  # from one address


class SignIn:
    """What one application needs for it. `secret`: signs the cookie of a sign-in under way."""

    def __init__(self, settings: Oidc, people: SignedIn, secret: bytes) -> None:
        self.settings, self.people, self._secret = settings, people, secret
        self.provider = Provider(settings)
        self.flow_cookie = "__Host-shuren-sign-in" if settings.secure else "shuren-sign-in"

    async def begin(self) -> tuple[str, str]:
        """Where to send the browser, and the cookie that binds what comes back to it."""
        flow = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(flow["verifier"].encode()).digest()).rstrip(b"=").decode()
        address = await self.provider.address(state=flow["state"], nonce=flow["nonce"], challenge=challenge)
        return address, jwt.encode(flow | {"exp": int(time.time()) + MINUTES * 60}, self._secret, "HS256")

    def flow(self, cookie: str, state: str) -> Mapping[str, Any]:
        """The sign-in that this browser began. Raises SignInFailed."""
        try:
            flow = jwt.decode(cookie, self._secret, algorithms=["HS256"], options={"require": ["exp"]})
        except jwt.PyJWTError:
            raise SignInFailed("This browser began no sign-in, or too long ago.", hint="Sign in again.") from None
        if not hmac.compare_digest(flow["state"].encode(), state.encode()):
            raise SignInFailed("This answer is to another sign-in.", hint="Sign in again.")
        return flow

    def granted(self, claims: Mapping[str, Any]) -> str:
        """The group that counts. Raises Forbidden."""
        has = claims.get(self.settings.claim)
        groups = has if isinstance(has, list) else [has]
        for group in self.settings.grants:
            if group in groups:
                return group
        raise Forbidden("None of this account's groups may run the console.", hint="SHUREN_OIDC__GRANTS")

    def named(self, claims: Mapping[str, Any]) -> str:
        name = str(claims.get(self.settings.name_claim) or claims["sub"])
        return "".join(char for char in name if char.isprintable())[:64]


def _sign_in(request: Request) -> SignIn:
    found: SignIn = request.app.state.access.sign_in
    if not found.settings.issuer:
        raise RequestInvalid("Sign-in is not set up here.", hint="SHUREN_OIDC__ISSUER, or use a key.")
    return found


@router.get("")
async def offered(request: Request) -> dict[str, bool]:
    """Whether the console can be entered by an account."""
    return {"sign_in": bool(request.app.state.access.sign_in.settings.issuer)}


@router.get("/login")
async def login(request: Request) -> Response:
    """To the provider."""
    sign_in = _sign_in(request)
    await request.app.state.access.gate.often("sign-in", request, PER_MINUTE)
    try:
        address, flow = await sign_in.begin()
    except ShurenError as problem:
        return _refused(sign_in, problem)
    answer = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    # The provider's page sends the browser back, so this cookie must come along from there: `lax`.
    _keep(answer, sign_in, sign_in.flow_cookie, flow, MINUTES * 60, "lax")
    return answer


@router.get("/callback")
async def callback(request: Request, code: str = "", state: str = "", error: str = "", iss: str = "") -> Response:
    """Back from the provider. Always to the console, which tells what went wrong, if something did."""
    sign_in = _sign_in(request)
    access = request.app.state.access
    try:
        await access.gate.often("sign-in", request, PER_MINUTE)
        flow = sign_in.flow(request.cookies.get(sign_in.flow_cookie, ""), state)
        if not await access.ledger.use(f"sign-in:{state}", flow["exp"]):
            raise SignInFailed("This sign-in was used already.", hint="Sign in again.")
        if error or not code or iss not in ("", sign_in.settings.issuer):
            raise SignInFailed("The provider did not sign this person in.", hint="Sign in again.")
        claims = await sign_in.provider.claims(code, verifier=flow["verifier"], nonce=flow["nonce"])
        value = await sign_in.people.begin(sign_in.named(claims), sign_in.granted(claims))
    except ShurenError as problem:
        return _refused(sign_in, problem)
    answer = RedirectResponse(f"{sign_in.settings.url}/console", 303, {"Cache-Control": "no-store"})
    _drop(answer, sign_in, sign_in.flow_cookie)
    _keep(answer, sign_in, sign_in.people.cookie, value, round(sign_in.settings.hours * 3600), "strict")
    return answer


@router.post("/logout", status_code=204)
async def logout(request: Request) -> Response:
    """The session ends here; whether the provider's does is between the person and the provider."""
    sign_in = _sign_in(request)
    await sign_in.people.end(request)
    answer = Response(status_code=204)
    _drop(answer, sign_in, sign_in.people.cookie)
    return answer


def _refused(sign_in: SignIn, problem: ShurenError) -> Response:
    """The address tells the code alone: the console has words for it, and no page can put its own there."""
    logs.failure("sign_in_refused", problem)
    answer = RedirectResponse(f"{sign_in.settings.url}/console?refused={problem.code}", 303)
    answer.headers["Cache-Control"] = "no-store"
    _drop(answer, sign_in, sign_in.flow_cookie)
    return answer


def _keep(answer: Response, sign_in: SignIn, name: str, value: str, seconds: int, same_site: str) -> None:
    answer.set_cookie(
        name, value, max_age=seconds, path="/", secure=sign_in.settings.secure, httponly=True, samesite=same_site
    )


def _drop(answer: Response, sign_in: SignIn, name: str) -> None:
    answer.delete_cookie(name, path="/", secure=sign_in.settings.secure, httponly=True)
