"""The commands of auctions, by what they are about."""

from __future__ import annotations

from bunyad.cli.auction import seal as _seal  # noqa: F401  (registers its commands)
from bunyad.cli.auction import simulate as _simulate  # noqa: F401  (registers its commands)
from bunyad.cli.auction.app import auction_app

__all__ = ["auction_app"]
