"""
Radio: where masts stand, whom they reach and how they are joined.

The front door is `plan_radio`. Inside, from the ground up: `kernels_sight` and `sight` (rays over
the terrain), `budget` (what a link bears), `places` (who wants a signal, where a mast may stand),
`cover` (the fewest masts) and `backhaul` (fibre and microwave).
"""

from __future__ import annotations

from bunyad.connect.radio.backhaul import join_masts, sighted_pairs
from bunyad.connect.radio.budget import Radio, free_space_loss_db, radios
from bunyad.connect.radio.cover import Cover, cover_fewest
from bunyad.connect.radio.plan import plan_radio
from bunyad.connect.radio.result import (
    BACKHAUL,
    COVERAGE,
    MASTS,
    RADIO_TOTALS,
    RADIOS,
    RadioPlan,
)
from bunyad.connect.radio.sight import Relief, losses_db, relief_of, visible_cells

__all__ = [
    "BACKHAUL",
    "COVERAGE",
    "MASTS",
    "RADIOS",
    "RADIO_TOTALS",
    "Cover",
    "Radio",
    "RadioPlan",
    "Relief",
    "cover_fewest",
    "free_space_loss_db",
    "join_masts",
    "losses_db",
    "plan_radio",
    "radios",
    "relief_of",
    "sighted_pairs",
    "visible_cells",
]
