"""REST over the sessions under way: begin one without a client, have her answer or speak, look at it, end it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dialogue.feelings import MOODS
from dialogue.gestures import GESTURES
from models.errors import SessionBusy
from models.telemetry import observe
from server.access.web import Integrator
from server.realtime import wire
from server.realtime.cards import Card
from server.realtime.ids import new_id
from server.realtime.live import Live
from server.realtime.sessions import Sessions
from server.refusals import refusals
from server.storage.minutes import Visit

Spoken = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"\S", max_length=4000)]
Mood = Literal[MOODS]
Gesture = Literal[GESTURES]

router = APIRouter(prefix="/v1/sessions", tags=["sessions"], responses=refusals(400, 401, 403, 422, 429, 503))


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NewSession(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"persona": "bank-teller"}]})

    persona: str = Field("", max_length=80)
    """Whom to talk with; empty: the default one."""
    language: Literal["", "zh", "en"] = ""
    """Of the greeting; afterwards she follows the person."""
    greet: bool = False
    """She greets at once."""


class Resume(BaseModel):
    """How a realtime client takes the session: `/v1/realtime?session_id=…&resume=TOKEN`."""

    token: str
    within_s: float


class SessionView(BaseModel):
    id: str = Field(examples=["sess_5f1c0a"])
    persona: str
    state: str
    """`idle`, `listening`, `thinking`, `speaking` or `paused`."""
    has_client: bool
    followers: int
    age_s: float


class CreatedSession(SessionView):
    resume: Resume


class SessionList(BaseModel):
    sessions: list[SessionView]


class Text(Body):
    text: Spoken = Field(examples=["银行卡丢了怎么办？"])


class Say(Body):
    text: Spoken = Field(examples=["您好，请到三号窗口。"])
    mood: Mood | None = None
    gesture: Gesture | None = None


class MoodWish(Body):
    mood: Mood | None
    """null leaves it to her words again."""
    intensity: float = Field(1.0, ge=0, le=1)


class GestureWish(Body):
    gesture: Gesture


class CardWish(Body):
    card: Card


class Answering(BaseModel):
    turn: int
    """Of the answer that begins; events of the stage carry it."""
    item_id: str | None = None
    """Of the question."""


class Interruption(BaseModel):
    interrupted: bool
    """False: she was not speaking."""


class Line(BaseModel):
    item_id: str
    role: str
    text: str
    status: str
    language: str | None = None
    source: str | None = None


class Lines(BaseModel):
    session: str
    lines: list[Line]


def _sessions(request: Request) -> Sessions:
    return request.app.state.sessions


Found = Annotated[Sessions, Depends(_sessions)]


async def _live(sessions: Found, caller: Integrator, session: Annotated[str, Path(examples=["sess_5f1c0a"])]) -> Live:
    live = sessions.find(session, caller)
    live.attended()
    observe(live.watched)  # what is begun here is timed as the rest of the talk
    return live


One = Annotated[Live, Depends(_live)]


@router.post("", status_code=201, responses=refusals(404))
async def create(wish: NewSession, request: Request, sessions: Found, caller: Integrator) -> CreatedSession:
    """A session without a client: it ends when nobody has asked for it, followed it or joined it for a while. She says
    the AI label before her first answer, since nobody has shown it."""
    host = request.app.state.host
    card = host.persona(caller.whom(wish.persona))
    visit = Visit(caller.tenant, client="rest")
    session = host.open_session(card.id, speaks_label=True, language=wish.language, visit=visit)
    live = await sessions.begin(session, card, request.app.state.access.gate.stay(caller), hosted=True)
    live.attended()
    if wish.greet:
        await session.respond()
    resume = Resume(token=live.token, within_s=live.settings.sessions.unattended_s)
    return CreatedSession(**_view(live).model_dump(), resume=resume)


@router.get("")
async def list_sessions(sessions: Found, caller: Integrator) -> SessionList:
    """Those of the caller's tenant that are under way."""
    return SessionList(sessions=[_view(live) for live in sessions.of(caller)])


@router.get("/{session}", responses=refusals(404))
async def get(live: One) -> SessionView:
    """One session."""
    return _view(live)


@router.delete("/{session}", status_code=204, responses=refusals(404))
async def close(live: One) -> None:
    """End it. Its client and followers are told."""
    await live.close()


@router.get("/{session}/transcript", responses=refusals(404))
async def transcript(live: One) -> Lines:
    """What was said so far, answers as far as they were heard. It is gone with the session."""
    return Lines(session=live.id, lines=[Line(**line) for line in live.transcript.lines()])


@router.post("/{session}/speak", status_code=202, responses=refusals(404, 409))
async def speak(wish: Text, live: One) -> Answering:
    """Have this answered, as if the person had typed it."""
    if live.talk.translator.answer:
        raise SessionBusy("An answer is already under way.", hint="Interrupt it first.")
    item = await live.session.add_text(wish.text, new_id("item"))
    live.tell(live.talk.translator.typed(item, wish.text))
    return Answering(turn=await live.session.respond(), item_id=item)


@router.post("/{session}/say", status_code=202, responses=refusals(404, 409))
async def say(wish: Say, live: One) -> Answering:
    """Have her say this as it is. The guard still keeps back what may never be said: `speech_refused`."""
    return Answering(turn=await live.session.say(wish.text, mood=wish.mood or "", gesture=wish.gesture or ""))


@router.post("/{session}/interrupt", responses=refusals(404))
async def interrupt(live: One) -> Interruption:
    """Stop her."""
    return Interruption(interrupted=await live.session.cancel())


@router.post("/{session}/mood", status_code=204, responses=refusals(404))
async def mood(wish: MoodWish, live: One) -> None:
    """The mood of what she says from the next answer on, unless its words want a graver one."""
    live.session.express(wish.mood or "", wish.intensity)


@router.post("/{session}/gesture", status_code=204, responses=refusals(404))
async def gesture(wish: GestureWish, live: One) -> None:
    """Make a gesture now."""
    live.session.gesture(wish.gesture)


@router.post("/{session}/card", status_code=204, responses=refusals(404))
async def card(wish: CardWish, live: One) -> None:
    """Show a card beside her: `shuren.card` to the client and the followers."""
    for text in wish.card.texts():
        live.session.vet(text)
    live.tell([wire.event("shuren.card", card=wish.card.model_dump(mode="json", exclude_none=True))])


def _view(live: Live) -> SessionView:
    return SessionView(
        id=live.id,
        persona=live.card.id,
        state=live.stage.state,
        has_client=live.has_client,
        followers=len(live.stage),
        age_s=round(live.age, 1),
    )
