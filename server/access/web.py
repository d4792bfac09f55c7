"""What endpoints ask of access: `caller: Operator`, or `dependencies=[Depends(visitor)]`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from models.errors import Forbidden
from server.access.caller import Caller
from server.access.credentials import Scope
from server.settings import Settings


def settings_of(request: Request) -> Settings:
    return request.app.state.settings


Configured = Annotated[Settings, Depends(settings_of)]


def needs(scope: Scope, *, stopped: bool = False) -> Callable[[Request], Awaitable[Caller]]:
    """The caller, once it is known to have the scope. `stopped`: also while the service is stopped.

    Raises Unauthorized, Forbidden, RateLimited or ServiceStopped.
    """

    async def admitted(request: Request) -> Caller:
        access = request.app.state.access
        caller = await access.gate.admit(request)
        caller.need(scope)
        if not stopped:
            access.kill.check()
        return caller

    return admitted


visitor, operator, admin = needs("visitor"), needs("operator"), needs("admin")
Operator = Annotated[Caller, Depends(operator)]
Admin = Annotated[Caller, Depends(admin)]


async def _of_the_house(request: Request) -> Caller:
    caller = await needs("admin", stopped=True)(request)
    if not caller.of_the_house:
        raise Forbidden("This is for the operator of the whole service.", hint="Use an admin key of no tenant.")
    return caller


HouseAdmin = Annotated[Caller, Depends(_of_the_house)]
