"""What Whisper wrote, and whether it is to be believed: it writes words over noise, music and silence too."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace

from speech.script import tidy
from speech.types import Alternative, HeardWord, Language

SURE_ENOUGH = -1.0  # average log-probability: real speech stayed above -0.83, what is written on noise below -2
LOOPING = 2.4  # compression ratio of text that repeats itself (Whisper's own threshold)
FASTEST = 14  # characters (zh) or syllables' worth of letters (en) nobody says in a second
LIST_SHARE = 0.7  # a result made of the prompt's words by more than this is the prompt read back
# What Whisper learnt from subtitles, and writes over music with a good score.
CREDITS = re.compile(
    r"字幕(by|由|志愿者|制作|提供)|请不吝点赞"
    r"|(谢谢|感谢)(大家)?(的)?(观看|收看|收听)"
    r"|(thanks|thank you) for (watching|listening)|subtitles by|please subscribe"
    r"|\W*[\[(（【♪*](music|音乐|掌声|applause)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Hypothesis:
    """One decoding. `alternatives` are the beam's, this one first."""

    text: str
    language: Language
    logprob: float  # average over tokens
    seconds: float = 0.0  # of audio it is the text of, 0 where that is not known
    alternatives: tuple[Alternative, ...] = ()
    tokens: tuple[int, ...] = ()
    chances: tuple[float, ...] = ()  # 0..1, of each token after those before it; empty where not asked for
    words: tuple[HeardWord, ...] = ()
    language_confidence: float = 1.0

    @property
    def loops(self) -> bool:
        data = self.text.encode()
        return len(data) > 30 and len(data) / len(zlib.compress(data)) > LOOPING

    @property
    def too_fast(self) -> bool:
        """More is written than anybody could have said."""
        bare = re.sub(r"\W", "", self.text)
        amount = len(bare) if self.language == "zh" else len(bare) / 2
        return bool(self.seconds) and amount > FASTEST * (self.seconds + 0.5)

    @property
    def doubtful(self) -> bool:
        return self.loops or self.too_fast or self.logprob < SURE_ENOUGH

    def believed(self) -> Hypothesis:
        """Its text tidied, and none where that was no speech."""
        text = "" if self.doubtful else tidy(self.text, self.language)
        if not text or CREDITS.match(text):
            return replace(self, text="", alternatives=(), words=())
        others = tuple(
            replace(each, text=tidy(each.text, self.language))
            for each in self.alternatives
            if replace(self, text=each.text, logprob=each.avg_logprob).doubtful is False
        )
        return replace(self, text=text, alternatives=others)


def is_list(text: str, words: tuple[str, ...]) -> bool:
    """Whether `text` is mostly the prompt's words one after the other, which is the prompt read back."""
    bare = re.sub(r"\W", "", text)
    found = [word for word in words if word in bare]
    return len(found) >= 3 and sum(map(len, found)) >= LIST_SHARE * max(1, len(bare))
