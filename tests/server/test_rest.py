"""REST: readiness, personas, avatars, the page, and errors in one shape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from scripted_house import ScriptedHouse, make_app


def client(house: ScriptedHouse | None = None, **settings) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(make_app(house, **settings), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "avatars" / "rongrong"
    folder.mkdir(parents=True)
    (folder / "avatar.glb").write_bytes(b"glTF")
    (folder / "rig.json").write_text("{}")
    (folder / "secret.txt").write_text("no")
    yield tmp_path


async def test_personas_are_listed_in_both_languages() -> None:
    (persona,) = (await client().get("/v1/personas")).json()["personas"]
    assert set(persona) == {"id", "name", "role", "avatar", "scene", "languages", "greeting"}
    assert persona["name"] == {"zh": "蓉蓉", "en": "Rongrong"}


async def test_voices_are_listed_with_language_licence_and_whether_they_are_here(tmp_path: Path) -> None:
    found = (await client(home=tmp_path).get("/v1/voices")).json()["voices"]
    xiaoxiao = next(each for each in found if each["id"] == "zf_xiaoxiao")
    told = {"backend": "kokoro", "languages": ["zh"], "title": "Xiaoxiao, female", "licence": "Apache-2.0"}
    assert xiaoxiao == told | {"id": "zf_xiaoxiao", "here": False}
    assert [each["languages"] for each in found if each["id"] == "am_michael"] == [["en"]]


async def test_avatars_are_listed_built_or_not(home: Path) -> None:
    (home / "avatars" / "rongrong" / "provenance.json").write_text('{"licence": "CC-BY-4.0"}')
    (home / "avatars" / "lin").mkdir()
    (home / "avatars" / "lin" / "rig.json").write_text("{}")
    found = {each["id"]: each for each in (await client(home=home).get("/v1/avatars")).json()["avatars"]}
    assert found["rongrong"] == {"id": "rongrong", "title": "rongrong", "licence": "CC-BY-4.0", "here": True}
    assert (found["lin"]["title"], found["lin"]["licence"], found["lin"]["here"]) == ("Lin, bank teller", "", True)
    assert (found["mei"]["licence"], found["mei"]["here"]) == ("CC0-1.0", False)


async def test_personas_are_models_to_openai_clients() -> None:
    from openai.types import Model

    got = (await client().get("/v1/models")).json()
    assert got["object"] == "list"
    assert Model.model_validate(got["data"][0]).id == "bank-teller"


async def test_the_api_key_guards_v1_and_not_health() -> None:
    http = client(api_key="secret")
    assert (await http.get("/healthz")).status_code == 200
    got = await http.get("/v1/personas")
    assert (got.status_code, got.json()["error"]["code"]) == (401, "unauthorized")
    assert (await http.get("/v1/models", headers={"Authorization": "Bearer secret"})).status_code == 200


async def test_built_avatars_are_served_and_nothing_beside_them(home: Path) -> None:
    http = client(home=home)
    got = await http.get("/avatars/rongrong/avatar.glb")
    assert (got.content, got.headers["content-type"]) == (b"glTF", "model/gltf-binary")
    assert (await http.get("/avatars/rongrong/rig.json")).json() == {}
    for path in ("rongrong/secret.txt", "../avatar.glb", "..%2frongrong/avatar.glb", "R%00/avatar.glb", "./rig.json"):
        assert (await http.get(f"/avatars/{path}")).status_code == 404, path


async def test_an_avatar_that_is_not_built_says_what_to_run(home: Path) -> None:
    error = (await client(home=home).get("/avatars/baifu/avatar.glb")).json()["error"]
    assert (error["code"], error["hint"]) == ("avatar_invalid", "shuren avatar build baifu")


async def test_without_a_built_page_the_root_says_so(tmp_path: Path) -> None:
    got = await client(page=tmp_path / "dist").get("/")
    assert got.status_code == 503 and "make web" in got.text
    assert (await client(page=tmp_path / "dist").get("/assets/app.js")).status_code == 404


async def test_the_page_is_served_and_only_its_hashed_files_are_kept(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<p>page</p>")
    (tmp_path / "assets" / "app-1a2b.js").write_text("1")
    http = client(page=tmp_path)
    page, script = await http.get("/"), await http.get("/assets/app-1a2b.js")
    assert page.text == "<p>page</p>" and page.headers["cache-control"] == "no-cache"
    assert "immutable" in script.headers["cache-control"]
    assert (await http.get("/..%2f..%2fetc/passwd")).status_code == 404


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/nothing", 404), ("DELETE", "/v1/personas", 405)])
async def test_every_error_has_the_same_shape(method: str, path: str, status: int) -> None:
    got = await client().request(method, path)
    assert got.status_code == status
    assert {"code", "message"} <= set(got.json()["error"])


async def test_a_failure_nobody_foresaw_hides_its_details() -> None:
    house = ScriptedHouse()
    house.readiness = lambda: 1 / 0
    got = await client(house).get("/readyz")
    assert got.status_code == 500
    assert got.json() == {"error": {"code": "error", "message": "Something went wrong in the service."}}
