"""The commands of the chapter `operate`, by what they are about."""

from __future__ import annotations

from bunyad.cli.operate import alarms as _alarms  # noqa: F401  (registers its commands)
from bunyad.cli.operate import context as _context  # noqa: F401  (registers its command)
from bunyad.cli.operate import indicators as _indicators  # noqa: F401  (registers its commands)
from bunyad.cli.operate import listen as _listen  # noqa: F401  (registers its command)
from bunyad.cli.operate import provision as _provision  # noqa: F401  (registers its commands)
from bunyad.cli.operate import run as _run  # noqa: F401  (registers its command)
from bunyad.cli.operate import serve as _serve  # noqa: F401  (registers its command)
from bunyad.cli.operate import simulate as _simulate  # noqa: F401  (registers its commands)
from bunyad.cli.operate.app import operate_app

__all__ = ["operate_app"]
