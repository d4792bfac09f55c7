"""A small OpenID provider behind a real server on a port of its own: discovery, keys, code flow with PKCE, RS256.

It signs whoever comes in as `person` and keeps to the standard, except in what a test tells it to get wrong.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse

CLIENT, SECRET = "shuren", "a secret: with/signs"
PERSON = {"sub": "u1", "preferred_username": "lin.mei", "groups": ["staff", "console"]}


class Provider:
    def __init__(self) -> None:
        self.issuer = ""
        self.person: dict[str, Any] = dict(PERSON)
        self.wrong: dict[str, Any] = {}  # claims to put in place of the right ones; None takes one out
        self.sign = self.signed  # how an ID token is signed
        self.keys: dict[str, rsa.RSAPrivateKey] = {}
        self.asked: list[str] = []  # paths
        self.redirects: list[str] = []  # what clients wanted
        self._codes: dict[str, dict[str, str]] = {}
        self.rotate("k1")

    def rotate(self, name: str) -> None:
        self.keys = {name: rsa.generate_private_key(public_exponent=65537, key_size=2048)}

    def signed(self, claims: dict[str, Any]) -> str:
        name, key = next(iter(self.keys.items()))
        return jwt.encode(claims, key, "RS256", headers={"kid": name})

    def app(self) -> FastAPI:
        app = FastAPI()
        app.get("/.well-known/openid-configuration")(self.discovery)
        app.get("/jwks")(self.jwks)
        app.get("/authorize")(self.authorize)
        app.post("/token")(self.token)
        return app

    async def discovery(self) -> dict[str, Any]:
        self.asked.append("discovery")
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        return {"issuer": self.issuer} | {name: f"{self.issuer}/{place}" for name, place in places.items()}

    async def jwks(self) -> dict[str, Any]:
        self.asked.append("jwks")
        public = {kid: jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()) for kid, key in self.keys.items()}
        return {"keys": [json.loads(key) | {"kid": kid, "use": "sig"} for kid, key in public.items()]}

    async def authorize(self, request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256", asked
        assert asked["client_id"] == CLIENT and "openid" in asked["scope"].split(), asked
        self.redirects.append(asked["redirect_uri"])
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 303)

    async def token(self, request: Request) -> JSONResponse:
        form = await request.form()
        asked = self._codes.pop(str(form.get("code")), None)  # good once
        known = base64.b64encode(f"{CLIENT}:a%20secret%3A%20with%2Fsigns".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(str(form.get("code_verifier")).encode()).digest())
        right = asked and request.headers.get("authorization") == f"Basic {known}"
        if not right or challenge.rstrip(b"=").decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert form["redirect_uri"] == asked["redirect_uri"] and form["grant_type"] == "authorization_code"
        now = int(time.time())
        claims = self.person | {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"]} | self.wrong
        claims = {name: value for name, value in claims.items() if value is not None}
        return JSONResponse({"access_token": "at", "token_type": "Bearer", "id_token": self.sign(claims)})


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()
    listener = socket.create_server(("127.0.0.1", 0))
    provider.issuer = f"http://localhost:{listener.getsockname()[1]}"  # another site than 127.0.0.1
    server = uvicorn.Server(uvicorn.Config(provider.app(), log_config=None))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(20)
