"""
Settle: say what people need.

From who returns when follow homes, services, streets, hourly electricity and smart systems.

- `design_settlements`: the front door, from a region to everything that its people need
- `population_path`: people of every settlement in every year
- `count_needs`, `price_services`: homes, schools, clinics, streets and water, with cost
- `hourly_demand`: electricity of the last year by use, settlement and hour
- `equip_settlements`: smart systems, a bill of quantities
- `roof_modules`: solar modules that homes and public buildings can hold
"""

from __future__ import annotations

from bunyad.options.settle import SettleOptions
from bunyad.settle.demand import hourly_demand
from bunyad.settle.design import design_settlements
from bunyad.settle.population import people_before, population_path
from bunyad.settle.result import (
    PLACES,
    POPULATION_PATH,
    ROOF_MODULES,
    SERVICES,
    SMART_SYSTEMS,
    USES,
    Settlements,
)
from bunyad.settle.roofs import roof_modules
from bunyad.settle.services import count_needs, price_services
from bunyad.settle.smart import equip_settlements

__all__ = [
    "PLACES",
    "POPULATION_PATH",
    "ROOF_MODULES",
    "SERVICES",
    "SMART_SYSTEMS",
    "USES",
    "SettleOptions",
    "Settlements",
    "count_needs",
    "design_settlements",
    "equip_settlements",
    "hourly_demand",
    "people_before",
    "population_path",
    "price_services",
    "roof_modules",
]
