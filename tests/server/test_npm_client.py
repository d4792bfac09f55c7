"""OpenAI's npm client, unchanged, over a real TLS socket: the Realtime wire and chat completions."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scripted_house import ScriptedHouse, make_app

from dialogue.mind import Mind
from dialogue.packs import load_pack
from dialogue.starter import plain_draft, write_pack
from server.chat.talks import Written

WEB = Path(__file__).parents[2] / "web-demo"
PATIENCE = 240  # s; a limit on hanging, not a measure of speed

pytestmark = pytest.mark.skipif(
    not shutil.which("node") or not (WEB / "node_modules" / "openai").is_dir(),
    reason="needs node and web-demo's packages",
)


class WritingHouse(ScriptedHouse):
    def __init__(self, mind: Mind) -> None:
        super().__init__()
        self.mind = mind

    def write(self, persona: str, visit) -> Written:
        return Written("chat_1", self.mind.converse(), None, lambda: None)


@pytest.fixture
def mind(tmp_path: Path) -> Mind:
    folder = tmp_path / "bank-teller"
    write_pack(plain_draft("bank-teller", {"zh": "小舒", "en": "Shu"}), folder, today=date.today())
    return Mind(load_pack(folder))


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Of 127.0.0.1, signed by itself, and its key: the npm client speaks TLS only."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = tmp_path / "cert.pem", tmp_path / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    secret.write_bytes(key.private_bytes(*form))
    return pem, secret


async def test_the_npm_client_talks_hears_truncates_and_writes(mind: Mind, certificate: tuple[Path, Path]) -> None:
    pem, secret = certificate
    listener = socket.create_server(("127.0.0.1", 0))
    app = make_app(WritingHouse(mind))
    config = uvicorn.Config(app, log_config=None, ssl_certfile=str(pem), ssl_keyfile=str(secret), lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        got = await node("openai.mjs", f"https://127.0.0.1:{listener.getsockname()[1]}/v1", trust=pem)
    finally:
        server.should_exit = True
        await serving
        await app.state.sessions.aclose()
    assert (got["words"], got["sound"]) == ("您好|您好", 2 * 2400)
    assert got["seen"][0] == "session.created"
    assert {"session.updated", "response.created", "response.done"} <= set(got["seen"])
    assert got["errors"] == ["unsupported_instructions", "response_cancel_not_active"]
    assert got["chat"] == got["streamed"] and "准备好的内容" in got["chat"]


async def node(script: str, *arguments: str, trust: Path) -> dict:
    process = await asyncio.create_subprocess_exec(
        *("node", str(WEB / "test" / "live" / script), *arguments),
        env=os.environ | {"NODE_EXTRA_CA_CERTS": str(trust)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            said, wrong = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, wrong.decode()
    return json.loads(said)
