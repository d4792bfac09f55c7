"""What the person asked: the question that waits, the one being answered, one cut off before its answer was heard."""

from __future__ import annotations

from dataclasses import replace

from avatar.answer import Question
from dialogue.text import language_of


class Asked:
    """One session's questions."""

    def __init__(self) -> None:
        self.waiting: Question | None = None  # to be answered next
        self.unanswered: Question | None = None  # cut off by the person before a word of its answer was heard
        self._current: Question | None = None
        self._awaited = 0  # committed utterances that are being recognised
        self._wanted = False  # an answer to the last of them is

    def take(self, now: float) -> Question:
        """The question to answer now; a greeting where nothing was asked."""
        self._current, self.waiting = self.waiting or Question(None, "", now, {}), None
        return self._current

    def asked_now(self, now: float) -> None:
        """The client wants the answer from now on: that is when its waiting begins."""
        if self.waiting:
            self.waiting = replace(self.waiting, asked_at=now, timings={})

    def cut_off(self) -> None:
        """Nothing of the answer under way was heard: what the person says next goes on with its question."""
        if self._current and self._current.said:
            self.unanswered = self._current

    def whole(self, text: str) -> str:
        """People go on with a question after a pause for thought; the two halves are one question."""
        if self.unanswered is None or self.unanswered.said is None:
            return text
        between = " " if language_of(text, "zh") == "en" else ""
        return f"{self.unanswered.said.text}{between}{text}".strip()

    # --- turns the client ends ---------------------------------------------------------------------------------------

    def committed(self) -> None:
        self._awaited += 1

    def wants_answer(self) -> bool:
        """The client asks for an answer. True: to an utterance that is still being recognised, so it comes then."""
        self._wanted = self._wanted or self._awaited > 0
        return self._awaited > 0

    def recognised(self) -> bool:
        """An utterance is there. Whether an answer to it was asked for meanwhile and there is anything to answer."""
        self._awaited = max(0, self._awaited - 1)
        if self._awaited or not self._wanted:
            return False
        self._wanted = False
        return self.waiting is not None
