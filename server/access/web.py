"""What endpoints ask of access: `caller: Operator`, or `dependencies=[Depends(visitor)]`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from models.errors import Forbidden
from server.access.caller import DEFAULT_TENANT, Caller
from server.access.credentials import Scope
from server.settings import Settings


def settings_of(request: Request) -> Settings:
    return request.app.state.settings


Configured = Annotated[Settings, Depends(settings_of)]


def needs(*scopes: Scope, stopped: bool = False) -> Callable[[Request], Awaitable[Caller]]:
    """The caller, once it is known to have one of the scopes. `stopped`: also while the service is stopped.

    Raises Unauthorized, Forbidden, RateLimited or ServiceStopped.
    """

    async def admitted(request: Request) -> Caller:
        access = request.app.state.access
        caller = await access.gate.admit(request)
        caller.need(*scopes)
        if not stopped:
            access.kill.check()
        return caller

    return admitted


def house(*scopes: Scope) -> Callable[[Request], Awaitable[Caller]]:
    """The same for what belongs to the whole service and no tenant, also while it is stopped."""
    known = needs(*scopes, stopped=True)

    async def admitted(request: Request) -> Caller:
        caller = await known(request)
        if caller.tenant != DEFAULT_TENANT:
            raise Forbidden("This is for the operator of the whole service.", hint="Use a key of no tenant.")
        return caller

    return admitted


visitor, integrator = needs("visitor"), needs("integrator")
Integrator = Annotated[Caller, Depends(integrator)]
Operator = Annotated[Caller, Depends(needs("operator"))]
Admin = Annotated[Caller, Depends(needs("admin"))]
Compliance = Annotated[Caller, Depends(needs("compliance"))]
Auditor = Annotated[Caller, Depends(needs("auditor"))]
HouseAdmin = Annotated[Caller, Depends(house("admin"))]
HouseEditor = Annotated[Caller, Depends(house("editor"))]
HouseCompliance = Annotated[Caller, Depends(house("compliance"))]
HouseAuditor = Annotated[Caller, Depends(house("auditor"))]
