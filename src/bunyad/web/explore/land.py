"""Which land a question is about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """Which land is meant: a region, and what a plan changes of it."""

    source: str | Path
    stamp: float
    """When the region's file was written, so that another upload is another land."""
    options: str
    """Every option, as JSON."""
    changes: str
    """As JSON."""
