"""What the controls of a desk do to a show."""

from __future__ import annotations

from models.errors import RequestInvalid, SpeechRefused
from server.studio import controls
from server.studio.controls import Control
from server.studio.director import Say
from server.studio.show import Show


async def operate(show: Show, control: Control, who: str) -> None:
    """Carry a control out; all but heartbeats are audited. Whoever uses one is there.

    Raises CommentUnknown, RequestInvalid, SpeechRefused or OfferChanged, and then nothing has happened.
    """
    show.cast.presence.beat(who, show.now)
    if isinstance(control, controls.Heartbeat):
        return
    await _do(show, control)
    details = {key: value for key, value in control.model_dump(exclude_none=True).items() if value != ""}
    show.record.put("control", by=who, **details)
    show.audit("show.controlled", actor=who, subject=show.id, **details)
    show.wake()


async def _do(show: Show, control: Control) -> None:
    director, now = show.director, show.now
    match control:
        case controls.Start():
            director.start(now)
        case controls.Pause():
            director.pause(now)
        case controls.Skip(what=what):
            director.skip(what, now)
            await show.performer.interrupt()
        case controls.Go(part=part):
            try:
                director.go(part - 1, now)
            except IndexError as error:
                raise RequestInvalid(f"The rundown has no part {part}.", param="part") from error
            await show.performer.interrupt()
        case controls.Approve(comment=comment):
            show.intake.approve(comment)
        case controls.Drop(comment=comment):
            show.intake.drop(comment)
        case controls.Pin(comment=comment, on=on):
            show.intake[comment].pinned = on
        case controls.Show(sku=sku):
            await _product(show, sku)
        case controls.SayNow():
            await _say(show, control)
        case controls.Mood(mood=mood, intensity=intensity):
            show.mood = (mood or "", intensity)
            show.performer.express(mood or "", intensity)
        case controls.Gesture(gesture=gesture):
            show.performer.gesture(gesture)
        case controls.Answering(alone=alone):
            director.alone = alone
        case controls.Perform(on=on):
            show.acting_face.perform(on)
        case controls.Calibrate(what=what):
            show.acting_face.calibrate(what)
        case controls.End():
            director.end(show.cast.rundown.closing)
            await show.performer.interrupt()
        case controls.Kill():
            director.stop()
            await show.performer.interrupt()


async def _product(show: Show, sku: str | None) -> None:
    if sku and sku not in show.cast.products:
        raise RequestInvalid(f"The catalogue has no product {sku!r}.", param="sku")
    show.director.pinned = sku or ""
    show.cards.pin(await show.refresh(sku) if sku else {})


async def _say(show: Show, control: controls.SayNow) -> None:
    if show.director.state == "ready":
        raise SpeechRefused("The show has not begun.", hint="Start it first.")
    show.performer.vet(control.text)
    await show.cast.offers.check(control.text, show.cast.language, control.about or show.director.pinned)
    show.director.type(Say(control.text, "operator", "", "", control.mood or "", control.gesture or ""))
    if control.when == "now":
        await show.performer.interrupt()
