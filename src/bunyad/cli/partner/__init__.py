"""The commands of the chapter `partner`, by what they are about."""

from __future__ import annotations

from bunyad.cli.partner.app import partner_app

__all__ = ["partner_app"]
