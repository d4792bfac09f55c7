"""Requests and answers in OpenAI's shapes."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.errors import RequestInvalid

LONGEST = 4000  # characters of a message
WITHOUT_EFFECT = (
    "temperature", "top_p", "max_tokens", "max_completion_tokens", "stop", "seed", "tools", "tool_choice",
    "presence_penalty", "frequency_penalty", "logit_bias", "reasoning_effort",
)  # fmt: skip


class Part(BaseModel):
    type: str
    text: str = Field("", max_length=LONGEST)


class Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Part] = Field(max_length=LONGEST)

    @property
    def text(self) -> str:
        """Raises RequestInvalid for what is no text."""
        if isinstance(self.content, str):
            return self.content
        if any(part.type not in ("text", "refusal") for part in self.content):
            raise RequestInvalid("Messages are text.", param="messages")
        return "".join(part.text for part in self.content)


class StreamOptions(BaseModel):
    include_usage: bool = False


class Wanted(BaseModel):
    """`model` is the id of a persona. What has no effect here is named in the header `Shuren-Notice`."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [{"model": "bank-teller", "messages": [{"role": "user", "content": "银行卡丢了怎么办？"}]}]
        },
    )

    model: str = Field(max_length=80)
    messages: list[Message] = Field(min_length=1, max_length=200)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: int | None = None
    response_format: dict[str, Any] | None = None
    user: str = Field("", max_length=512)
    """Your own id of the person: what is kept is found by it, to be exported or erased."""

    def checked(self) -> list[tuple[str, str]]:
        """What was said, (role, text), the last by the user. Raises RequestInvalid."""
        if self.n not in (None, 1):
            raise RequestInvalid("There is one answer.", param="n")
        if self.response_format and self.response_format.get("type") != "text":
            raise RequestInvalid("She answers in her own words, as text.", param="response_format")
        said = [(each.role, each.text) for each in self.messages if each.role in ("user", "assistant")]
        if not said or said[-1][0] != "user" or not said[-1][1].strip():
            raise RequestInvalid("The last message is the user's.", param="messages")
        return said

    def notices(self) -> list[str]:
        given = [name for name in WITHOUT_EFFECT if (self.model_extra or {}).get(name) is not None]
        if any(each.role in ("system", "developer") for each in self.messages):
            given.append("system messages")
        return [f"{name} has no effect" if name != "system messages" else f"{name} have no effect" for name in given]


def usage(asked: str, answered: str) -> dict[str, int]:
    """Estimated: what is answered in approved words costs no tokens at all."""
    counts = {"prompt_tokens": _tokens(asked), "completion_tokens": _tokens(answered)}
    return counts | {"total_tokens": sum(counts.values())}


def _tokens(text: str) -> int:
    """About one for a Chinese character, one for four letters."""
    wide = sum(ord(char) > 0x2E80 for char in text)
    return wide + (len(text) - wide + 3) // 4


def completion(about: dict[str, Any], text: str, counted: dict[str, int], extra: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return about | {"object": "chat.completion", "choices": [choice], "usage": counted, "shuren": extra}


def chunk(about: dict[str, Any], delta: dict[str, Any], *, finish: str | None = None, **extra: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    return about | {"object": "chat.completion.chunk", "choices": [choice]} | extra
