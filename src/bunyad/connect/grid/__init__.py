"""
Grid: the power grid from settlements and sites to the country's grid.

`draft_grid` draws it and `reinforce_grid` makes it strong enough; `verify_grid` solves the load
flow of any hours, whole and with each part out. Inside: `catalogue` (conductors, transformers),
`feeders` (radial medium voltage), `members` (who hangs on what), `rings` (second ways), `design`
(the draft), `cases`, `flow` (power-grid-model), `limits`, `reinforce`, `verify` and `result`.
"""

from __future__ import annotations

from bunyad.connect.grid.cases import list_injections, spread_injections
from bunyad.connect.grid.catalogue import build_ladder, choose_bank, list_transformers
from bunyad.connect.grid.compensate import price_compensators
from bunyad.connect.grid.design import bus_id, busbar_id, draft_grid, price_bank
from bunyad.connect.grid.reinforce import adopt_capacity, reinforce_grid
from bunyad.connect.grid.result import GridDesign, GridFlow
from bunyad.connect.grid.rings import close_rings
from bunyad.connect.grid.verify import verify_grid

__all__ = [
    "GridDesign",
    "GridFlow",
    "adopt_capacity",
    "build_ladder",
    "bus_id",
    "busbar_id",
    "choose_bank",
    "close_rings",
    "draft_grid",
    "list_injections",
    "list_transformers",
    "price_bank",
    "price_compensators",
    "reinforce_grid",
    "spread_injections",
    "verify_grid",
]
