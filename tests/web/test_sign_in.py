"""An operator's account opens the console in a real browser, with its own rules for cookies."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / name) for name in ("server", "avatar", "access")]
import oidc_provider  # noqa: E402
from scripted_house import ScriptedHouse, make_app  # noqa: E402

from server.storage.database import Database  # noqa: E402
from server.storage.keeping import Keeping  # noqa: E402

pytestmark = pytest.mark.browser
WITHIN = 120_000  # ms; a limit on hanging
BUTTON = "Sign in with your organisation's account"


@pytest.fixture
def provider() -> Iterator[oidc_provider.Provider]:
    with oidc_provider.running() as running:
        yield running


@pytest.fixture
def address(provider: oidc_provider.Provider, tmp_path: Path) -> Iterator[str]:
    """Of a service without engines: whom it lets in does not depend on them."""
    listener = socket.create_server(("127.0.0.1", 0))
    own = f"http://127.0.0.1:{listener.getsockname()[1]}"
    client = {"client_id": oidc_provider.CLIENT, "client_secret": oidc_provider.SECRET}
    oidc = client | {"issuer": provider.issuer, "url": own, "grants": {"console": {"tenant": "bank"}}}
    keeping = Keeping(Database(f"sqlite:///{tmp_path / 'shuren.db'}"))
    keeping.database.migrate()
    house = ScriptedHouse()
    house.keeping, house.digests = keeping, dict
    app = make_app(house, keeping=keeping, home=tmp_path, oidc=oidc)
    app.state.access.keys.create("default", "admin")
    service = uvicorn.Server(uvicorn.Config(app, log_config=None))
    thread = threading.Thread(target=service.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield own
    app.state.observing.drain.begin()  # lets the followers go
    service.should_exit = True
    thread.join(20)
    keeping.database.dispose()


def test_an_account_opens_the_console_until_it_signs_out(
    address: str, provider: oidc_provider.Provider, browser
) -> None:
    """The provider is another site, and sends people back from there."""
    page = browser(locale="en-GB")
    page.goto(f"{address}/console")
    page.get_by_role("button", name=BUTTON).click(timeout=WITHIN)
    page.get_by_text("person lin.mei · bank").wait_for(timeout=WITHIN)
    page.reload()
    page.get_by_role("button", name="Sign out").click(timeout=WITHIN)
    page.get_by_role("button", name=BUTTON).wait_for(timeout=WITHIN)
    assert not page.context.cookies(address)
    provider.person = {"sub": "u2"}
    page.get_by_role("button", name=BUTTON).click(timeout=WITHIN)
    page.get_by_text("Your account may not run the console.").wait_for(timeout=WITHIN)
    assert page.url == f"{address}/console" and not page.context.cookies(address)
