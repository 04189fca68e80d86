"""Command line: `bunyad`."""

from __future__ import annotations

from bunyad.cli import auction as _auction  # noqa: F401  (registers its commands)
from bunyad.cli import connect as _connect  # noqa: F401  (registers its commands)
from bunyad.cli import operate as _operate  # noqa: F401  (registers its commands)
from bunyad.cli import partner as _partner  # noqa: F401  (registers its commands)
from bunyad.cli import region_data as _region_data  # noqa: F401  (registers its commands)
from bunyad.cli import route as _route  # noqa: F401
from bunyad.cli import serve as _serve  # noqa: F401
from bunyad.cli.app import main

__all__ = ["main"]
