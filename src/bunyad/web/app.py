"""The application: pages, the API, and the work behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bunyad.web.auction.closing import Closer
from bunyad.web.chapters import all_endpoints
from bunyad.web.endpoint import route_of
from bunyad.web.explore.opened import warm_up
from bunyad.web.explore.worker import WORKER
from bunyad.web.guard import Guard
from bunyad.web.jobs.runner import Runner
from bunyad.web.limits import Limits
from bunyad.web.openapi import openapi_document
from bunyad.web.operate.rooms import close_rooms
from bunyad.web.problems import Problem, answer_problem, not_found
from bunyad.web.services import Services, open_guarded
from bunyad.web.settings import Settings

API = "/api/v1"
LEAST_GZIP_BYTES = 1_000


def make_app(settings: Settings) -> Starlette:
    """
    Put the application together.

    Parameters
    ----------
    settings
        How the server is set up.

    Raises
    ------
    InputError
        If the database does not open.
    """
    services = Services(settings=settings, database=open_guarded(settings), limits=Limits())
    routes = [route_of(endpoint) for endpoint in all_endpoints()]
    routes.append(Route("/openapi.json", _describe, methods=["GET"]))
    pages = Path(str(resources.files("bunyad.web"))) / "static"
    app = Starlette(
        routes=[
            Mount(API, routes=[*routes, Route("/{rest:path}", _no_such_endpoint)]),
            Route("/health", _is_well, methods=["GET"]),
            Route("/", _first_page, methods=["GET"]),
            Mount("/", StaticFiles(directory=pages, check_dir=False)),
        ],
        middleware=[
            Middleware(Guard, settings=settings),
            Middleware(GZipMiddleware, minimum_size=LEAST_GZIP_BYTES, compresslevel=6),
        ],
        exception_handlers={
            Problem: _answer_problem, HTTPException: _answer_http, 500: _answer_fault,
        },
        lifespan=_lifespan,
    )  # fmt: skip
    app.state.services = services
    app.state.pages = pages
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    services: Services = app.state.services
    runner = Runner(services) if services.settings.runs_jobs else None
    if runner is not None:
        runner.start()
    closer = Closer(services)
    closer.start()
    if services.settings.warms_up:
        warm_up(services)
    try:
        yield
    finally:
        if runner is not None:
            runner.stop()
        closer.stop()
        WORKER.stop()
        close_rooms(services)
        services.database.close()


async def _describe(_request: Request) -> Response:
    document = openapi_document(all_endpoints())
    document["servers"] = [{"url": API}]
    return Response(msgspec.json.encode(document), media_type="application/json")


async def _is_well(_request: Request) -> Response:
    return Response("well\n", media_type="text/plain")


def _first_page(request: Request) -> Response:
    page: Path = request.app.state.pages / "index.html"
    if not page.is_file():
        return Response(
            "The pages have not been built: run `make web`.\n", 503, media_type="text/plain"
        )
    return FileResponse(page, headers={"Cache-Control": "no-cache"})


async def _no_such_endpoint(_request: Request) -> Response:
    return answer_problem(not_found("address"))


async def _answer_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return answer_problem(error)


async def _answer_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    problem = Problem(
        error.status_code, "http", f"{error.detail}.", headers=dict(error.headers or {})
    )
    return answer_problem(problem)


async def _answer_fault(_request: Request, _error: Exception) -> Response:
    return answer_problem(
        Problem(
            500, "fault", "The server has stumbled over a fault of its own.",
            mend="Try again; if it comes back, tell the operator of this server.",
        )
    )  # fmt: skip
