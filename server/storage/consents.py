"""What a visitor agrees to, purpose by purpose: asked for where the operator says so, kept with the version of the text
they were shown, and as easily withdrawn. Whoever refuses a purpose keeps everything that does not need it: without
`mic_asr` they type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args

from models.errors import ConsentRequired, EventInvalid

Purpose = Literal["mic_asr", "store_transcript", "remember"]
PURPOSES = get_args(Purpose)


@dataclass(frozen=True)
class Text:
    """What is asked. A change of words is a new version."""

    version: str
    zh: str
    en: str


TEXTS: Mapping[Purpose, Text] = MappingProxyType(
    {
        "mic_asr": Text(
            "1",
            "要用语音聊天，需要听到您的声音并转成文字。录音不会保存。不同意也没关系，您可以打字。",
            "To talk by voice, your speech is turned into text. No recording is kept. You may decline and type.",
        ),
        "store_transcript": Text(
            "1",
            "我们想保存这次对话的文字，用来改进服务，个人信息会先遮盖。不同意也可以照常聊天。",
            "We would like to keep the text of this talk to improve the service; personal data is masked first. "
            "You can talk just the same if you decline.",
        ),
        "remember": Text(
            "1",
            "我想记住怎么称呼您、您来问过哪些事，下次见面好接着帮您；您说的原话不会记。"
            "您随时说“忘掉我”，我就全部删除。不同意也可以照常聊天。",
            "I would like to remember what to call you and what you came for, to help you better next time; not the "
            'words you say. Say "forget me" at any time and it is deleted. You can talk just the same if you decline.',
        ),
    }
)


class Consents:
    """Of one session. What is not asked for needs no consent here: the operator has another basis for it."""

    def __init__(
        self, asked: tuple[Purpose, ...] = (), tell: Callable[[Purpose, str, bool], None] = lambda *_: None
    ) -> None:
        """`tell`: hears of each decision (purpose, version, given)."""
        self._asked, self._tell = asked, tell
        self._given: dict[Purpose, bool] = {}

    def need(self, purpose: Purpose) -> None:
        """Raises ConsentRequired."""
        if purpose in self._asked and not self._given.get(purpose):
            raise ConsentRequired(
                f"The visitor has not agreed to {purpose}.",
                hint="Show its text from session.shuren.consent and send shuren.consent; typing works without.",
            )

    def decide(self, purpose: str, version: str, given: bool) -> None:
        """Raises EventInvalid for an unknown purpose, or a text that is not the one to be shown."""
        if purpose not in TEXTS:
            raise EventInvalid(f"There is no purpose {purpose[:40]!r}.", hint=f"Known: {', '.join(PURPOSES)}")
        if version != TEXTS[purpose].version:
            raise EventInvalid(f"The text of {purpose} has version {TEXTS[purpose].version}.", hint="Show that one.")
        self._given[purpose] = given
        self._tell(purpose, version, given)

    def as_session(self) -> list[dict[str, Any]]:
        """What a client is to ask, for the session object."""
        return [
            {
                "purpose": purpose,
                "version": TEXTS[purpose].version,
                "text": TEXTS[purpose].zh,
                "text_en": TEXTS[purpose].en,
                "given": self._given.get(purpose, False),
            }
            for purpose in self._asked
        ]
