"""A model of Hugging Face's `transformers` in this process, on a GPU where there is one.

One conversation at a time: a busy service runs vLLM or the like and talks to it with the `openai` backend.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from dialogue.llm.base import Message, Schema
from dialogue.llm.worker import InProcess, Job
from models.errors import BackendUnavailable
from models.torchaudio import import_torchaudio


def load(*, model: str = "", device: str = "", first_s: float = 8.0, total_s: float = 20.0) -> Transformers:
    """`model`: a folder with a causal language model and its tokeniser; nothing is fetched. `device`: `cpu`, `cuda`…;
    empty: the GPU where there is one. Raises BackendUnavailable."""
    if not model:
        raise BackendUnavailable(
            "The language model needs a folder with its weights.", hint="Set SHUREN_LANGUAGE_MODEL__MODEL to it."
        )
    try:
        import torch

        import_torchaudio()
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as error:
        raise BackendUnavailable(f"{error}.", hint="pip install 'shuren[gpu]'") from error
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        tokeniser = AutoTokenizer.from_pretrained(model, local_files_only=True)
        network = AutoModelForCausalLM.from_pretrained(model, local_files_only=True, dtype="auto").to(device).eval()
    except (OSError, ValueError, RuntimeError) as error:
        raise BackendUnavailable(
            f"{model} cannot be loaded: {error}", hint="Check the folder and the memory."
        ) from error
    return Transformers(tokeniser, network, first_s=first_s, total_s=total_s)


class Transformers(InProcess):
    """A causal language model and its tokeniser."""

    name = "transformers"

    def __init__(self, tokeniser: Any, network: Any, *, first_s: float, total_s: float) -> None:
        super().__init__(first_s=first_s, total_s=total_s)
        self._tokeniser, self._network = tokeniser, network

    def warm(self, messages: Sequence[Message]) -> None:
        """No prefix is kept between answers; nothing to do."""

    def _job(
        self, messages: Sequence[Message], max_tokens: int, temperature: float, schema: Schema | None = None
    ) -> Job:
        # `schema` is left to the prompt: what does not fit is dropped by who asked.
        def generate(put: Callable[[str], None], stop: threading.Event) -> None:
            import torch

            prompt = self._prompt(messages, max_tokens)
            # A temperature of 0 means the likeliest words; `generate` wants that said in another way.
            how = {"do_sample": True, "temperature": temperature} if temperature > 0 else {"do_sample": False}
            with torch.inference_mode():
                self._network.generate(
                    **prompt, **how, max_new_tokens=max_tokens, streamer=_streamer(self._tokeniser, put),
                    stopping_criteria=_stopped(stop), pad_token_id=self._tokeniser.eos_token_id,
                )  # fmt: skip

        return generate

    def _prompt(self, messages: Sequence[Message], max_tokens: int) -> Any:
        """Input ids and mask, (1, tokens). Raises BackendUnavailable where they and the answer exceed the context."""
        prompt = self._tokeniser.apply_chat_template(
            [message.as_dict() for message in messages],
            add_generation_prompt=True,
            return_tensors="pt",
            return_dict=True,
        ).to(self._network.device)
        longest = getattr(self._network.config, "max_position_embeddings", None) or 2**31
        if prompt["input_ids"].shape[1] + max_tokens > longest:
            raise BackendUnavailable(f"The language model refused: the prompt is longer than its {longest} tokens.")
        return prompt


def _streamer(tokeniser: Any, put: Callable[[str], None]) -> Any:
    from transformers import TextStreamer

    class Streamer(TextStreamer):
        """Gives text on as soon as no further token can change it."""

        def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
            if text:
                put(text)

    return Streamer(tokeniser, skip_prompt=True, skip_special_tokens=True)


def _stopped(stop: threading.Event) -> Any:
    from transformers import StoppingCriteriaList

    return StoppingCriteriaList([lambda ids, scores, **_: stop.is_set()])
