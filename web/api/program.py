"""The program behind the routes (``callcenter.ports.App``), as a dependency."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from callcenter.ports import App


def _program(request: Request) -> App:
    return cast(App, request.app.state.app)


Program = Annotated[App, Depends(_program)]
