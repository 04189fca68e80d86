"""Bunyad: plan, procure, partner and operate the rebuilding of a whole region."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunyad import (
        connect,
        energy,
        errors,
        options,
        plan,
        potential,
        programme,
        project,
        region,
        report,
        settle,
        store,
        tables,
    )

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "connect",
    "energy",
    "errors",
    "options",
    "plan",
    "potential",
    "programme",
    "project",
    "region",
    "report",
    "settle",
    "store",
    "tables",
]


def __getattr__(name: str) -> Any:
    """Import a chapter when it is first used, so that `import bunyad` is quick."""
    if name in __all__:
        return importlib.import_module(f"bunyad.{name}")
    raise AttributeError(f"module 'bunyad' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
