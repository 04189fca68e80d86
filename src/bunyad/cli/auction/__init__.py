"""The commands of auctions, by what they are about."""

from __future__ import annotations

from bunyad.cli.auction import clear as _clear  # noqa: F401  (registers its commands)
from bunyad.cli.auction import deciding as _deciding  # noqa: F401  (registers its commands)
from bunyad.cli.auction import draft as _draft  # noqa: F401  (registers its commands)
from bunyad.cli.auction import life as _life  # noqa: F401  (registers its commands)
from bunyad.cli.auction import publish as _publish  # noqa: F401  (registers its commands)
from bunyad.cli.auction import rules as _rules  # noqa: F401  (registers its commands)
from bunyad.cli.auction import seal as _seal  # noqa: F401  (registers its commands)
from bunyad.cli.auction import simulate as _simulate  # noqa: F401  (registers its commands)
from bunyad.cli.auction.app import auction_app

__all__ = ["auction_app"]
