"""`POST /v1/chat/completions`."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import State

from avatar.render.aigc import KEY, Mark
from dialogue.types import Sentence
from server.access.caller import Caller
from server.access.web import Configured, Integrator
from server.audio.shapes import Stream, event, failure
from server.chat.shapes import Wanted, chunk, completion, usage
from server.chat.talks import Written, glue
from server.realtime.ids import new_id
from server.refusals import refusals
from server.storage.minutes import Visit

PATH = "/v1/chat/completions"
router = APIRouter(tags=["chat"], responses=refusals(400, 401, 403, 404, 429, 503))


class Answering:
    """One request, from its question to the talk that waits for the next."""

    def __init__(self, wanted: Wanted, state: State, caller: Caller) -> None:
        """Raises RequestInvalid or PersonaUnknown."""
        self.wanted, self._said, self._state = wanted, wanted.checked(), state
        self._persona = state.host.persona(wanted.model).id
        self._visit = Visit(caller.tenant, wanted.user, client="chat")
        version = state.host.digests().get(self._persona, "")
        self._whose = (caller.tenant, caller.key, wanted.user, self._persona, version)
        self._talk = ""
        self.text, self.sentences = "", list[Sentence]()
        made = int(time.time())
        self.about = {"id": new_id("chatcmpl"), "created": made, "model": wanted.model, "system_fingerprint": None}

    async def parts(self) -> AsyncIterator[str]:
        """What the answer is made of, as it comes. A talk that breaks off does not go on. Raises AtCapacity, or what
        `House.write` raises."""
        async with self._state.chatting:
            written, whole = self._written(), False
            self._talk = written.id
            try:
                async with aclosing(written.answer(self._said[-1][1])) as sentences:
                    async for sentence in sentences:
                        part = glue(self.text, sentence) + sentence.text
                        self.text += part
                        self.sentences.append(sentence)
                        yield part
                whole = True
            finally:
                if whole:
                    said = [*self._said, ("assistant", self.text)]
                    await self._state.talks.leave(self._whose, said, written)
                else:
                    await written.aclose()

    def _written(self) -> Written:
        earlier = self._said[:-1]
        written = self._state.talks.take(self._whose, earlier)
        if written is None:
            written = self._state.host.write(self._persona, self._visit)
            written.knows(earlier)
        return written

    @property
    def usage(self) -> dict[str, int]:
        return usage("".join(text for _, text in self._said), self.text)

    @property
    def extra(self) -> dict[str, Any]:
        """What OpenAI's shape has no place for."""
        cited = {each.passage_id: asdict(each) for sentence in self.sentences for each in sentence.citations}
        sources = sorted({sentence.source for sentence in self.sentences})
        handoff = any(sentence.handoff for sentence in self.sentences)
        return {"session": self._talk, "sources": sources, "citations": list(cited.values()), "handoff": handoff}


@router.post(PATH, response_class=JSONResponse)
async def completions(wanted: Wanted, request: Request, caller: Integrator, settings: Configured) -> Response:
    """A persona's answer in writing; `model` is her id. The same mind, guard and records as by voice. Whoever shows it
    shows the AI label beside it (`shuren.label` in `/v1/realtime`'s session, header `AIGC`)."""
    answering = Answering(wanted, request.app.state, caller)
    headers = _headers(wanted, Mark(settings.audio.producer))
    parts = answering.parts()
    first = await anext(parts, "")  # what can go wrong mostly goes wrong here
    if wanted.stream:
        return Stream(_stream(answering, first, parts), media_type="text/event-stream", headers=headers)
    async with aclosing(parts):
        async for _ in parts:
            pass
    body = completion(answering.about, answering.text, answering.usage, answering.extra)
    return JSONResponse(body, headers=headers)


async def _stream(answering: Answering, first: str, rest: AsyncIterator[str]) -> AsyncIterator[bytes]:
    about = answering.about
    try:
        async with aclosing(rest):
            yield event(chunk(about, {"role": "assistant", "content": first}))
            async for part in rest:
                yield event(chunk(about, {"content": part}))
    except Exception as problem:
        yield failure(problem, PATH)
        return
    yield event(chunk(about, {}, finish="stop", shuren=answering.extra))
    if answering.wanted.stream_options and answering.wanted.stream_options.include_usage:
        yield event(about | {"object": "chat.completion.chunk", "choices": [], "usage": answering.usage})
    yield b"data: [DONE]\n\n"


def _headers(wanted: Wanted, mark: Mark) -> dict[str, str]:
    headers = {KEY: mark.as_json(), "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    notices = wanted.notices()
    return headers | ({"Shuren-Notice": "; ".join(notices)} if notices else {})
