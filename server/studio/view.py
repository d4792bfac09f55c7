"""What a desk sees of a show."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from server.studio.acting import FaceState
from server.studio.comments import Comment
from server.studio.director import Answer, ShowState
from server.studio.reel import Reel
from server.studio.show import Show


class PartView(BaseModel):
    number: int
    title: str
    seconds: float
    cards: list[str]


class LineView(BaseModel):
    """The line of the rundown under way; after an answer it goes on with `sentence`."""

    id: str
    text: str
    sentence: str
    about: str


class CommentView(BaseModel):
    id: str
    user: str
    text: str
    age_s: float
    state: str
    rule: str
    """That keeps it out, or a sign of danger."""
    product: str
    asks: bool
    urgent: bool
    pinned: bool
    times: int
    score: float


class ProductView(BaseModel):
    sku: str
    name: str


class FilmView(BaseModel):
    state: Literal["none", "recorded", "drawing", "ready"]
    """`none`: the show is not recorded; `ready`: there is a film to be fetched."""
    done: int
    of: int
    """Pictures, while it is drawn."""
    problem: str = ""
    """Why the last one failed."""


class ShowView(BaseModel):
    id: str
    session: str
    """Whose stage shows it: `/v1/stages/{session}`."""
    persona: str
    avatar: str
    language: str
    rundown: str
    """Version: it changes with the rundown's text."""
    state: ShowState
    stalled: bool
    """It paused by itself, since her voice failed several times in a row."""
    doing: str
    """`idle`, `thinking`, `speaking`, …"""
    saying: str
    answering: CommentView | None
    part: int
    """From 1; 0 before the first."""
    round: int
    parts: list[PartView]
    line: LineView | None
    products: list[ProductView]
    on_show: list[str]
    pinned: str
    card: dict[str, Any]
    comments: list[CommentView]
    """Those that wait, the next one first."""
    recent: list[CommentView]
    """The last ones that wait no more, the newest first."""
    alone: bool
    """Questions are answered that nobody has approved."""
    mood: str
    performing: FaceState
    """Whose face she has, and whether a camera reads the streamer's."""
    film: FilmView
    operator: str
    heartbeat_left_s: float
    age_s: float
    metrics: dict[str, float | int | None]


def _film(reel: Reel | None) -> FilmView:
    if reel is None or not reel.path.is_file():
        return FilmView(state="none", done=0, of=0)
    if reel.drawn:
        return FilmView(state="drawing", done=reel.drawn[0], of=reel.drawn[1])
    return FilmView(state="ready" if reel.film.is_file() else "recorded", done=0, of=0, problem=reel.problem)


def view_of(show: Show, *, session: str, persona: str, avatar: str, reel: Reel | None = None) -> ShowView:
    director, now, language = show.director, show.now, show.cast.language
    under, on_show = director.under, director.on_show()
    acting = show.acting.comment if isinstance(show.acting, Answer) else None
    waiting = show.intake.ranked(now, on_show)

    def told(comment: Comment) -> CommentView:
        return CommentView(
            **{
                name: getattr(comment, name)
                for name in CommentView.model_fields
                if hasattr(comment, name) and name != "score"
            },
            age_s=round(now - comment.at, 1),
            score=round(comment.score(now, on_show), 2),
        )

    return ShowView(
        id=show.id,
        session=session,
        persona=persona,
        avatar=avatar,
        language=language,
        rundown=show.cast.rundown.version,
        state=director.state,
        stalled=director.stalled,
        doing=show.doing,
        saying=show.saying,
        answering=told(acting) if acting else None,
        part=director.script.part + 1,
        round=director.script.round + 1,
        parts=[
            PartView(number=number, title=part.title[language], seconds=part.seconds, cards=list(part.cards))
            for number, part in enumerate(show.cast.rundown.parts, start=1)
        ],
        line=LineView(id=under.line, text=director.whole, sentence=under.text, about=under.about) if under else None,
        products=[ProductView(sku=each.sku, name=each.names[language]) for each in show.cast.products],
        on_show=sorted(on_show),
        pinned=director.pinned,
        card=dict(show.cards.shown),
        comments=[told(each) for each in waiting[:60]],
        recent=[told(each) for each in show.intake.recent() if each.state not in ("waiting", "approved")][:30],
        alone=director.alone,
        mood=show.mood[0],
        performing=show.acting_face.state,
        film=_film(reel),
        operator=show.cast.presence.who,
        heartbeat_left_s=round(max(0.0, show.cast.presence.left(now)), 1),
        age_s=round(now, 1),
        metrics={
            "viewers": show.performer.viewers,
            **{f"comments_{name}": show.intake.counts[name] for name in ("taken", "blocked", "repeated", "limited")},
            **show.metrics.told(),
        },
    )
