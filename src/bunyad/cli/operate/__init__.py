"""The commands of the chapter `operate`, by what they are about."""

from __future__ import annotations

from bunyad.cli.operate.app import operate_app

__all__ = ["operate_app"]
