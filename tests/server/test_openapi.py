"""The OpenAPI document tells the truth: requests of every shape, allowed and not, get what it promises."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance
from schemathesis.core.failures import Failure, FailureGroup
from scripted_house import ScriptedHouse, make_app
from serving import served

from server.storage.database import Database
from server.storage.keeping import Keeping

OURS = r"^/v1/(sessions|personas|voices|avatars|models|jobs|webhooks|data|audit)"
# No schema tells a good zip file, or an address that may be called.
CHOOSY = ("POST /v1/personas", "POST /v1/webhooks")
EXAMPLES = 2  # of each operation and kind of request
PATIENCE = 300.0  # s; a limit on hanging

schemathesis.serializer.alias("application/zip", "application/octet-stream")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of the application over a scripted house, on a loop of its own."""
    ready: Future[str] = Future()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    home: Path = tmp_path_factory.mktemp("home")

    async def serve() -> None:
        house = ScriptedHouse(limit=10_000)
        keeping = house.keeping = Keeping(Database(f"sqlite:///{home / 'shuren.db'}"))
        keeping.open()
        nobody = {"address": {"requests_per_minute": 0}}  # is limited
        async with served(house, keeping=keeping, home=home, access=nobody) as address:
            ready.set_result(address)
            await stop.wait()
        await keeping.aclose()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    yield ready.result(PATIENCE)
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def test_every_operation_keeps_its_promises(service: str) -> None:
    address = f"http://{service}"
    document = httpx.get(f"{address}/openapi.json", timeout=PATIENCE).json()
    session = httpx.post(f"{address}/v1/sessions", json={}, timeout=PATIENCE).json()["id"]
    schema = schemathesis.openapi.from_dict(document).include(path_regex=OURS)
    operations = [each.ok() for each in schema.get_all_operations()]
    assert len(operations) >= 13
    problems = []
    for operation in operations:
        for mode in [GenerationMode.POSITIVE] + ([GenerationMode.NEGATIVE] if operation.body else []):
            try:
                put_to_the_test(operation, mode, session, base_url=address, timeout=PATIENCE)
            except (FailureGroup, Failure) as problem:
                problems.append(f"{operation.label}, {mode}: {problem!r}\n{problem}")
    assert not problems, "\n\n".join(problems)


def put_to_the_test(operation: schemathesis.APIOperation, mode: GenerationMode, session: str, **how: Any) -> None:
    """Requests about what is not there, and about a session that is."""
    excluded = [positive_data_acceptance] if operation.label in CHOOSY else []

    @seed(1)
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(excluded_checks=excluded, **how)
        if mode is GenerationMode.POSITIVE and "session" in case.path_parameters and case.method != "DELETE":
            case.path_parameters["session"] = session
            case.call_and_validate(excluded_checks=excluded, **how)

    check()


def test_every_route_is_described() -> None:
    document = make_app().openapi()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation.get("description") or operation.get("summary"), (method, path)
            if path.startswith("/v1/sessions"):
                for status, answer in operation["responses"].items():
                    if status >= "4":
                        reference = answer["content"]["application/json"]["schema"]["$ref"]
                        assert reference == "#/components/schemas/Refusal", (method, path, status)
