"""The chapters of the web part: a new one adds its endpoints here."""

from __future__ import annotations

from bunyad.web.accounts.endpoints import ENDPOINTS as ACCOUNTS
from bunyad.web.auction.endpoints import ENDPOINTS as AUCTIONS
from bunyad.web.endpoint import Endpoint
from bunyad.web.explore.endpoints import ENDPOINTS as EXPLORE
from bunyad.web.jobs.endpoints import ENDPOINTS as JOBS
from bunyad.web.layers.endpoints import ENDPOINTS as LAYERS
from bunyad.web.operate.endpoints import ENDPOINTS as VILLAGES
from bunyad.web.partner.endpoints import ENDPOINTS as PARTNERS
from bunyad.web.partner_days.endpoints import ENDPOINTS as PARTNER_DAYS
from bunyad.web.plans.endpoints import ENDPOINTS as PLANS

CHAPTERS: tuple[tuple[Endpoint, ...], ...] = (
    ACCOUNTS,
    PLANS,
    EXPLORE,
    LAYERS,
    JOBS,
    AUCTIONS,
    VILLAGES,
    PARTNERS,
    PARTNER_DAYS,
)


def all_endpoints() -> tuple[Endpoint, ...]:
    """Return every endpoint of every chapter."""
    return tuple(endpoint for chapter in CHAPTERS for endpoint in chapter)
