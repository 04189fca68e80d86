"""Web pages of other hosts: which of them a browser lets ask the server (CORS)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bunyad.errors import Fault, InputError

_ORIGIN = re.compile(r"https?://[^/?#\s@]+")
_MEND = "give one such as https://dashboard.example, without a path, or *"
_TOLD = ("location", "link", "allow", "retry-after", "ngsild-results-count", "ngsild-tenant",
         "ngsild-warning", "ngsild-entitymap")  # fmt: skip


def let_ask(app: Any, origins: Sequence[str]) -> Any:
    """
    Let pages of other hosts ask an application.

    Parameters
    ----------
    app
        ASGI application.
    origins
        Where the pages come from, such as `https://dashboard.example`, or `*` for anywhere.

    Raises
    ------
    InputError
        If one is no origin.
    """
    from starlette.middleware.cors import CORSMiddleware  # noqa: PLC0415  (few need it)

    faults = [
        Fault("--allow-origins", f"{origin!r} is no origin", _MEND)
        for origin in origins
        if origin != "*" and not _ORIGIN.fullmatch(origin)
    ]
    if faults:
        raise InputError.of(faults)
    return CORSMiddleware(
        app,
        allow_origins=list(origins),
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=_TOLD,
    )
