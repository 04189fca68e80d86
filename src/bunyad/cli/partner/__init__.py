"""The commands of the chapter `partner`, by what they are about."""

from __future__ import annotations

from bunyad.cli.partner import courses as _courses  # noqa: F401  (registers its commands)
from bunyad.cli.partner import exchange as _exchange  # noqa: F401  (registers its commands)
from bunyad.cli.partner import forum as _forum  # noqa: F401  (registers its commands)
from bunyad.cli.partner import match as _match  # noqa: F401  (registers its commands)
from bunyad.cli.partner import needs as _needs  # noqa: F401  (registers its commands)
from bunyad.cli.partner import organisations as _organisations  # noqa: F401  (registers its commands)
from bunyad.cli.partner import venture as _venture  # noqa: F401  (registers its commands)
from bunyad.cli.partner.app import partner_app

__all__ = ["partner_app"]
