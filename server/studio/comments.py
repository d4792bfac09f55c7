"""What viewers write: taken in, sorted out, ranked. Personal data is masked before anything is kept."""

from __future__ import annotations

import math
import re
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dialogue.detectors import detect
from dialogue.redaction import redact
from dialogue.text import normalise
from models.errors import CommentUnknown
from server.studio.blocked import Blocked
from server.studio.products import Products

State = Literal["waiting", "approved", "answering", "answered", "dropped", "blocked", "repeated", "limited", "expired"]
URGENT = frozenset({"emergency_medical", "emergency_fire", "emergency_police", "self_harm"})
ELSEWHERE = frozenset({"human", "exit"})  # a viewer who wants a person, or says goodbye: not hers to act on in a show
KEPT = 500  # comments of a show that are remembered
SAME_S = 120.0  # the same words within so long are one comment
EACH = (5, 30.0)  # comments of one viewer in seconds
FADES_S = 90.0  # in which a comment's newness goes to a third
EXPIRES_S = 300.0  # after which nobody waits for an answer any more
WORTH = 1.0  # of a comment that is answered without an operator's word

_ASKS = re.compile(
    "[?？]|吗|呢|怎么|咋|什么|啥|多少|哪[个款种里儿]?|几[个件天岁]|多久|多大|为什么|能不能|有没有|是不是|可以|能.{1,8}[吗么不]"
    r"|\b(?:what|how|when|where|which|who|why|can|could|is|are|do|does|will)\b",
    re.IGNORECASE,
)
_CHATTER = re.compile(
    r"^(?:[\W\d_]*|(.)\1+|哈+|h+a*|来了|打卡|签到|好看|支持|加油|路过|冲+|赞+|emmm*|ok|hello|hi)[!！~。.]*$",
    re.IGNORECASE,
)


class Said(BaseModel):
    """A comment as an adapter brings it."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"examples": [{"user": "小鱼", "text": "长巾能水洗吗？"}]}
    )

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    user: str = Field("", max_length=64)
    """Who wrote it, as the platform shows them; never spoken."""
    at: float | None = Field(None, ge=0)
    """In a recording: seconds after its beginning."""


@dataclass
class Comment:
    id: str
    user: str
    text: str
    at: float
    state: State = "waiting"
    rule: str = ""  # that keeps it out, or a sign of danger
    product: str = ""
    asks: bool = False
    urgent: bool = False
    pinned: bool = False
    times: int = 1  # it was asked

    def score(self, now: float, on_show: frozenset[str]) -> float:
        """How much it should be answered next: danger, then the operator's wish, questions, goods, newness."""
        about = 0.0 if not self.product else 1.4 if self.product in on_show else 1.0
        newness = math.exp(-(now - self.at) / FADES_S)
        wish = 50.0 * self.urgent + 20.0 * self.pinned + 10.0 * (self.state == "approved")
        return wish + 1.0 * self.asks + about + 0.6 * newness + 0.3 * math.log2(self.times)


@dataclass
class Intake:
    """The comments of one show. Times are seconds of the show's clock."""

    products: Products
    blocked: Blocked
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._comments: OrderedDict[str, Comment] = OrderedDict()
        self._by_words: dict[str, Comment] = {}
        self._wrote: dict[str, deque[float]] = {}
        self._number = 0

    def __getitem__(self, comment: str) -> Comment:
        """Raises CommentUnknown."""
        if comment not in self._comments:
            raise CommentUnknown(f"There is no comment {comment[:40]!r}.", hint="It may be too long ago.")
        return self._comments[comment]

    def take(self, said: Said, now: float) -> Comment:
        """A comment comes; its `state` tells what becomes of it."""
        self.counts["taken"] += 1
        masked = redact(normalise(said.text))
        comment = Comment("", redact(said.user).text[:24], masked.text[:200], now)
        if self._too_often(said.user, now):
            comment.state = "limited"
        elif masked.kinds:
            comment.state, comment.rule = "blocked", "personal"
        elif rule := self.blocked.rule(said.text):
            comment.state, comment.rule = "blocked", rule
        elif before := self._same(comment, now):
            before.times += before.user != comment.user
            self.counts["repeated"] += 1
            comment.state, comment.id = "repeated", before.id
            return comment
        else:
            self._look(comment)
        self.counts[comment.state] += 1
        self._keep(comment)
        return comment

    def ranked(self, now: float, on_show: frozenset[str] = frozenset()) -> list[Comment]:
        """Those that wait for an answer, the first one next."""
        self._expire(now)
        open_ = [each for each in self._comments.values() if each.state in ("waiting", "approved")]
        return sorted(open_, key=lambda each: -each.score(now, on_show))

    def next(self, now: float, on_show: frozenset[str], *, alone: bool) -> Comment | None:
        """The one to answer now. `alone`: also one that no operator has approved, if it is worth it."""
        for comment in self.ranked(now, on_show):
            asked_for = comment.urgent or comment.state == "approved"
            worth = bool(comment.asks or comment.product) and comment.score(now, on_show) >= WORTH
            if asked_for or (alone and worth):
                return comment
        return None

    def approve(self, comment: str) -> None:
        """Have it answered, whatever became of it before. Raises CommentUnknown."""
        self[comment].state = "approved"

    def drop(self, comment: str) -> None:
        """Raises CommentUnknown."""
        self[comment].state = "dropped"

    def recent(self, most: int = 60) -> list[Comment]:
        """The last ones, whatever became of them, the newest first."""
        return list(reversed(self._comments.values()))[:most]

    def _too_often(self, user: str, now: float) -> bool:
        if not user:
            return False
        most, within = EACH
        wrote = self._wrote.setdefault(user, deque(maxlen=most))
        full = len(wrote) == most and now - wrote[0] < within
        if not full:
            wrote.append(now)
        if len(self._wrote) > 10 * KEPT:
            self._wrote = {name: times for name, times in self._wrote.items() if now - times[-1] < within}
        return full

    def _same(self, comment: Comment, now: float) -> Comment | None:
        before = self._by_words.get(_bare(comment.text))
        return before if before and now - before.at < SAME_S else None

    def _look(self, comment: Comment) -> None:
        hit = detect(comment.text)
        comment.urgent = bool(hit and hit.sign in URGENT)
        if hit and (comment.urgent or hit.sign in ELSEWHERE):
            comment.rule = hit.rule
        comment.product = next((each.sku for each in self.products.named(comment.text)), "")
        comment.asks = bool(_ASKS.search(comment.text)) and not _CHATTER.match(comment.text)
        chatter = _CHATTER.match(comment.text) and not comment.product
        if not comment.urgent and (chatter or comment.rule):
            comment.state = "dropped"

    def _keep(self, comment: Comment) -> None:
        self._number += 1
        comment.id = f"c{self._number}"
        self._comments[comment.id] = comment
        if comment.state == "waiting":
            self._by_words[_bare(comment.text)] = comment
        while len(self._comments) > KEPT:
            _, gone = self._comments.popitem(last=False)
            if self._by_words.get(_bare(gone.text)) is gone:
                del self._by_words[_bare(gone.text)]

    def _expire(self, now: float) -> None:
        for comment in self._comments.values():
            if comment.state == "waiting" and not comment.pinned and now - comment.at > EXPIRES_S:
                comment.state = "expired"


def _bare(text: str) -> str:
    """Its letters and digits: what makes two comments the same."""
    return re.sub(r"[\W_]+", "", text).lower()
