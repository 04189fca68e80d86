"""Command line: `bunyad`."""

from __future__ import annotations

from bunyad.cli.app import main

__all__ = ["main"]
